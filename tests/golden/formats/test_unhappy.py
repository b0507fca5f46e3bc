#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Unhappy values in every type of column and every format: null, huge, negative, infinite, not a number, bytes that are not UTF-8, control
characters, overrides of direction, texts of 100,000 characters, formulas. What a type can hold is in every file, as other programs read it;
what a file cannot hold is seen to be missing; what no cell can hold fails the run and names row and column. REPORTCTL names the program.
"""
import collections
import csv
import datetime
import html.parser
import io
import json
import math
import re
import shutil
import sqlite3
import struct
import unicodedata
import zipfile
import zlib

import openpyxl

import formats_world
import postgres
import test_pdf
import test_xlsx
from formats_world import e2e
from test_json import parse
from test_pdf import without_spaces

MODULE = """id: unhappy
label: Unhappy
family: test
description: One column of every type.
surfaces: [run, schedule, export]
scope: [account]
window: {kind: snapshot}
cadences: [daily]
formats: [csv, xlsx, pdf, json, jsonl]
parameters:
  - {name: first, label: First row, type: integer, default: "0"}
  - {name: last, label: Last row, type: integer, default: "999"}
columns:
  - {name: words, label: Words, type: text}
  - {name: whole, label: Whole, type: integer, total: sum}
  - {name: exact, label: Exact, type: decimal, scale: 3, total: sum}
  - {name: share, label: Share, type: percent}
  - {name: price, label: Price, type: money, total: sum}
  - {name: currency, label: Currency, type: text}
  - {name: at, label: Moment, type: timestamp}
  - {name: day, label: Day, type: date}
  - {name: took, label: Took, type: duration, total: sum}
  - {name: paid, label: Paid, type: boolean}
summary:
  - {label: Rows, value: count}
  - {label: Whole, value: total(whole)}
  - {label: Least share, value: minimum(share)}
  - {label: Price, value: total(price)}
  - {label: Took, value: total(took)}
  - {label: Latest, value: maximum(at)}
chart: {type: bar, x: words, y: sum(price)}
query: |
  SELECT words, whole, exact, share, price, currency, at, day, took, paid FROM unhappy
  WHERE account_id = :account AND id BETWEEN :first AND :last ORDER BY id
