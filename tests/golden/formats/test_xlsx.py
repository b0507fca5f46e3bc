#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""XLSX files, opened with openpyxl: every type, what a spreadsheet cannot hold, and the whole catalog cell by cell against the CSV of the same
run. REPORTCTL names the program."""
import datetime
import decimal
import io
import os
import re
import resource
import signal
import zipfile

import formats_world
import e2e
import openpyxl
from openpyxl.utils.escape import unescape

Decimal = decimal.Decimal
EPOCH = datetime.datetime(1899, 12, 30)
SECOND = datetime.timedelta(seconds=1)
RIGHT = "right"


def book_of(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def hours(value):
    if isinstance(value, datetime.datetime):
        value -= EPOCH
    elif isinstance(value, datetime.time):
        value = datetime.datetime.combine(EPOCH, value) - EPOCH
    seconds = round(value / SECOND)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def as_csv(cell, column, written):
    """What CSV would have for a cell; of timestamps, whose zone is in the header, without the offset."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value)
    if column == "boolean":
        return "true" if value else "false"
    if column == "duration":
        return hours(value)
    if column == "date":
        return value.date().isoformat()
    if column == "timestamp":
        return (value + SECOND / 2).replace(microsecond=0).isoformat()
    exact = Decimal(repr(value)) * (100 if column == "percent" else 1)
    return format(exact.quantize(Decimal(written) if "." not in written else Decimal(1).scaleb(-len(written.partition(".")[2]))), "f")


