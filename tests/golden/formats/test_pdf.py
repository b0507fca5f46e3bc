#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""PDF files as other programs read them: every report of the catalog on the demo's data, cell by cell against its CSV; pages, paper, fonts,
metadata, outline; texts of the world's scripts; what is too long or too much.
"""
import collections
import datetime
import decimal
import re
import shutil
import sqlite3
import subprocess
import zoneinfo

import formats_world
from formats_world import e2e

TOOLS = ("pdftotext", "pdfinfo", "pdffonts", "qpdf")

SCRIPTS = ("Zażółć gęślą jaźń", "Příliš žluťoučký kůň", "Ξεσκεπάζω την ψυχοφθόρα", "Съешь ещё этих мягких", "日本語のテキスト", "中文文本北京",
           "한국어 텍스트", "สวัสดีชาวโลก", "plain", "É ñ ô")

TEXTS = """id: texts
label: "Texts & žluťoučký 東京"
family: test
description: Texts of any kind.
surfaces: [run]
scope: [account]
window: {kind: snapshot}
formats: [csv, pdf]
columns:
  - {name: id, label: No, type: integer, total: sum}
  - {name: words, label: Words, type: text}
query: |
  SELECT id, words FROM texts WHERE account_id = :account ORDER BY id
"""


def without_spaces(text):
    """Nor the marks of direction that pdftotext adds."""
    return re.sub(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def grouped(text):
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, fraction = digits.partition(".")
    return sign + re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole) + point + fraction


def for_people(kind, text):
    """How a CSV value looks on paper."""
    if kind in ("integer", "decimal", "money"):
        return grouped(text)
    if kind == "percent":
        return grouped(text) + " %"
    if kind == "boolean":
        return {"true": "yes", "false": "no"}[text]
    if kind != "timestamp":
        return text
    return text.replace("T", " ") if comes_twice(text) else text[:-6].replace("T", " ")


def comes_twice(text):
    """Is it a local time that one of the demo's zones has twice?"""
    instant = datetime.datetime.fromisoformat(text)
    for zone in map(zoneinfo.ZoneInfo, ("Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney")):
        local = instant.astimezone(zone)
        if local.utcoffset() == instant.utcoffset() and local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            return True
    return False


class Pdf:
    """A file on disk, asked through poppler and qpdf."""

    def __init__(self, path):
        self.path = path

    def tool(self, name, *options, to=()):
        return subprocess.run([name, *options, str(self.path), *to], capture_output=True, text=True, encoding="utf-8", check=True).stdout

    def info(self):
        return {key: value.strip() for key, _, value in (line.partition(":") for line in self.tool("pdfinfo").splitlines())}

    def pages(self):
        return self.tool("pdftotext", "-raw", to=["-"])[:-1].split("\f")

    def fonts(self):
        return [line[-35:].split() for line in self.tool("pdffonts").splitlines()[2:]]

    def check(self):
        return subprocess.run(["qpdf", "--check", str(self.path)], capture_output=True, text=True, check=False)

    def table(self, labels):
        """The text of the table over all pages, without white space: rows, totals, notes."""
        header = without_spaces("".join(labels))
        found = []
        for number, page in enumerate(self.pages(), 1):
            body, _, footer = without_spaces(page).rpartition("Generated")
            assert f"page{number}of" in footer, footer
            if header in body:
                found.append(body.rpartition(header)[2])
        return "".join(found)