"""
# The same with a chart of durations, with one over ten thousand years, and over other columns of PostgreSQL.
MODULES = {
    "unhappy": MODULE,
    "unhappy-times": MODULE.replace("id: unhappy", "id: unhappy-times").replace("x: words, y: sum(price)", "x: paid, y: sum(took)"),
    "unhappy-days": MODULE.replace("id: unhappy", "id: unhappy-days").replace("x: words, y: sum(price)", "x: day(at), y: sum(took)"),
    "unhappy-reals": MODULE.replace("id: unhappy", "id: unhappy-reals").replace("FROM unhappy", "FROM reals"),
}
COLUMNS = ("words", "whole", "exact", "share", "price", "currency", "at", "day", "took", "paid")
TYPES = dict(zip(COLUMNS, ("text", "integer", "decimal", "percent", "money", "text", "timestamp", "date", "duration", "boolean")))
FORMATS = ("csv", "xlsx", "pdf", "json", "jsonl")

MOST, LEAST = 2**63 - 1, -(2**63)
LONG, WIDE = "ab" * 50_000, "日本" * 50_000
CONTROLS = 'bell\x07 esc\x1b[31m tab\tdel\x7f nel\x85 ls\u2028 no\ufffe\U0001ffff _x0041_ <&>]]> "q" \\u0041'
OVERRIDES = "\u202ecod.exe\u202c \u2066isolated\u2069"
UNITS = {"=1+1": 2, "<&>]]>": 2, "ab€": 2, "日本": 2}  # declared, since they are in no list of currencies
NAN, ENDLESS = float("nan"), float("inf")


class Value(collections.namedtuple("Value", "source text guarded cell paper", defaults=(None, None, None))):
    """In the source; as JSON has it and CSV does; what CSV puts in front of a formula; in a spreadsheet; on paper. Where one of the last three
    is None the text is the same there."""


def at(*parts):
    return datetime.datetime(*parts)


# What each type can hold, worked out by hand. Berlin is one hour east of UTC in winter; before 1893 it was 53 minutes and 28 seconds east, of
# which RFC 3339 can say the minutes. Spreadsheets keep 15 digits, days since March 1900, and times that are not negative.
NULL = Value(None, None, "", None, "–")
VALUES = {
    "words": (
        NULL,
        Value("", "", "", None, ""),
        Value(MOST, "9223372036854775807"),
        Value(-1, "-1", "'-1"),
        Value(CONTROLS, CONTROLS, CONTROLS, None,
              r'bell\x07 esc\x1b[31m tab    del\x7f nel ls no\ufffe\U0001ffff _x0041_ <&>]]> "q" \u0041'),
        Value("two\nlines\r\nor three", "two\nlines\r\nor three"),
        Value(OVERRIDES, OVERRIDES, OVERRIDES, None, r"\u202ecod.exe\u202c \u2066isolated\u2069"),
        Value(LONG, LONG, LONG, "… [cut: 100000 characters]", "…"),
        Value(WIDE, WIDE, WIDE, "… [cut: 100000 characters]", "…"),
        Value("=1+1", "=1+1", "'=1+1"),
        Value("+49 30", "+49 30", "'+49 30"),
        Value("@SUM(A1)", "@SUM(A1)", "'@SUM(A1)"),
        Value("\t=1", "\t=1", "'\t'=1"),
        Value("\u200b=1", "\u200b=1", "'\u200b=1", None, "=1"),  # a space without width has no ink
        Value("＝1", "＝1", "'＝1"),
        Value("https://example.com/?a=1", "https://example.com/?a=1"),
        Value("javascript:alert(1)", "javascript:alert(1)"),
        Value("external:\\\\host\\share", "external:\\\\host\\share"),
        Value("internal:Data!A1", "internal:Data!A1"),
        Value("NaN", "NaN"),
        Value("null", "null"),
        Value("'quoted", "'quoted"),
    ),
    "whole": (NULL, Value(NAN, None, "", None, "–"), Value(MOST, "9223372036854775807", None, None, "9,223,372,036,854,775,807"),
              Value(LEAST, "-9223372036854775808", None, None, "-9,223,372,036,854,775,808"), Value(-1, "-1", None, -1),
              Value(-999_999_999_999_999, "-999999999999999", None, -999_999_999_999_999, "-999,999,999,999,999"),
              Value(2**53 + 1, "9007199254740993", None, None, "9,007,199,254,740,993")),
    "exact": (NULL, Value(NAN, None, "", None, "–"), Value("9223372036854775.807", "9223372036854775.807", None, None, "9,223,372,036,854,775.807"),
              Value("-9223372036854775.808", "-9223372036854775.808", None, None, "-9,223,372,036,854,775.808"),
              Value(1e-300, "0.000", None, 0), Value(-0.0005, "-0.001", None, -0.001), Value(-7, "-7.000", None, -7)),
    "share": (NULL, Value(NAN, None, "", None, "–"),
              Value("92233720368547758.07", "92233720368547758.07", None, None, "92,233,720,368,547,758.07 %"),
              Value("-92233720368547758.08", "-92233720368547758.08", None, None, "-92,233,720,368,547,758.08 %"),
              Value(-0.005, "-0.01", None, -0.0001, "-0.01 %"), Value(1e13, "10000000000000.00", None, 1e11, "10,000,000,000,000.00 %")),
    # one with the next: an amount has its currency beside it
    "price": (NULL, NULL, Value(MOST, "92233720368547758.07", None, None, "92,233,720,368,547,758.07"),
              Value(MOST, "92233720368547758.07", None, None, "92,233,720,368,547,758.07"),
              Value(LEAST, "-92233720368547758.08", None, None, "-92,233,720,368,547,758.08"), Value(-5, "-0.05", None, -0.05),
              Value(LEAST, "-9223372036854775808", None, None, "-9,223,372,036,854,775,808"), Value(-1, "-0.001", None, -0.001),
              Value(-5, "-0.05", None, -0.05), Value(5, "0.05", None, 0.05)),
    "currency": (NULL, Value("", "", "", None, ""), Value("EUR", "EUR"), Value("EUR", "EUR"), Value("=1+1", "=1+1", "'=1+1"),
                 Value("<&>]]>", "<&>]]>"), Value("JPY", "JPY"), Value("KWD", "KWD"),
                 Value("ab€", "ab€"), Value("日本", "日本")),
    "at": (NULL, Value("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00", None, None, "9999-12-31 23:59:59+00:00"),
           Value("9999-12-31T22:59:59Z", "9999-12-31T23:59:59+01:00", None, at(9999, 12, 31, 23, 59, 59), "9999-12-31 23:59:59"),
           Value("0001-01-01T00:00:00Z", "0001-01-01T00:53:00+00:53", None, None, "0001-01-01 00:53:00"),
           Value("1900-02-28T22:59:59Z", "1900-02-28T23:59:59+01:00", None, None, "1900-02-28 23:59:59"),
           Value("1900-02-28T23:00:00Z", "1900-03-01T00:00:00+01:00", None, at(1900, 3, 1), "1900-03-01 00:00:00")),
    "day": (NULL, Value("9999-12-31", "9999-12-31", None, at(9999, 12, 31)), Value("0001-01-01", "0001-01-01"), Value("1900-02-28", "1900-02-28"),
            Value("1900-03-01", "1900-03-01", None, at(1900, 3, 1))),
    "took": (NULL, Value(NAN, None, "", None, "–"), Value(MOST, "2562047788015215:30:07"), Value(LEAST, "-2562047788015215:30:08"),
             Value(-1, "-0:00:01"), Value(0, "0:00:00", None, datetime.timedelta()), Value(MOST, "2562047788015215:30:07"),
             Value(MOST, "2562047788015215:30:07")),
    "paid": (NULL, Value(NAN, None, "", None, "–"), Value(1, "true", None, True, "yes"), Value(0, "false", None, False, "no")),
}
ROWS = max(map(len, VALUES.values()))
# Sums by hand, the currencies in the order of their bytes; 92233720368547758.07 twice is 184467440737095516.14. Rows without an amount have no
# currency, and a line of their own: 9007199254740993 - 1 + 2^63-1 - 2^63 - 999999999999999 - ... see the test.
TOOK = "5124095576030431:00:12"  # 3 × (2^63-1) - 2^63 - 1 = 18446744073709551612 seconds


class Bytes(bytes):
    """A text of these bytes, which are not UTF-8."""


# What no cell can hold, and what the refusal says was found.
MISFITS = {
    "words": ((1.5, "a real number"), (ENDLESS, "a real number"), (b"\xff\x00", "a blob"), (Bytes(b"caf\xe9"), "bytes that are not UTF-8"),
              (Bytes(b"\xed\xa0\x80"), "bytes that are not UTF-8"), ("a\0b", "text with a NUL character")),
    "whole": ((ENDLESS, "a real number"), (-ENDLESS, "a real number"), (1e300, "a real number"), (2.0, "a real number"), ("12", "text"),
              ("=1+1", "text"), (b"1", "a blob"), (Bytes(b"\xff"), "text"), ("", "text")),
    "exact": ((ENDLESS, "a number too large"), (-ENDLESS, "a number too large"), (1e300, "a number too large"), (MOST, "a number too large"),
              ("9223372036854775.8075", "other text"), ("NaN", "other text"), ("Infinity", "other text"), ("1e5", "other text"), ("=1+1", "other text"),
              ("", "other text"), ("١٢", "other text"), (Bytes(b"1\xff"), "other text"), (b"1", "a blob")),
    "share": ((ENDLESS, "a number too large"), (1e300, "a number too large"), ("NaN", "other text"), ("12 %", "other text"), (b"1", "a blob")),
    "price": ((1.5, "a real number"), (ENDLESS, "a real number"), ("1", "text"), (b"1", "a blob")),
    "at": ((1773687600, "an integer"), (ENDLESS, "a real number"), ("infinity", "other text"), ("2026-02-30T00:00:00Z", "other text"),
           ("10000-01-01T00:00:00Z", "other text"), ("\u202e2026-03-17T06:00:00Z", "other text"), (b"1", "a blob")),
    "day": ((20529, "an integer"), (ENDLESS, "a real number"), ("infinity", "other text"), ("2026-02-30", "other text"), (b"1", "a blob")),
    "took": ((1.5, "a real number"), (ENDLESS, "a real number"), ("1:02:05", "text"), (b"1", "a blob")),
    "paid": ((2, '"2"'), (-1, '"-1"'), (1.0, "a real number"), ("true", '"true"'), (b"1", "a blob")),
}
FIRST_MISFIT = 1000


def rows_of_values():
    """Row by row, each column with its next value, and null where it has no more."""
    return [[VALUES[name][row] if row < len(VALUES[name]) else NULL for name in COLUMNS] for row in range(ROWS)]


def all_misfits():
    """[(id of its row, column, value, what is found)]"""
    cases = [(name, value, found) for name in COLUMNS for value, found in MISFITS.get(name, ())]
    return [(FIRST_MISFIT + i, *case) for i, case in enumerate(cases)]


class World(e2e.World):
    def __init__(self):
        super().__init__()
        modules = self.path / "catalog"
        modules.mkdir()
        for name, text in MODULES.items():
            (modules / f"{name}.yaml").write_text(text, encoding="utf-8")
        self.source.unlink()
        database = sqlite3.connect(self.source)  # without types: SQLite takes anything everywhere
        database.execute(f"CREATE TABLE unhappy (id INTEGER PRIMARY KEY, account_id, {', '.join(COLUMNS)})")

        def insert(key, values):
            places = ", ".join("CAST(? AS TEXT)" if isinstance(value, Bytes) else "?" for value in values)
            database.execute(f"INSERT INTO unhappy VALUES (?, 'shop', {places})", [key, *values])

        for key, row in enumerate(rows_of_values()):
            insert(key, [value.source for value in row])
        for key, name, value, _ in all_misfits():
            insert(key, [value if column == name else "EUR" if column == "currency" else None for column in COLUMNS])
        database.commit()
        database.close()
        self.modules = modules
        self.use()

    def use(self, url=None):
        self.configure(more=f"catalog: {{dirs: [{self.modules}]}}\n")
        self.config.write_text(self.config.read_text().replace("statement_timeout: 50s", f"statement_timeout: 50s, currencies: {json.dumps(UNITS)}"))
        if url:
            self.config.write_text(re.sub(r'shop: \{url: "[^"]*"', f'shop: {{url: "{url}"', self.config.read_text()))
        self.apply(e2e.ACCOUNT.replace("source: shop\n", "source: shop\n    timezone: Europe/Berlin\n"))

    def words(self, form, report="unhappy", first=0, last=999):
        return ("run", report, "--account", "shop", "--format", form, "--param", f"first={first}", "--param", f"last={last}")

    def file(self, form, report="unhappy"):
        return self.must(*self.words(form, report)).out


def is_png(content):
    """Every part whole, and as many pixels as it says."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    at_byte, pixels, width, height = 8, b"", 0, 0
    while at_byte < len(content):
        size, kind = struct.unpack_from(">I4s", content, at_byte)
        part = content[at_byte + 8:at_byte + 8 + size]
        if struct.unpack_from(">I", content, at_byte + 8 + size)[0] != zlib.crc32(kind + part):
            return False
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack_from(">IIBB", part)
        pixels += part if kind == b"IDAT" else b""
        at_byte += 12 + size
    return kind == b"IEND" and len(zlib.decompress(pixels)) == height * (1 + (width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color] + 7) // 8)


