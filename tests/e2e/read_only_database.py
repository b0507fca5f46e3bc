#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""a database that may only be read. Follows examples/read-only-database/README.md to the letter; its figures were worked out by hand."""
import hashlib, os, pathlib, re, shutil, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

EXAMPLE = e2e.ROOT / "examples" / "read-only-database"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
SCRIPT, FIGURES = re.search(r"```sh\n(.*?)```.*?```\n(.*?)```", README, re.DOTALL).groups()


class ReadOnlyDatabase(e2e.Case):
    def setUp(self):
        super().setUp()
        self.home = e2e.scratch("read-only") / "example"
        self.closing(shutil.rmtree, self.home.parent)
        shutil.copytree(EXAMPLE, self.home)

    def sh(self, script):
        environment = {**os.environ, "PATH": f"{pathlib.Path(e2e.REPORTCTL).parent}:{os.environ['PATH']}", "HOME": str(self.home), "REPORTCTL_NOW": "2026-05-07T06:00:00Z"}
        return subprocess.run(["bash", "-c", f"set -e\n{script}"], cwd=self.home, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=e2e.PATIENCE)

    def test_the_readme_leads_to_its_figures(self):
        done = self.sh(SCRIPT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.home / "sales.csv").read_text(encoding="utf-8"), FIGURES)
        self.assertLess(len(re.findall(r"^(?:reportctl|sqlite3|cat|export) ", SCRIPT, re.M)), 10)

    def test_nothing_is_written_to_the_database_or_left_beside_it(self):
        self.sh(SCRIPT.split("\n", 1)[0])
        before = hashlib.sha256((self.home / "shop.db").read_bytes()).hexdigest()
        self.sh(SCRIPT.split("\n", 1)[1])
        self.assertEqual(hashlib.sha256((self.home / "shop.db").read_bytes()).hexdigest(), before)
        self.assertEqual([path.name for path in self.home.glob("shop.db*")], ["shop.db"])

    def test_without_the_declarations_every_way_in_says_what_is_missing(self):
        for gone, words in ((", instants: {orders.placed_at: sql-text UTC}", "orders.placed_at: sql-text UTC"), (", tenant: single", "tenant: single")):
            with self.subTest(gone=gone):
                script = SCRIPT.replace(gone, "").replace("reportctl source check\n", "")
                self.assertNotEqual(script, SCRIPT)
                shutil.rmtree(self.home / "state", ignore_errors=True)
                (self.home / "shop.db").unlink(missing_ok=True)
                done = self.sh(script)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(words, done.stderr)
                self.assertFalse((self.home / "sales.csv").exists())

    def test_prices_that_are_taken_for_cents_are_refused(self):
        views = self.home / "views.yaml"
        views.write_text(views.read_text(encoding="utf-8").replace("{{money(total, currency)}}", "total"), encoding="utf-8")
        done = self.sh(SCRIPT.replace("reportctl source check\n", ""))
        self.assertEqual(done.returncode, 13)
        self.assertIn("24.68, not an integer", done.stderr)
        self.assertIn("{{money(", done.stderr)


if __name__ == "__main__":
    e2e.main()
