# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What every engine is held to: each report of the catalog, for every account, scope and variant of the demo and with every selector, in the bytes
that SQLite gives.

  class SameBytes(parity_world.Case):
      def test_…(self):
          self.hold({"demo-shop.db": {"url": "postgresql://…"}, …})     # settings of the sources, by the files whose data they hold
"""
import concurrent.futures, json

import demo_world, e2e


def words_of(case):
    """A month, or a quarter where the period has a name; the clocks of three zones change within."""
    window = case.report["window"]
    return {"lookback": ["--lookback", str(min(31, window.get("max_days") or 0))], "snapshot": []}.get(window["kind"], ["--window", "last_90d"])


class Case(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.demo = demo_world.Demo()
        cls.addClassCleanup(cls.demo.close)
        cls.files = sorted(cls.demo.path.glob("demo-*.db"))
        cases = [way for case in cls.demo.cases("run") for way in [case, *cls.demo.filtered(case)]]
        assert {case.report["id"] for case in cases} == {report["id"] for report in cls.demo.reports if "run" in report["surfaces"]}
        cls.ways = [cls.demo.report_on(case, *words_of(case)) for case in cases]
        cls.wanted = cls.answers(cls.demo.config)
        assert sum(answer.count(b"\n") - 1 for answer in cls.wanted) > 30000

    @classmethod
    def answers(cls, config):
        """The bytes of every way, with the sources of a configuration."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda words: cls.demo.must("--config", config, *words, now=demo_world.NOW).out, cls.ways))

    def configured(self, sources, name):
        """The demo's configuration with these sources, in a file of that name."""
        text = self.demo.config.read_text(encoding="utf-8")
        for file in self.files:
            old = f"{{url: 'sqlite:{file}'}}"
            self.assertEqual(text.count(old), 1)
            text = text.replace(old, json.dumps(sources[file.name], default=str))
        config = self.demo.path / f"{name}.yaml"
        config.write_text(text, encoding="utf-8")
        return config

    def hold(self, sources, name):
        """Every way from these sources: byte for byte what the files give."""
        answers = self.answers(self.configured(sources, name.replace(" ", "-")))
        equal = rows = 0
        for words, ours, theirs in zip(self.ways, self.wanted, answers, strict=True):
            with self.subTest(words=words):
                for line, (our, their) in enumerate(zip(ours.splitlines(), theirs.splitlines())):
                    self.assertEqual(our, their, f"line {line}")
                self.assertEqual(ours, theirs)
                equal += 1
                rows += ours.count(b"\n") - 1
        print(f"         {name}: {equal} of {len(self.ways)} ways, {rows} rows", flush=True)
        self.assertEqual(equal, len(self.ways))