class EveryFormat(e2e.Case):
    @classmethod
    def setUpClass(cls):
        csv.field_size_limit(10**9)
        cls.world = World()
        cls.rows = rows_of_values()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def cells(self):
        for line, row in enumerate(self.rows):
            for column, value in enumerate(row):
                yield line, column, COLUMNS[column], value

    def test_csv(self):
        table = list(csv.reader(io.StringIO(self.world.file("csv").decode("utf-8"), newline=""), strict=True))
        self.assertEqual(table[0], list(COLUMNS))
        self.assertEqual(len(table), ROWS + 1)
        for line, column, name, value in self.cells():
            wanted = value.text if value.guarded is None else value.guarded
            self.assertEqual(table[line + 1][column], wanted, f"row {line}, {name}")

    def test_json(self):
        def refuse(word):
            raise AssertionError(f"{word} is no JSON")

        text = self.world.file("json").decode("utf-8")
        json.loads(text, parse_constant=refuse)
        objects = [dict(one) for one in parse(text)]
        self.assertEqual(len(objects), ROWS)
        for line, column, name, value in self.cells():
            wanted = {"true": True, "false": False}[value.text] if TYPES[name] == "boolean" and value.text else value.text
            self.assertEqual(objects[line][name], wanted, f"row {line}, {name}")
        lines = self.world.file("jsonl").decode("utf-8").split("\n")
        self.assertEqual([dict(parse(line)) for line in lines[:-1]], objects)
        self.assertEqual(lines[-1], "")

    def book(self, report):
        content = self.world.file("xlsx", report)
        parts = zipfile.ZipFile(io.BytesIO(content))
        self.assertIsNone(parts.testzip())
        for name in parts.namelist():
            openpyxl.xml.functions.fromstring(parts.read(name))  # lxml: anything that XML cannot hold is an error
            if "worksheets" in name:
                self.assertNotRegex(parts.read(name), rb"<f>|hyperlink", "a text is neither a formula nor a link")
        return openpyxl.load_workbook(io.BytesIO(content))

    def test_xlsx(self):
        data = self.book("unhappy")["Report"]
        for line, column, name, value in self.cells():
            cell = data.cell(line + 2, column + 1)
            place = f"row {line}, {name}"
            if value.text in (None, ""):
                self.assertIsNone(cell.value, place)
            elif isinstance(value.cell, str):  # cut, and said
                self.assertTrue(cell.value.endswith(value.cell), place)
                self.assertTrue(value.text.startswith(cell.value[:-len(value.cell)]), place)
                self.assertEqual(len(cell.value), 32_767 - 48 + len(value.cell), place)
            elif value.cell is not None:
                found = cell.value
                if isinstance(value.cell, datetime.timedelta) and isinstance(found, datetime.time):
                    found = datetime.timedelta(hours=found.hour, minutes=found.minute, seconds=found.second)
                self.assertEqual(found, value.cell, place)
                self.assertIs(type(found) is bool, type(value.cell) is bool, place)
            else:
                self.assertEqual(test_xlsx.unescape(cell.value), value.text.replace("\r\n", "\n").replace("\r", "\n"), place)

    def test_xlsx_says_what_it_could_not_keep(self):
        notes = "\n".join(str(row[0].value) for row in self.book("unhappy")["Summary"].iter_rows())
        # two texts and a currency, which is one more in the totals' row and one in the summary
        self.assertRegex(notes, r"[2-9] texts are longer than the 32,767 characters of a cell, and cut")
        self.assertRegex(notes, r"numbers have more than the 15 digits that a spreadsheet can keep, and are written as text")
        self.assertRegex(notes, r"dates are before March 1900 or after 9999")
        self.assertRegex(notes, r"durations are negative or longer than spreadsheets can count")
        self.assertIn("rounded to the 15 digits", notes)

    def test_pdf(self):
        for report in ("unhappy-times", "unhappy-days", "unhappy"):
            pdf = test_pdf.Pdf(self.world.path / f"{report}.pdf")
            pdf.path.write_bytes(self.world.file("pdf", report))
            checked = pdf.check()
            self.assertEqual((checked.returncode, checked.stderr), (0, ""), checked.stdout)
        table = pdf.table(["Words", "Whole", "Exact", "Share", "Price", "Currency", "Moment", "Day", "Took", "Paid"])
        place = 0
        for line, column, name, value in self.cells():
            wanted = without_spaces(value.text or "" if value.paper is None else value.paper)
            if value.paper == "…":
                end = table.index("…", place) + 1
                beginning = table[place:end - 1]
                self.assertGreater(len(beginning), 20)
                self.assertTrue(value.text.startswith(beginning), f"row {line}, {name}")
                place = end
                continue
            self.assertEqual(table[place:place + len(wanted)], wanted, f"row {line}, {name}")
            place += len(wanted)
        self.assertIn("2textsaretoolongforthispageandendinanellipsis(…)", without_spaces("".join(pdf.pages())))

    def test_sums_are_exact_beyond_64_bits(self):
        """Two of 92233720368547758.07 EUR; 3 × (2^63-1) - 2^63 - 1 seconds."""
        summary = {row[0].value: row[1].value for row in self.book("unhappy")["Summary"].iter_rows() if row[0].value}
        self.assertEqual(summary["Took"], TOOK)
        text = without_spaces("".join(self.pdf_text("unhappy")))
        self.assertIn(TOOK, text)
        self.assertIn("184,467,440,737,095,516.14EUR", text)
        self.assertIn("Leastshare-92,233,720,368,547,758.08%", text, "whole: half a number would be a wrong one")

    def pdf_text(self, report):
        pdf = test_pdf.Pdf(self.world.path / "text.pdf")
        pdf.path.write_bytes(self.world.file("pdf", report))
        return pdf.pages()

    def test_charts_of_such_figures_are_drawn(self):
        """Not of days that are ten thousand years apart: there is nothing to see."""
        self.assertEqual(self.book("unhappy-days")["Summary"]._charts, [])
        for report in ("unhappy", "unhappy-times"):
            charts = self.book(report)["Summary"]._charts
            self.assertTrue(charts, report)
            points = [point for chart in charts for series in chart.series for point in series.val.numRef.numCache.pt]
            self.assertGreater(len(points), 2)
            self.assertTrue(all(math.isfinite(float(point.v)) for point in points))

    def test_what_no_cell_can_hold_fails_the_run_and_names_its_place(self):
        expected = {"words": "text", "whole": "an integer", "exact": "a decimal number", "share": "a percentage", "price": "an integer of minor units",
                    "at": "a timestamp", "day": "a date", "took": "an integer of seconds", "paid": "0 or 1"}
        out = self.world.path / "misfit"
        seen = set()
        for key, name, value, found in all_misfits():
            forms = FORMATS if name not in seen else ("csv",)
            seen.add(name)
            for form in forms:
                with self.subTest(column=name, value=value, form=form):
                    run = self.world.run(*self.world.words(form, first=key, last=key), "-o", out)
                    self.assertEqual(run.code, 13, run.err)
                    wanted = "a boolean (1/0)" if name == "paid" and found.startswith('"') else expected[name]
                    self.assertIn(f"row 1, column {name}: expected {wanted}, found {found}", run.err)
                    self.assertFalse(out.exists())
        self.assertEqual(seen, set(expected))

    def test_an_amount_without_a_currency_fails_the_run(self):
        database = sqlite3.connect(self.world.source)
        database.executemany("INSERT INTO unhappy (id, account_id, price, currency) VALUES (?, 'shop', 1, ?)", [(2000, None), (2001, "")])
        database.commit()
        database.close()
        for key in (2000, 2001):
            run = self.world.run(*self.world.words("csv", first=key, last=key))
            self.assertEqual(run.code, 13)
            self.assertIn("row 1, column price: expected an integer of minor units, found an amount without a currency", run.err)


