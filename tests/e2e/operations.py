#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The sessions of reportctl-operations(7), replayed as a reader would type them. Ids of the page stand for those that really come out: each is
learnt where it is printed, and later commands may abbreviate it."""
import pathlib, re, sys, tempfile, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, host_clock, session

PAGE = e2e.ROOT / "man" / "reportctl-operations.7"
ID = re.compile(r"\b(?:[0-9a-f]{16}|[0-9a-f]{8})\b")  # tables show the first eight digits
HOME = "/var/lib/reportctl"  # where the page has its files
TASKS = 11  # which issue 15 asks for; the page may have more


def plain(line):
    for escape, character in ((r"\e", "\\"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\-", "-"), (r"\&", "")):
        line = line.replace(escape, character)
    return line


def tasks():
    """[(title, [(kind, text, expected lines)])], kind being `%` or `$`; what is hidden from the reader has no expectation."""
    found, steps, literal = [], None, False
    for line in PAGE.read_text().splitlines():
        if line.startswith(".Ss "):
            steps = []
            found.append((line[4:], steps))
        elif line.startswith(".Bd -literal"):
            literal = True
        elif line == ".Ed":
            literal = False
        elif steps is not None and re.match(r'\.\\" [%$] ', line):
            steps.append((line[4], plain(line[6:]), None))
        elif literal and line.startswith("$ "):
            steps.append(("$", plain(line[2:]), []))
        elif literal:
            steps[-1][2].append(plain(line))
    return found


class Reader:
    def __init__(self, world):
        self.world, self.ids = world, {}

    def typed(self, command):
        """Abbreviated ids of the page become those of this world."""
        def known(word):
            full = [real for shown, real in self.ids.items() if len(word[0]) >= 4 and shown.startswith(word[0])]
            return full[0] if full else word[0]
        return re.sub(r"\b[0-9a-f]{4,16}\b", known, command)

    def compare(self, expected, actual):
        """None, or what is wrong. Learns the ids."""
        text = "\n".join(expected)
        shown = ID.findall(text)
        shape = session.pattern([ID.sub(lambda found: "<id>" if len(found[0]) == 16 else "<short>", line).replace(HOME, "~") for line in expected])
        real = "".join(line + "\n" for line in actual)
        if not shape.fullmatch(real):
            return f"expected:\n{text}\ngot:\n{real}"
        if "..." not in expected:
            for one, other in zip(shown, ID.findall(real)):
                if self.ids.setdefault(one, other) != other:
                    return f"{one} is {self.ids[one]} and {other}"
        return None


class Operations(e2e.Case):
    def test_the_page_has_a_session_for_every_task(self):
        self.assertGreaterEqual(len(tasks()), TASKS)
        for title, steps in tasks():
            self.assertTrue([step for step in steps if step[2] is not None], title)

    def test_every_session_of_the_page_goes_as_it_says(self):
        with tempfile.TemporaryDirectory() as top:
            world = session.World(top)
            for title, steps in tasks():
                with self.subTest(title):
                    world.fresh()
                    reader = Reader(world)
                    for kind, text, expected in steps:
                        if kind == "%":
                            self.directive(world, text)
                            continue
                        code, lines = world.run(reader.typed(text))
                        if expected is not None:
                            self.assertEqual(code, 0, f"$ {text}\n" + "\n".join(lines))
                            self.assertIsNone(reader.compare(expected, lines), f"$ {text}")

    def directive(self, world, text):
        word, value = text.split()
        if word == "fixture":
            world.fixture(value)
            self.directive(world, f"clock {session.kNow}")
        else:
            self.assertEqual(word, "clock")
            world.env.update(host_clock.at(value))


if __name__ == "__main__":
    e2e.main()