class EveryReport(e2e.Case):
    """The whole catalog on the demo's data."""

    @classmethod
    def setUpClass(cls):
        before, formats_world.FORMATS = formats_world.FORMATS, ("csv", "pdf")
        cls.demo = formats_world.Catalog()
        formats_world.FORMATS = before

    @classmethod
    def tearDownClass(cls):
        cls.demo.close()

    def shape(self, case):
        shown = self.demo.json("catalog", "show", case.report["id"], now=self.demo.now)
        shapes = shown["shapes"]
        return shapes[case.parameters[shown["variant_parameter"]][0]] if shown["variant_parameter"] else shapes["default"]

    def expect_cells(self, table, columns, rows):
        """Walks the text along the CSV's cells; gives what follows."""
        at = 0
        for number, row in enumerate(rows, 1):
            for column, value in zip(columns, row):
                wanted = without_spaces(for_people(column["type"], value)) if value else "–"
                if not value and not table.startswith("–", at):
                    self.assertEqual(column["type"], "text", f"row {number}, {column['name']}: an empty value is no dash")
                    continue
                shown = table[at:at + len(wanted)]
                if re.search("[\u0590-\u06ff]", wanted):  # poppler turns ligatures of what reads from the right around
                    shown, wanted = sorted(shown), sorted(wanted)
                self.assertEqual(shown, wanted, f"row {number}, {column['name']}, of {value!r}")
                at += len(wanted)
        return table[at:]

    def expected_totals(self, columns, rows):
        names = [column["name"] for column in columns]
        money = [column for column in columns if column["total"] and column["type"] == "money"]
        summed = [column for column in columns if column["total"] and column["type"] in ("integer", "decimal", "money", "duration")]
        if not summed or not rows:
            return ""
        by = names.index("currency") if money else None
        groups = collections.defaultdict(list)
        for row in rows:
            groups[row[by] if by is not None else ""].append(row)
        text = ""
        for currency in sorted(groups):
            label = ("Total" + currency)
            for at, column in enumerate(columns):
                if column in summed and column["type"] == "duration":
                    seconds = sum(sum(int(part) * size for part, size in zip(row[at].split(":"), (3600, 60, 1)))
                                  for row in groups[currency] if row[at])
                    text += f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
                elif column in summed:
                    text += grouped(str(sum((decimal.Decimal(row[at]) for row in groups[currency] if row[at]), decimal.Decimal(0))))
                elif label:
                    text += label
                    label = ""
        return text

    def test_every_value_is_that_of_the_csv_and_every_file_is_sound(self):
        count = 0
        for case in self.demo.cases("run"):
            with self.subTest(report=case.report["id"], account=case.account, scope=case.scope, parameters=case.parameters):
                words = self.demo.words(case)
                rows = formats_world.read_csv(self.demo.must(*words, "--format", "csv", now=self.demo.now).out)[1:]
                pdf = Pdf(self.demo.path / "report.pdf")
                pdf.path.write_bytes(self.demo.must(*words, "--format", "pdf", now=self.demo.now).out)
                columns = self.shape(case)["columns"]
                rest = self.expect_cells(pdf.table([column["label"] for column in columns]), columns, rows)
                self.assertEqual(rest, self.expected_totals(columns, rows))
                checked = pdf.check()
                self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
                self.assertTrue(pdf.fonts())
                for emb, sub, *_ in ([font[-5], font[-4]] for font in pdf.fonts()):
                    self.assertEqual((emb, sub), ("yes", "yes"))
                info = pdf.info()
                self.assertEqual(info["Title"], case.report["label"])
                self.assertIn(info["Page size"], ("595.28 x 841.89 pts (A4)", "841.89 x 595.28 pts (A4)"))
                count += 1
        self.assertGreater(count, 20)

    def test_the_same_run_is_the_same_bytes(self):
        case = next(case for case in self.demo.cases("run") if case.report["id"] == "sales")
        words = [*self.demo.words(case), "--format", "pdf"]
        first = self.demo.must(*words, now=self.demo.now).out
        self.assertEqual(first, self.demo.must(*words, now=self.demo.now).out)
        pdf = Pdf(self.demo.path / "same.pdf")
        pdf.path.write_bytes(first)
        info = pdf.info()
        self.assertEqual(info["Creator"], "reportctl")
        self.assertIn("Nov 16 12:00:00 2026", subprocess.run(["pdfinfo", str(pdf.path)], env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, text=True,
                                                            capture_output=True, check=True).stdout)
        page = pdf.pages()[0]
        for word in ("Sales", "Summary", "Details", "Generated 2026-11-16 ", "page 1 of " + info["Pages"]):
            self.assertIn(word, page)


