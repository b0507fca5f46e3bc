#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every example of help and manual pages, as a reader would paste it: the program takes it, and those that change nothing work in the demo."""
import pathlib, re, shutil, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import demo_world, e2e

USAGE = 2

# What examples only read with. Everything else is parsed alone: it would change something, or reads a file that is not there.
READS = re.compile(r"reportctl (account (list|show)|audit|catalog (list|show|choices|scopes)|completion|config show|crontab|export (list|show)|"
                   r"mail preview|member list|notifications list|run |run-due --dry-run|runs (list|show|save)|"
                   r"schedule (list|show|next|preview|validate)|source|status|webhook (list|deliveries)|(export )?prune --dry-run)")

# Names that examples are told with, and what the demo has in their place.
STAND_INS = {r"\bacme\b": "coaches", r"\bdepot:north\b": "depot:alexandria", r"\bv1,v2\b": "v01,v02", r"(--message) --to \S+": r"\1"}

# Programs of other people: what they are given is not looked at.
STUBS = {"crontab": "cat > /dev/null", "generate-schedules": "exit 0", "psql": "echo '[]'", "xdg-open": "exit 0", "watch": 'shift 2; exec "$@"',
         "sudo": '[ "$1" != -u ] || shift 2; exec "$@"'}


def unfolded(text):
    """One command a line: a line that ends with `\\` or `|` goes on in the next."""
    return re.sub(r"\|\n\s*", "| ", re.sub(r"\s*\\\n\s*", " ", text))


def help_pages():
    """Words of every command and verb → its help."""
    def listed(text, heading):
        block = re.search(rf"(?m)^{heading}:\n((?:  .*\n)+)", text)
        return re.findall(r"(?m)^  ([a-z][a-z-]*)  ", block.group(1)) if block else []

    def walk(words):
        text = subprocess.run([e2e.REPORTCTL, *words, "--help"], capture_output=True, text=True, check=True).stdout
        yield "reportctl " + " ".join([*words, "--help"]), text
        for name in listed(text, "Verbs" if words else "Commands"):
            yield from walk([*words, name])

    return list(walk([]))


def examples_of_help(text):
    block = re.search(r"(?m)^Examples:\n((?:  .*\n)+)", text)
    return [line.strip() for line in unfolded(block.group(1)).splitlines() if "reportctl " in line and not line.strip().startswith("#")]