class Reader(html.parser.HTMLParser):
    """The texts and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.texts = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.texts += [value for _, value in attrs if value]

    def handle_data(self, data):
        self.texts.append(data)


def hidden(text):
    """Control characters and overrides of direction, but for line ends."""
    return [character for character in text if character not in "\r\n\t" and unicodedata.category(character) in ("Cc", "Cn", "Zl", "Zp")
            or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]


class Mailed(e2e.Case):
    def test_mails_and_exports_of_such_values_are_whole(self):
        world = World()
        self.closing(world.close)
        entries = [(report, form) for report in ("unhappy", "unhappy-times") for form in ("csv", "xlsx", "pdf")]
        world.apply("schedules:\n" + "".join(e2e.schedule(f"{report} {form}", f"{form}@example.com", report=report, more=f", format: {form}")
                                             for report, form in entries))
        world.must("run-due")
        self.assertEqual(len(world.outbox_mails()), len(entries))
        attached = collections.Counter()
        for mail in world.outbox_mails():
            for part in mail.walk():
                if part.get_content_type() == "text/html":
                    for text in Reader(part.get_content()).texts:
                        self.assertEqual(hidden(text), [], text[:200])
                    self.assertLess(len(part.get_content()), 100_000)
                elif part.get_content_type() == "text/plain":
                    self.assertEqual(hidden(part.get_content()), [])
                elif part.get_content_type() == "image/png":
                    self.assertTrue(is_png(part.get_content()))
                    attached["png"] += 1
                elif part.get_content_disposition() == "attachment":
                    attached[zlib.crc32(part.get_payload(decode=True))] += 1
        self.assertEqual(attached.pop("png"), len(entries))
        wanted = collections.Counter(zlib.crc32(world.must(*world.words(form, report)).out) for report, form in entries)
        self.assertEqual(attached, wanted, "the bytes of a run on demand")
        for form in FORMATS:
            made = world.json("export", "create", "unhappy", "--account", "shop", "--format", form, "--wait")
            self.assertEqual(world.must("export", "fetch", made["id"]).out, world.file(form), form)

    def test_a_scheduled_run_of_a_value_that_does_not_fit_fails_and_sends_nothing(self):
        world = World()
        self.closing(world.close)
        world.apply("schedules:\n" + e2e.schedule("misfit", "x@example.com", report="unhappy", more=", params: {first: 1000, last: 1000}"))
        world.run("run-due")
        run = world.only_run()
        self.assertEqual(run["state"], "failed")
        self.assertIn("row 1, column words: expected text, found a real number", run["reason"])
        self.assertNotIn("x@example.com", [mail["to"] for mail in world.outbox_mails()])


class PostgreSQL(e2e.Case):
    """What a server with types can hold of it: infinity and NaN as values, and no invalid UTF-8."""

    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()
        cls.world = World()
        cls.server.psql("CREATE DATABASE unhappy")

        def table(name, **other):
            types = dict(words="text", whole="numeric", exact="numeric", share="numeric", price="numeric", currency="text", at="timestamptz", day="date",
                         took="numeric", paid="boolean", **other) | other
            cls.server.psql(f"CREATE TABLE {name} (id integer, account_id text, " + ", ".join(f"{column} {kind}" for column, kind in types.items()) + ")",
                            "unhappy")

        table("unhappy")
        cls.server.psql("CREATE TABLE reals (LIKE unhappy); ALTER TABLE reals ALTER exact TYPE double precision, ALTER share TYPE real", "unhappy")

        def text(value):
            if value is None or value != value:
                return "\\N"
            if isinstance(value, bool):
                return "t" if value else "f"
            return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")

        lines = []
        for key, row in enumerate(rows_of_values()):
            lines.append("\t".join([str(key), "shop", *(text(bool(value.source)) if name == "paid" and value.text else text(value.source)
                                                        for name, value in zip(COLUMNS, row))]))
        cls.server.psql("COPY unhappy FROM STDIN", "unhappy", stdin=("\n".join(lines) + "\n").encode("utf-8"))
        cls.url = cls.server.url("unhappy")

    @classmethod
    def tearDownClass(cls):
        cls.world.close()
        cls.server.close()

    def test_what_it_holds_gives_the_same_files(self):
        self.world.use()
        before = {form: self.world.file(form) for form in FORMATS}
        self.world.use(self.url)
        for form in FORMATS:
            self.assertEqual(self.world.file(form), before[form], form)

    def test_infinity_and_nan_fail_the_run_and_are_named(self):
        # What PostgreSQL has and no cell can hold, under its own name.
        not_numbers = {"'NaN'": "NaN", "'Infinity'": "infinity"}
        numbers = {**not_numbers, "'-Infinity'": "infinity", "1e30": "a number too large"}
        times = {"'infinity'": "infinity", "'-infinity'": "infinity", "'10000-01-01'": "a year beyond 9999",
                 "'0001-01-01 BC'": "a date before the year 1"}
        wholes = {**not_numbers, "1e30": "a real number or one too large", "0.5": "a real number or one too large"}
        cases = [("unhappy", "whole", value, found) for value, found in wholes.items()]
        cases += [("unhappy", "took", "'NaN'", "NaN")]
        cases += [(table, name, value, found) for table in ("unhappy", "reals") for name in ("exact", "share") for value, found in numbers.items()]
        cases += [("unhappy", name, value, found) for name in ("at", "day") for value, found in times.items()]
        self.world.use(self.url)
        for key, (table, name, value, found) in enumerate(cases, FIRST_MISFIT):
            self.server.psql(f"INSERT INTO {table} (id, account_id, {name}) VALUES ({key}, 'shop', {value})", "unhappy")
            with self.subTest(table=table, column=name, value=value):
                report = "unhappy" if table == "unhappy" else "unhappy-reals"
                run = self.world.run(*self.world.words("json", report, first=key, last=key))
                self.assertEqual(run.code, 13, run.err)
                self.assertIn(f"row 1, column {name}: expected", run.err)
                self.assertIn(f"found {found}", run.err)


if __name__ == "__main__":
    missing = [tool for tool in test_pdf.TOOLS if shutil.which(tool) is None]
    if missing:
        raise SystemExit(f"{', '.join(missing)}: install poppler-utils and qpdf (.ci/packages test)")
    e2e.main()
