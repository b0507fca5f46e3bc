#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""JSON and JSON Lines: every type by hand, and the whole catalog value by value against the CSV of the same run. REPORTCTL names the program."""
import json

import formats_world
import e2e


class Digits(str):
    """A number, as it was written."""


def parse(text):
    return json.loads(text, parse_float=Digits, parse_int=Digits, object_pairs_hook=list)


class EveryType(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.world = formats_world.World()
        cls.text = cls.world.every_type("json").decode("utf-8")
        cls.rows = [dict(row) for row in parse(cls.text)]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_values_are_typed_and_exact(self):
        self.assertEqual(list(self.rows[0].items()), [
            ("name", 'Łukasz, "Lucky"'), ("n", Digits("-42")), ("kwh", Digits("12.345")), ("share", Digits("12.34")), ("price", Digits("1999.00")),
            ("currency", "EUR"), ("at", "2026-03-16T20:00:00+01:00"), ("day", "2026-03-17"), ("took", "1:02:05"), ("paid", True)])
        for name in ("n", "kwh", "share", "price"):
            self.assertIsInstance(self.rows[0][name], Digits)
        self.assertEqual(self.rows[1]["price"], "150000")
        self.assertIs(self.rows[1]["paid"], False)
        self.assertEqual(set(self.rows[3].values()), {None})
        self.assertEqual(self.rows[5]["kwh"], "-9007199254740993.125")
        self.assertEqual(self.rows[6]["n"], "9223372036854775807")
        self.assertEqual(self.rows[5]["took"], "-0:01:01")

    def test_texts_come_back_as_they_were(self):
        """No guard: nothing opens JSON as a spreadsheet."""
        self.assertEqual([self.rows[at]["name"] for at in (1, 2, 4, 6)], ["=1+1", "0001", "_x0041_ \x07 \ufffe \r\n end", "+49 30 1234"])
        self.assertEqual(self.rows[5]["name"], "ab" * 50000)

    def test_an_array_has_an_object_a_line(self):
        self.assertTrue(self.text.startswith('[\n{"name":') and self.text.endswith("}\n]\n"))
        self.assertEqual(self.text.count("\n"), len(self.rows) + 2)
        self.assertEqual(self.world.every_type("json", 0), b"[]\n")
        self.assertEqual(self.world.every_type("jsonl", 0), b"")

    def test_lines_have_the_same_objects(self):
        lines = self.world.every_type("jsonl").decode("utf-8")
        self.assertTrue(lines.endswith("}\n"))
        self.assertEqual([dict(parse(line)) for line in lines.split("\n")[:-1]], self.rows)
        self.assertEqual("[\n" + lines[:-1].replace("}\n", "},\n") + "\n]\n", self.text)


class WholeCatalog(e2e.Case):
    def test_every_report_has_the_values_of_its_csv(self):
        world = formats_world.Catalog()
        self.closing(world.close)
        values = 0
        for case in world.cases("run"):
            words = world.words(case)
            with self.subTest(words=words):
                table = formats_world.read_csv(world.must(*words, "--format", "csv", now=world.now).out)
                objects = parse(world.must(*words, "--format", "json", now=world.now).out)
                types = world.types(case)
                self.assertEqual(len(objects), len(table) - 1)
                for written, one in zip(table[1:], objects):
                    self.assertEqual([name for name, _ in one], table[0])
                    for text, (name, value) in zip(written, one):
                        given = {None: "", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else value
                        if types[name] == "text" and text != given:
                            text = text.removeprefix("'")  # guarded, in CSV only
                        self.assertEqual(given, text, name)
                        if value is not None:
                            self.assertEqual(isinstance(value, Digits), types[name] in ("integer", "decimal", "money", "percent"), name)
                        values += 1
        self.assertGreater(values, 10000)


if __name__ == "__main__":
    e2e.main()