def examples_of_page(source):
    """Of a manual page: displayed lines, and the literal blocks of its EXAMPLES, where a line calls the program."""
    section = re.search(r"(?ms)^\.Sh EXAMPLES\n(.*?)(?=^\.Sh )", source)
    blocks = re.findall(r"(?ms)^\.Bd -literal.*?\n(.*?)^\.Ed", section.group(1)) if section else []
    text = "\n".join([*blocks, *re.findall(r"(?m)^\.Dl (.*)$", source)])
    for escape, character in ((r"\e", "\\"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\-", "-"), (r"\&", "")):
        text = text.replace(escape, character)
    return [line.strip().removeprefix("$ ") for line in unfolded(text).splitlines() if re.search(r"(?<![\w./-])reportctl [a-z-]", line)]


def all_examples():
    found = {}
    for where, text in help_pages():
        for example in examples_of_help(text):
            found.setdefault(example, where)
    for page in sorted((e2e.ROOT / "man").glob("*.[1-8]")):
        for example in examples_of_page(page.read_text()):
            found.setdefault(example, page.name)
    return {re.sub(r"^(\*/5|\*|\s)+(?=reportctl)", "", example): where for example, where in found.items()  # the times of a crontab
            if not re.match(r'\w+: "\|', example)}  # a line of /etc/aliases


def outside_quotes(example, pattern, replacement):
    pieces = re.split(r"""('[^']*'|"[^"]*")""", example)
    return "".join(piece if piece[:1] in ("'", '"') else re.sub(pattern, replacement, piece) for piece in pieces)


class Examples(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.examples = all_examples()
        cls.scratch = e2e.scratch("examples")
        for program, work in STUBS.items():
            cls.put(program, f"#!/bin/sh\n{work}\n")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    @classmethod
    def put(cls, name, text):
        path = cls.scratch / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def paste(self, example, options="", now=""):
        """What the example's last reportctl ended with, and the shell; what all of them wrote to standard error."""
        code = self.scratch / "code"
        code.unlink(missing_ok=True)
        self.put("reportctl", f'#!/bin/sh\n"{e2e.REPORTCTL}" {options} "$@"\nstatus=$?\necho $status > "{code}"\nexit $status\n')
        home = self.scratch / "home"
        home.mkdir(exist_ok=True)
        command = outside_quotes(example, r"(?<![<\d-])>\s*[\w~./-]+", "> /dev/null").replace("/tmp/d/", f"{home}/")
        command = outside_quotes(command, r"(?<!<)<\s*[\w~][\w~./-]*", "< /dev/null")
        environment = {"PATH": f"{self.scratch}/bin:/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "USER": "root"}
        if now:
            environment["REPORTCTL_NOW"] = now
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=home, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=e2e.PATIENCE)
        ended = int(code.read_text()) if code.exists() else None
        return ended, done.returncode, done.stderr

    def test_there_are_examples_everywhere(self):
        self.assertGreater(len(self.examples), 120)

    def test_every_example_is_taken_by_the_program_and_the_shell(self):
        for example, where in self.examples.items():
            with self.subTest(example=example, where=where):
                own = "--config" in example or "init" in example.split()
                # No configuration can be there: whatever is understood ends for that reason, before anything is changed.
                ended, shell, said = self.paste(example, "" if own else "--config /dev/null/reportctl.yaml")
                self.assertIsNotNone(ended, said)
                self.assertNotEqual(ended, USAGE, said)
                self.assertNotIn("jq: ", said)
                self.assertNotIn("bash: ", said)

    def test_examples_that_change_nothing_work_in_the_demo(self):
        world = demo_world.Demo()
        self.addCleanup(world.close)
        world.must("schedule", "add", "spend", "--account", "shop", "--report", "customer-spend", "--cadence", "weekly", "--on", "mon", "--at", "07:30",
                   "--to", "a@example.com", now=world.now)
        world.must("schedule", "add", "morning-power", "--account", "coaches", "--scope", "depot:alexandria", "--report", "site-power", "--cadence",
                   "daily", "--at", "06:00", "--to", "a@example.com", now=world.now)
        world.run("run-due", now="2026-11-17T12:00:00Z")
        delivered = [one["id"] for one in world.json("runs", "list", "--outcome", "delivered", now=world.now)]
        run = next(one for one in delivered if len(world.json("runs", "show", one, now=world.now)["deliveries"]) == 1)  # which ran last is chance
        job = world.json("export", "create", "sales", "--account", "shop", "--wait", now=world.now)["id"]
        ran = 0
        for example, where in self.examples.items():
            if not READS.search(example) or "--config" in example or "/safe/place" in example:
                continue
            with self.subTest(example=example, where=where):
                command = example.replace("3f2a", job if "reportctl export" in example else run)
                for told, there in STAND_INS.items():
                    command = re.sub(told, there, command)
                ended, shell, said = self.paste(command, f'--config "{world.config}" --state "{world.state}"', world.now)
                self.assertEqual((ended, shell), (0, 0), said)
                ran += 1
        self.assertGreater(ran, 60)

    def test_the_headings_of_a_csv_list_are_keys_of_its_json(self):
        world = demo_world.Demo()
        self.addCleanup(world.close)
        world.run("run-due", "--jobs", "2", now="2026-11-17T12:00:00Z")
        world.must("export", "create", "sales", "--account", "shop", "--wait", now=world.now)
        world.must("webhook", "add", "https://hooks.example.com/x", "--account", "shop", "--secret-file", "hostname", now=world.now)
        lists = ["account list", "audit list", "catalog list", "catalog scopes --account coaches", "catalog choices orders-export mode", "config show",
                 "config check", "export list", "member list", "run-due --dry-run", "runs list", "schedule list", "schedule next stock-value",
                 "source list", "source check", "source contract", "webhook list"]
        for words in lists:
            with self.subTest(words=words):
                records = e2e.json.loads(world.run(*words.split(), "--json", now="2026-11-19T12:00:00Z").out)
                headings = world.run(*words.split(), "--csv", now="2026-11-19T12:00:00Z").out.decode().splitlines()[0].split(",")
                self.assertTrue(records)
                self.assertEqual([heading for heading in headings if heading not in records[0]], [])


e2e.main()