class Texts(e2e.Case):
    def setUp(self):
        self.world = e2e.World()
        modules = self.world.path / "catalog"
        modules.mkdir()
        (modules / "texts.yaml").write_text(TEXTS, encoding="utf-8")
        self.world.make_source("CREATE TABLE texts (id INTEGER PRIMARY KEY, account_id TEXT, words TEXT);")
        self.world.configure(more=f"catalog: {{dirs: [{modules}]}}\n")
        self.world.apply("accounts: [{id: shop, name: Harbour Tea, source: shop, timezone: Asia/Tokyo}]\n")

    def tearDown(self):
        self.world.close()

    def pdf(self, texts, report="texts"):
        database = sqlite3.connect(self.world.source)
        database.execute("DELETE FROM texts")
        database.executemany("INSERT INTO texts VALUES (?, 'shop', ?)", list(enumerate(texts, 1)))
        database.commit()
        database.close()
        pdf = Pdf(self.world.path / "texts.pdf")
        run = self.world.must("run", report, "--account", "shop", "--format", "pdf")
        self.assertEqual([line for line in run.err.splitlines() if "clock" not in line and "rows" not in line], [])
        pdf.path.write_bytes(run.out)
        self.assertEqual(pdf.check().returncode, 0)
        return pdf

    def test_texts_of_the_world_can_be_read_copied_and_searched(self):
        pdf = self.pdf(SCRIPTS)
        text = without_spaces("".join(pdf.pages()))
        for words in SCRIPTS:
            self.assertIn(without_spaces(words), text)
        self.assertEqual(pdf.info()["Title"], "Texts & žluťoučký 東京")
        self.assertTrue(all(font[-5] == "yes" for font in pdf.fonts()))

    def test_scripts_from_the_right_and_of_joined_letters_can_be_searched(self):
        words = ("مرحبا", "שלום", "हिन्दी")
        pdf = self.pdf(words)
        found = subprocess.run(["pdftotext", str(pdf.path), "-"], capture_output=True, text=True, encoding="utf-8", check=True).stdout
        for word in words:  # poppler guesses where a space might be
            self.assertIn(word, without_spaces(found))
        self.assertTrue(all(font[-5] == "yes" for font in pdf.fonts()))

    def test_a_text_of_any_script_is_dark_on_its_stripe_also_where_it_comes_first(self):
        words = TEXTS.replace("id: texts", "id: words").replace("SELECT id, words", "SELECT words")
        words = words.replace("  - {name: id, label: No, type: integer, total: sum}\n", "")
        (self.world.path / "catalog" / "words.yaml").write_text(words, encoding="utf-8")
        for texts in (("大阪", "plain"), ("plain", "大阪"), ("大阪", "北京")):
            with self.subTest(texts):
                pdf = self.pdf(texts, "words")
                box = r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">'
                for text in texts:
                    left, top, right, bottom = map(float, re.search(box + text, pdf.tool("pdftotext", "-bbox", to=["-"])).groups())
                    part = ("-x", f"{left:.0f}", "-y", f"{top:.0f}", "-W", f"{right - left:.0f}", "-H", f"{bottom - top:.0f}")
                    image = subprocess.run(["pdftoppm", "-r", "72", "-gray", *part, str(pdf.path)], capture_output=True, check=True).stdout
                    self.assertLess(min(image.split(b"\n", 3)[3]), 128, text)

    def test_emoji_are_drawn_however_often_they_come(self):
        """As pictures: each is in the file once. self.pdf() lets qpdf complain of nothing."""
        pdf = self.pdf(["👍 👩‍👩‍👧", "👍 👍 again", "👍"])
        images = subprocess.run(["pdfimages", "-list", str(pdf.path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
        self.assertEqual(len({line.split()[10] for line in images if line.split()[2] == "image"}), 2)

    def test_nothing_is_cut_without_a_word(self):
        pdf = self.pdf(["x" * 100_000, "short", "line\n" * 500])
        text = " ".join(" ".join(pdf.pages()).split())
        self.assertIn("2 texts are too long for this page and end in an ellipsis (…).", text)
        self.assertGreater(text.count("…"), 2)
        self.assertLess(pdf.path.stat().st_size, 100_000)

    def test_controls_and_overrides_are_seen_not_obeyed(self):
        text = "".join(self.pdf(["a\x1b[31mb", "c\u202ed", "e\x07f"]).pages())
        for words in (r"a\x1b[31mb", r"c\u202ed", r"e\x07f"):
            self.assertIn(words, text)

    def test_the_header_is_on_every_page_and_the_pages_are_numbered(self):
        pdf = self.pdf([f"row {i}" for i in range(1, 501)])
        pages = pdf.pages()
        self.assertEqual(len(pages), int(pdf.info()["Pages"]))
        self.assertGreater(len(pages), 5)
        for number, page in enumerate(pages, 1):
            self.assertIn("No Words", " ".join(page.split()))
            self.assertIn(f"page {number} of {len(pages)}", page)
        found = [int(number) for page in pages for number in re.findall(r"row (\d+)", page)]
        self.assertEqual(found, list(range(1, 501)))
        self.assertIn("125,250", pages[-1])  # 500 × 501 / 2

    def test_no_rows_are_a_page_that_says_so(self):
        pages = self.pdf([]).pages()
        self.assertEqual(len(pages), 1)
        self.assertIn("There are no rows in this report.", " ".join(pages[0].split()))

    def test_a_user_without_a_home_gets_the_same_file_and_no_warnings(self):
        usual = self.pdf(SCRIPTS).path.read_bytes()
        self.world.environment.update(HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent/cache")
        run = self.world.must("run", "texts", "--account", "shop", "--format", "pdf")
        self.assertEqual(run.out, usual)
        self.assertNotIn("ontconfig", run.err)

    def test_without_any_font_the_error_says_what_to_install(self):
        (self.world.path / "no-fonts.conf").write_text("<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'><fontconfig/>")
        self.world.environment.update(FONTCONFIG_FILE=str(self.world.path / "no-fonts.conf"))
        run = self.world.run("run", "texts", "--account", "shop", "--format", "pdf")
        self.assertNotEqual(run.code, 0)
        self.assertIn("there is no font on this machine", run.err)
        self.assertIn("fonts-noto-core", run.err)
        self.assertEqual(run.out, b"")


if __name__ == "__main__":
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise SystemExit(f"{', '.join(missing)}: install poppler-utils and qpdf (.ci/packages test)")
    e2e.main()