class EveryType(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.world = formats_world.World()
        cls.content = cls.world.every_type("xlsx")
        cls.book = book_of(cls.content)
        cls.data = cls.book["Report"]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def row(self, number):
        return [cell.value for cell in self.data[number]]

    def test_values_are_typed(self):
        """2026-03-16T19:00Z is 20:00 in Berlin; 3725 seconds are 1:02:05; JPY has no minor digits and KWD three."""
        self.assertEqual(self.book.sheetnames, ["Report", "Summary"])
        self.assertEqual(self.book.active.title, "Summary", "which people see first")
        self.assertEqual(self.row(1), ["Name", "Number", "Energy (kWh)", "Share", "Price", "Currency", "Placed (Europe/Berlin)", "Day", "Took", "Paid"])
        self.assertEqual(self.row(2)[:8], ['Łukasz, "Lucky"', -42, 12.345, 0.1234, 1999, "EUR", datetime.datetime(2026, 3, 16, 20),
                                           datetime.datetime(2026, 3, 17)])
        self.assertEqual(hours(self.data["I2"].value), "1:02:05")
        self.assertIs(self.data["J2"].value, True)
        self.assertEqual([cell.number_format for cell in self.data[2]], ["General", "#,##0", "#,##0.000", "0.00%", "#,##0.00", "General",
                                                                         "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "[h]:mm:ss", "General"])
        self.assertEqual(self.row(3), ["=1+1", 1234567, 0.5, 1, 150000, "JPY", datetime.datetime(2026, 3, 17, 0, 59, 59),
                                       datetime.datetime(2024, 2, 29), datetime.timedelta(hours=100), False])
        self.assertEqual(self.data["E3"].number_format, "#,##0")
        self.assertEqual((self.data["E6"].value, self.data["E6"].number_format), (1.234, "#,##0.000"))
        self.assertEqual(self.row(5), [None] * 10)

    def test_texts_stay_texts(self):
        """A formula, a leading zero, a plus sign; nothing in the file is a formula or a link."""
        for place, text in (("A3", "=1+1"), ("A4", "0001"), ("A8", "+49 30 1234")):
            self.assertEqual(self.data[place].value, text)
        parts = zipfile.ZipFile(io.BytesIO(self.content))
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                sheet = parts.read(name)
                self.assertNotIn(b"<f>", sheet)
                self.assertNotIn(b"<hyperlink", sheet)
        self.assertRegex(parts.read("xl/worksheets/sheet1.xml"), rb'<c r="A3"[^>]* t="inlineStr"><is><t>=1\+1</t>')

    def test_characters_that_xml_cannot_hold_come_back(self):
        self.assertEqual(unescape(self.data["A6"].value), "_x0041_ \x07 \ufffe \n end")

    def test_what_a_cell_cannot_hold_is_text_and_said(self):
        """15 digits are kept; 1000000000000000 has only one. 1900-03-01 is the first day on which all spreadsheets agree."""
        self.assertEqual((self.data["B6"].value, self.data["C6"].value), (999999999999999, 999999999999.999))
        self.assertEqual([self.data[place].value for place in ("B7", "C7", "B8", "E8", "H7", "H8", "G8", "I7")],
                         [1000000000000000, "-9007199254740993.125", "9223372036854775807", "92233720368547.75",
                          "1900-02-28", "0001-01-01", "0001-01-01T12:53:00+00:53", "-0:01:01"])
        self.assertEqual(self.data["H4"].value, datetime.datetime(1900, 3, 1))
        self.assertEqual(self.data["H6"].value, datetime.datetime(9999, 12, 31))
        self.assertEqual([self.data[place].alignment.horizontal for place in ("C7", "H7", "I7")], [RIGHT] * 3)
        long = self.data["A7"].value
        self.assertTrue(long.startswith("abab") and long.endswith("… [cut: 100000 characters]"), long[-60:])
        self.assertLessEqual(len(long), 32767)
        notes = "\n".join(str(row[0].value) for row in self.book["Summary"].iter_rows())
        self.assertIn("1 text is longer than the 32,767 characters of a cell", notes)
        self.assertRegex(notes, r"\d+ numbers have more than the 15 digits")
        self.assertIn("4 dates are before March 1900 or after 9999", notes)
        self.assertIn("1 duration is negative", notes)

    def test_the_header_is_as_promised(self):
        """bold on 4472C4; frozen, filtered, wide enough."""
        for cell in self.data[1]:
            self.assertTrue(cell.font.bold)
            self.assertEqual((cell.fill.fgColor.rgb, cell.font.color.rgb), ("FF4472C4", "FFFFFFFF"))
        self.assertEqual(self.data.freeze_panes, "A2")
        self.assertEqual(self.data.auto_filter.ref, "A1:J8")
        widths = {name: dimension.width for name, dimension in self.data.column_dimensions.items()}
        self.assertGreaterEqual(widths["G"], len("Placed (Europe/Berlin)"))
        self.assertGreaterEqual(widths["B"], len("9,223,372,036,854,775,807"))
        self.assertGreaterEqual(widths["H"], len("2026-03-17"))
        self.assertLess(widths["A"], 80)
        self.assertLess(widths["J"], 20)

    def test_the_page_prints_with_its_header_on_every_sheet_of_paper(self):
        self.assertEqual((self.data.page_setup.orientation, str(self.data.page_setup.paperSize)), ("landscape", "9"))
        self.assertEqual(self.data.print_title_rows, "$1:$1")
        self.assertEqual((self.data.page_setup.fitToWidth or 1, self.data.page_setup.fitToHeight), (1, 0))

    def test_totals_are_kept_apart_by_currency(self):
        """Rows 1 to 3 alone: EUR -42 + 7, 12.345 - 0.001, 1999.00 - 0.05, 1:02:05; JPY the one row it has."""
        data = book_of(self.world.every_type("xlsx", 3))["Report"]
        self.assertEqual(data.auto_filter.ref, "A1:J4")
        self.assertEqual([cell.value for cell in data[5]][:6], ["Total EUR", -35, 12.344, None, 1998.95, None])
        self.assertEqual(hours(data["I5"].value), "1:02:05")
        self.assertEqual([cell.value for cell in data[6]][:6], ["Total JPY", 1234567, 0.5, None, 150000, None])
        self.assertEqual(hours(data["I6"].value), "100:00:00")
        self.assertTrue(all(cell.font.bold and cell.border.top.style == "thin" for cell in data[5]))
        self.assertEqual((data["E5"].number_format, data["E6"].number_format), ("#,##0.00", "#,##0"))
        self.assertEqual(data.max_row, 6)

    def test_without_rows_there_is_a_header_and_no_total(self):
        data = book_of(self.world.every_type("xlsx", 0))["Report"]
        self.assertEqual((data.max_row, data.auto_filter.ref, data.freeze_panes), (1, "A1:J1", "A2"))

    def test_the_summary_says_what_it_is(self):
        """Typed metrics, a row a currency; the latest of rows 1 to 3 is 2026-07-01T00:00Z, 02:00 in Berlin."""
        book = book_of(self.world.every_type("xlsx", 3))
        rows = [[cell.value for cell in row][:3] for row in book["Summary"].iter_rows(max_row=20)]
        self.assertEqual(rows[0][0], "Every type")
        self.assertEqual(rows[1][0], "Harbour Tea")
        self.assertIn(["Time zone", "Europe/Berlin", None], rows)
        self.assertIn(["Generated", "2026-03-17 06:02:00", None], rows)
        self.assertIn(["Rows", 3, None], rows)
        at = rows.index(["Summary", "Value", "Currency"])
        self.assertEqual(rows[at + 1:at + 5], [["Things", 3, None], ["Price", 1998.95, "EUR"], [None, 150000, "JPY"],
                                               ["Latest", datetime.datetime(2026, 7, 1, 2), None]])
        self.assertEqual(book["Summary"]["A1"].font.size, 16)
        # All charts on one page.
        self.assertEqual((book["Summary"].page_setup.fitToWidth or 1, book["Summary"].page_setup.fitToHeight or 1), (1, 1))

    def test_a_long_title_is_printed_whole(self):
        """Without a chart, the page is as wide as the title: 60 letters of 16 points in bold are as wide as 96 of the 11 of the columns,
        which have 18, 24 and 16, 16, 16, …"""
        title = "Numbers of " + "x" * 49
        sheet = book_of(self.world.must("run", "many-rows", "--account", "shop", "--format", "xlsx", "--param", "rows=1", "--title", title).out)["Summary"]
        self.assertEqual(sheet["A1"].value, title)
        self.assertEqual(sheet.print_area[0].partition(":")[2][:2], "$F")
        short = book_of(self.world.must("run", "many-rows", "--account", "shop", "--format", "xlsx", "--param", "rows=1").out)["Summary"]
        self.assertEqual(short.print_area[0].partition(":")[2][:2], "$C")

    def test_the_chart_is_native_and_drawn_from_cells(self):
        book = book_of(self.world.every_type("xlsx", 3))
        charts = book["Summary"]._charts
        self.assertEqual(len(charts), 2, "one a currency: they are never drawn to one scale")
        for chart, total in zip(charts, (1998.95, 150000)):
            self.assertEqual(chart.type, "col")
            sheet, _, cells = chart.series[0].val.numRef.f.partition("!")
            values = [cell.value for row in book[sheet.strip("'")][cells.replace("$", "")] for cell in row]
            self.assertAlmostEqual(sum(values), total)
            self.assertEqual([float(point.v) for point in chart.series[0].val.numRef.numCache.pt], values)
            sheet, _, cells = chart.series[0].cat.strRef.f.partition("!")
            days = [cell.value for row in book[sheet.strip("'")][cells.replace("$", "")] for cell in row]
            self.assertEqual([point.v for point in chart.series[0].cat.strRef.strCache.pt], days)

    def test_the_same_run_gives_the_same_bytes(self):
        """whatever the clock, the zone of the machine or the hour of the second try."""
        again = self.world.every_type("xlsx", env={"TZ": "Asia/Tokyo", "TMPDIR": str(self.world.path)})
        self.assertEqual(self.content, again)
        self.assertEqual(self.content, self.world.every_type("xlsx", env={"TMPDIR": "/nonexistent"}), "it spools beside the stored files")

        def without_threads():
            """Their stacks would be as large as all addresses."""
            resource.setrlimit(resource.RLIMIT_STACK, (1 << 47, resource.RLIM_INFINITY))
        process = e2e.subprocess.run([e2e.REPORTCTL, "run", "every-type", "--account", "shop", "--format", "xlsx"], capture_output=True, check=True,
                                     env=self.world.command_environment(), preexec_fn=without_threads)
        self.assertEqual(self.content, process.stdout, "where no thread can be had")
        properties = self.book.properties
        self.assertEqual((properties.title, properties.created, properties.modified),
                         ("Every type", datetime.datetime(2026, 3, 17, 5, 2), datetime.datetime(2026, 3, 17, 5, 2)))

    def test_chosen_columns_and_their_totals(self):
        """money keeps its totals with its currency, which comes along where it was not chosen."""
        with_currency = book_of(self.world.every_type("xlsx", 3, "--columns", "currency,price"))["Report"]
        self.assertEqual([[cell.value for cell in row] for row in with_currency.iter_rows(min_row=5)], [["Total EUR", 1998.95], ["Total JPY", 150000]])
        without = book_of(self.world.every_type("xlsx", 3, "--columns", "name,price"))["Report"]
        self.assertEqual([[cell.value for cell in row] for row in without.iter_rows(min_row=5)],
                         [["Total EUR", None, 1998.95], ["Total JPY", None, 150000]])


class Limits(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.world = formats_world.World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def many(self, rows, *more):
        return ("run", "many-rows", "--account", "shop", "--format", "xlsx", "--param", f"rows={rows}", *more)

    def test_more_rows_than_a_sheet_holds_go_on_on_another(self):
        """1,048,576 rows a sheet, header included: 1,048,600 rows leave 25 for the second; the total, n(n+1)/2, is below them."""
        rows = 1_048_600
        parts = zipfile.ZipFile(io.BytesIO(self.world.must(*self.many(rows)).out))
        first, second = parts.read("xl/worksheets/sheet1.xml"), parts.read("xl/worksheets/sheet2.xml")
        self.assertEqual(re.findall(rb'<sheet name="([^"]*)"', parts.read("xl/workbook.xml")), [b"Report", b"Report 2", b"Summary"])
        self.assertEqual((first.count(b"<row "), second.count(b"<row ")), (1_048_576, 1 + 25 + 1))
        self.assertIn(b'<autoFilter ref="A1:A1048576"/>', first)
        self.assertIn(b'<autoFilter ref="A1:A26"/>', second)
        self.assertRegex(second, rb'<c r="A2" s="\d+"><v>1048576</v>')
        self.assertRegex(second, rb'<c r="A27" s="\d+"><v>%d</v>' % (rows * (rows + 1) // 2))
        self.assertIn(b"The rows are on 2 sheets", parts.read("xl/worksheets/sheet3.xml"))

    def test_a_file_system_that_takes_no_more_is_an_error_and_no_half_file(self):
        """Temporary files and the result alike: files of at most so many bytes, at several places of the work."""
        out = self.world.path / "many.xlsx"
        whole = self.world.must(*self.many(60000), "-o", out)
        size = out.stat().st_size
        out.unlink()
        self.assertGreater(size, 100_000, whole.err)
        for limit in (4096, 65536, size // 2, size - 100):
            def shrink(limit=limit):
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            with self.subTest(limit=limit):
                process = e2e.subprocess.run([e2e.REPORTCTL, *self.many(60000), "-o", str(out)], env=self.world.command_environment(), preexec_fn=shrink,
                                             capture_output=True, check=False)
                self.assertNotEqual(process.returncode, 0)
                self.assertFalse(out.exists())
                self.assertIn(b"reportctl: ", process.stderr)

    def test_a_killed_run_leaves_nothing_behind(self):
        before = sorted(path for path in self.world.path.rglob("*"))
        process = self.world.start(*self.many(5_000_000), env={"TMPDIR": str(self.world.path)})

        def is_spooling():
            links = []
            for name in os.listdir(f"/proc/{process.pid}/fd"):
                try:
                    links.append(os.readlink(f"/proc/{process.pid}/fd/{name}"))
                except FileNotFoundError:
                    pass
            return any("(deleted)" in link and str(self.world.path) in link for link in links)

        e2e.wait_until(is_spooling, "it spools")
        process.send_signal(signal.SIGKILL)
        process.communicate()
        after = sorted(path for path in self.world.path.rglob("*") if "artifacts" not in path.name and "state" not in str(path))
        self.assertEqual([path for path in after if path not in before], [])


class WholeCatalog(e2e.Case):
    def test_every_report_has_the_cells_of_its_csv(self):
        world = formats_world.Catalog()
        self.closing(world.close)
        cells, reports, days = 0, set(), re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[+-]\d\d:\d\d$")
        for case in world.cases("run"):
            words = world.words(case)
            with self.subTest(words=words):
                table = formats_world.read_csv(world.must(*words, "--format", "csv", now=world.now).out)
                book = book_of(world.must(*words, "--format", "xlsx", now=world.now).out)
                data = list(book["Report"].iter_rows(max_row=len(table)))
                types = world.types(case)
                self.assertEqual(list(types), table[0])
                for line, (written, row) in enumerate(zip(table[1:], data[1:]), 2):
                    for name, text, cell in zip(table[0], written, row):
                        wanted = text
                        if types[name] == "text" and text[:1] == "'":
                            wanted = text[1:] if unescape(cell.value or "") == text[1:] else text
                        if types[name] == "timestamp" and days.match(text) and not isinstance(cell.value, str):
                            wanted = days.match(text).group(1)
                        if as_csv(cell, types[name], wanted) != wanted:
                            self.assertEqual(as_csv(cell, types[name], wanted), wanted, f"row {line}, {name}")
                        if types[name] not in ("text", "boolean") and text:
                            self.assertNotIsInstance(cell.value, str, f"row {line}, {name}")
                        cells += 1
                self.assertEqual(book["Report"].auto_filter.ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), str(len(table)))
                reports.add(case.report["id"])
        self.assertEqual(reports, {report["id"] for report in world.reports if "run" in report["surfaces"]})
        self.assertGreater(cells, 10000)
        print(f"         {len(reports)} reports, {cells} cells", flush=True)


if __name__ == "__main__":
    e2e.main()
