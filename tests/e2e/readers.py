#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What a reader believes: whatever could be taken for something else is said, in every format, and programs get their values back."""
import csv, io, pathlib, re, subprocess, sys

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

HEAD = """id: {id}
label: {label}
family: own
description: d
scope: [account]
window: {{kind: lookback, default_days: {days}, max_days: 60}}
cadences: [daily, weekly]
"""
SEVEN = ["--from", "2026-03-10", "--to", "2026-03-16"]


class Readers(e2e.Case):
    def setUp(self):
        super().setUp()
        self.made = self.world()
        (self.made.path / "cat").mkdir()
        with open(self.made.config, "a") as config:
            config.write(f"catalog: {{dirs: ['{self.made.path}/cat']}}\n")
        self.made.apply(e2e.ACCOUNT)

    def module(self, id, body, label="Takings", days=7):
        (self.made.path / "cat" / f"{id}.yaml").write_text(HEAD.format(id=id, label=label, days=days) + body)

    def source(self, sql):
        self.made.make_source(sql)

    def csv(self, *arguments, **options):
        return self.made.must("run", *arguments, **options).out.decode()

    def pdf(self, *arguments, pages=None, **options):
        self.made.must("run", *arguments, "--format", "pdf", "-o", "out.pdf", **options)
        return subprocess.run(["pdftotext", "-layout", self.made.path / "out.pdf", "-"], capture_output=True, check=True).stdout.decode()

    def book(self, *arguments, **options):
        self.made.must("run", *arguments, "--format", "xlsx", "-o", "out.xlsx", **options)
        return openpyxl.load_workbook(self.made.path / "out.xlsx")

    def mail(self, name, report, *options, cadence=("--cadence", "daily", "--at", "05:00")):
        self.made.must("schedule", "add", name, "--account", "shop", "--report", report, *cadence, "--to", "a@example.org", *options, now=e2e.MADE_AT)
        text = self.made.must("mail", "preview", name, "--text", "-", now=e2e.NOW).out.decode()
        html = self.made.must("mail", "preview", name, "--html", "-", now=e2e.NOW).out.decode()
        return text, html

    def test_money_brings_its_currency_along(self):
        self.assertEqual(self.csv("sales", *SEVEN, "--columns", "date,gross_revenue"),
                         "date,currency,gross_revenue\n2026-03-15,EUR,9.00\n2026-03-16,EUR,21.75\n2026-03-16,EUR,4.50\n")
        self.assertEqual(self.csv("sales", *SEVEN, "--columns", "gross_revenue,currency").splitlines()[1], "9.00,EUR")
        row = [cell.value for cell in self.book("sales", *SEVEN, "--columns", "gross_revenue")["Report"][1]]
        self.assertEqual(row, ["Currency", "Gross revenue"])
        self.assertRegex(self.pdf("sales", *SEVEN, "--columns", "gross_revenue"), r"EUR +9\.00\n")
        self.assertEqual(self.made.json("run", "sales", *SEVEN, "--columns", "gross_revenue")[0], {"currency": "EUR", "gross_revenue": 9.00})

    def test_filters_are_seen_and_tell_files_apart(self):
        self.source("""CREATE TABLE p(acc, at, method, c);
            INSERT INTO p VALUES ('shop', '2026-03-16T12:00:00Z', 'cash_desk', 1000), ('shop', '2026-03-16T12:00:00Z', 'card', 9900);""")
        self.module("got", """formats: [csv, xlsx, pdf]
parameters: [{name: method, label: Payment method, type: enum, values: [cash_desk, card], filter: p.method}]
columns:
  - {name: method, label: Method, type: text}
  - {name: received, label: Received, type: decimal, scale: 2}
query: SELECT p.method, p.c / 100.0 AS received FROM p WHERE p.acc = :account AND p.at >= :from AND p.at < :to AND {{filters}}
""")
        cash, html = self.mail("cash", "got", "--param", "method=cash_desk", "--columns", "received")
        for part in (cash, html):
            self.assertIn("Payment method:", re.sub("<[^>]*>", "", part))
            self.assertIn("cash desk", part)
            self.assertIn("Columns: Received", re.sub("<[^>]*>", "", part))
        everything, _ = self.mail("all", "got")
        self.assertNotIn("Payment method", everything)
        seen = {}
        for name, parameters in (("all", []), ("one", ["--param", "method=cash_desk"]), ("two", ["--param", "method=card"]),
                                 ("columns", ["--columns", "received"])):
            self.made.must("schedule", "add", name + "2", "--account", "shop", "--report", "got", "--cadence", "daily", "--at", "05:00", "--to",
                           "a@example.org", *parameters, now=e2e.MADE_AT)
            shown = self.made.json("schedule", "preview", name + "2")
            seen[name] = (shown["subject"], shown["file_name"])
        self.assertEqual(seen["all"], ("Takings – 2026-03-10 to 2026-03-16", "got_shop_2026-03-10_2026-03-16.csv"))
        self.assertEqual(seen["two"], ("Takings (card) – 2026-03-10 to 2026-03-16", "got_shop_card_2026-03-10_2026-03-16.csv"))
        self.assertEqual(len({subject for subject, file in seen.values()}), 4)
        self.assertEqual(len({file for subject, file in seen.values()}), 4)
        self.assertIn("Payment method: cash desk", self.pdf("got", *SEVEN, "--param", "method=cash_desk"))
        summary = {row[0].value: row[1].value for row in self.book("got", *SEVEN, "--param", "method=cash_desk")["Summary"].iter_rows()}
        self.assertEqual(summary["Payment method"], "cash desk")
        self.made.must("run-due", now="2026-03-17T05:02:00Z")
        run = next(run for run in self.made.runs() if run["schedule"] == "one2")
        self.assertEqual(self.made.json("runs", "show", run["id"])["filters"], {"Payment method": "cash desk"})
        self.assertRegex(self.made.must("runs", "show", run["id"]).out.decode(), r"Payment method: +cash desk")

    def test_a_preview_of_no_rows_does_not_say_that_there_are_none(self):
        self.made.must("schedule", "add", "s", "--account", "shop", "--report", "sales", "--cadence", "weekly", "--on", "tue", "--at", "05:00", "--to",
                       "a@example.org", now=e2e.MADE_AT)
        shown = self.made.must("schedule", "preview", "s", "--rows", "0", now=e2e.NOW).out.decode()
        self.assertIn("there are rows", shown)
        self.assertNotIn("no rows", shown)

    def test_changes_are_told_as_they_are(self):
        self.source("""CREATE TABLE r(acc, day, cur, c);
            INSERT INTO r VALUES ('shop', '2026-03-06', 'EUR', 1000), ('shop', '2026-03-08', 'USD', 500000), ('shop', '2026-03-08', 'CHF', -26613),
                                 ('shop', '2026-03-10', 'EUR', 1100), ('shop', '2026-03-12', 'GBP', 700), ('shop', '2026-03-12', 'CHF', -37792);""")
        self.module("net", """compare: previous_period
columns:
  - {name: day, label: Day, type: date}
  - {name: currency, label: Currency, type: text}
  - {name: net, label: Net, type: money, total: sum}
summary: [{label: Net, value: total(net)}]
query: SELECT r.day, r.cur AS currency, r.c AS net FROM r WHERE r.acc = :account AND r.day >= {{local_date(:from)}} AND r.day < {{local_date(:to)}} ORDER BY 1, 2
""")
        text, html = self.mail("net", "net")
        changes = dict(re.findall(r"-?[\d,.]+ ([A-Z]{3})  (.*)", text.split("Compared")[0]))
        self.assertEqual(changes, {"CHF": "from -266.13", "EUR": "+10.0 % from 10.00", "GBP": "new", "USD": "−100.0 % from 5,000.00"})
        self.assertIn("Compared with 2026-03-03 to 2026-03-09, which has rows from 2026-03-06 on only", text)
        self.assertIn("−100.0 % from 5,000.00", html)

    def test_a_report_that_asks_for_the_period_before_is_compared_with_one_that_had_its_own(self):
        """Orders 1, 4 and 10 in three weeks: they grew by 6, and by 3 the week before."""
        self.source("""CREATE TABLE r(acc, day, orders);
            INSERT INTO r VALUES ('shop', '2026-03-01', 1), ('shop', '2026-03-05', 4), ('shop', '2026-03-12', 10);""")
        self.module("growth", """compare: previous_period
columns: [{name: grown, label: Grown, type: integer, total: sum}]
summary: [{label: Grown, value: total(grown)}]
query: >-
  SELECT coalesce(sum(CASE WHEN r.day >= {{local_date(:from)}} AND r.day < {{local_date(:to)}} THEN r.orders END), 0)
       - coalesce(sum(CASE WHEN r.day >= {{local_date(:previous_from)}} AND r.day < {{local_date(:previous_to)}} THEN r.orders END), 0) AS grown
  FROM r WHERE r.acc = :account
""")
        text, _ = self.mail("growth", "growth")
        self.assertRegex(text, r"Grown +6 +\+100\.0 % from 3\n")

    def test_averages_ratios_and_different_values(self):
        """Replies 5 of 40 in all, 1 of 10 the week before; 30.05 EUR of 3 orders, 20.00 of 2; three buyers, two before."""
        self.source("""CREATE TABLE r(acc, day, cur, c, orders, sent, replies, buyer);
            INSERT INTO r VALUES ('shop', '2026-03-06', 'EUR', 2000, 2, 10, 1, 'ann'), ('shop', '2026-03-08', 'EUR', NULL, 1, NULL, 1, 'bo'),
                                 ('shop', '2026-03-10', 'EUR', 1000, 1, 10, 4, 'ann'), ('shop', '2026-03-12', 'EUR', 2005, 2, 30, 1, 'bo'),
                                 ('shop', '2026-03-12', 'JPY', 500, 3, 0, NULL, 'cy'), ('shop', '2026-03-13', 'EUR', NULL, NULL, NULL, NULL, NULL);""")
        self.module("means", """compare: previous_period
formats: [csv, xlsx, pdf]
columns:
  - {name: day, label: Day, type: date}
  - {name: currency, label: Currency, type: text}
  - {name: net, label: Net, type: money}
  - {name: orders, label: Orders, type: integer}
  - {name: sent, label: Sent, type: integer}
  - {name: replies, label: Replies, type: integer}
  - {name: buyer, label: Buyer, type: text}
summary:
  - {label: Average order, value: "ratio(net, orders)"}
  - {label: Reply rate, value: "ratio(replies, sent)", format: percent}
  - {label: Average sent, value: average(sent)}
  - {label: Buyers, value: distinct(buyer)}
query: >-
  SELECT r.day, r.cur AS currency, r.c AS net, r.orders, r.sent, r.replies, r.buyer FROM r
  WHERE r.acc = :account AND r.day >= {{local_date(:from)}} AND r.day < {{local_date(:to)}} ORDER BY 1, 2
""")
        self.made.must("catalog", "lint", self.made.path / "cat" / "means.yaml")
        text, html = self.mail("means", "means")
        for line in (r"Average order +10\.02 EUR +\+0\.2 % from 10\.00", r"167 JPY +new", r"Reply rate +12\.50 % +\+2\.5 points from 10\.00 %",
                     r"Average sent +13\.33 +\+33\.3 % from 10\.00", r"Buyers +3 +\+50\.0 % from 2"):
            self.assertRegex(text, line)
        self.assertIn("12.50 %", html)
        printed = self.pdf("means", *SEVEN)
        for value in ("10.02 EUR", "167 JPY", "12.50 %", "13.33"):
            self.assertIn(value, printed)
        summary = [[cell.value for cell in row[:3]] for row in self.book("means", *SEVEN)["Summary"].iter_rows()]
        for row in (["Average order", 10.02, "EUR"], [None, 167, "JPY"], ["Reply rate", 0.125, None], ["Average sent", 13.33, None], ["Buyers", 3, None]):
            self.assertIn(row, summary)
        for value, words in (("ratio(buyer, sent)", "a text column cannot be added up"), ("ratio(sent, net)", "same currency column"),
                             ("average(buyer)", "has no average"), ("distinct(net)", "are not counted"), ("ratio(net)", "needs two columns")):
            (self.made.path / "cat" / "means.yaml").write_text((HEAD.format(id="means", label="M", days=7) + f"""columns:
  - {{name: currency, label: Currency, type: text}}
  - {{name: net, label: Net, type: money}}
  - {{name: sent, label: Sent, type: integer}}
  - {{name: buyer, label: Buyer, type: text}}
summary: [{{label: X, value: "{value}"}}]
query: SELECT r.cur AS currency, r.c AS net, r.sent, r.buyer FROM r WHERE r.acc = :account
"""))
            self.assertIn(words, self.made.must("catalog", "lint", self.made.path / "cat" / "means.yaml", code=7).out.decode())

    def test_a_language_changes_what_people_read_and_nothing_that_programs_read(self):
        english = {form: self.made.must("run", "sales", *SEVEN, "--format", form).out for form in ("csv", "json")}
        self.made.must("account", "edit", "shop", "--language", "de")
        for form, content in english.items():
            self.assertEqual(self.made.must("run", "sales", *SEVEN, "--format", form).out, content)
            self.assertEqual(self.made.must("run", "sales", *SEVEN, "--format", form, "--language", "fr").out, content)
        german = self.pdf("sales", *SEVEN)
        for words in ("10.03.2026 bis 16.03.2026", "Zusammenfassung", "Einzelheiten", "Summe EUR", "Seite 1 von", "Erstellt am 17.03.2026"):
            self.assertIn(words, german)
        self.assertRegex(german, r"15\.03\.2026 .*9,00")
        book = self.book("sales", *SEVEN)
        self.assertEqual(book.sheetnames, ["Report", "Summary"])
        self.assertIn("Zeitraum", [row[0].value for row in book["Summary"].iter_rows()])
        self.assertEqual(book["Report"]["A2"].number_format, "dd.mm.yyyy")
        text, html = self.mail("s", "sales", cadence=("--cadence", "weekly", "--on", "tue", "--at", "05:00"))
        for part in (text, re.sub("<[^>]*>", "", html)):
            self.assertIn("Sie erhalten diesen Bericht", part)
            self.assertIn("10.03.2026 bis 16.03.2026", part)
        self.assertIn('lang="de"', html)
        self.made.must("schedule", "edit", "s", "--language", "es", "--title", "Ventas de la semana", now=e2e.MADE_AT)
        spanish = self.made.must("mail", "preview", "s", "--text", "-").out.decode()
        self.assertIn("Ventas de la semana – del 10/03/2026 al 16/03/2026", spanish)
        self.assertIn("Recibe este informe", spanish)
        shown = self.made.json("schedule", "show", "s")
        self.assertEqual((shown["language"], shown["title"]), ("es", "Ventas de la semana"))
        self.assertEqual(self.made.json("account", "show", "shop")["language"], "de")
        self.made.must("schedule", "edit", "s", "--language", "fr", now=e2e.MADE_AT)
        self.assertIn("\nPièce jointe : sales_shop_", self.made.must("mail", "preview", "s", "--text", "-").out.decode())
        self.made.must("schedule", "edit", "s", "--language", "es", now=e2e.MADE_AT)
        refused = self.made.must("schedule", "edit", "s", "--language", "tlh", now=e2e.MADE_AT, code=7)
        self.assertIn("language_unknown", refused.err)
        self.assertIn("de, en, es or fr", refused.err)
        self.assertIn("language", self.made.must("account", "edit", "shop", "--language", "klingon", code=7).err)

    def test_an_hour_that_comes_twice_is_two(self):
        hours = "".join(f"('shop', '{day}T{hour:02}:30:00Z', 20)," for day, hour in
                        [("2026-10-24", h) for h in (22, 23)] + [("2026-10-25", h) for h in range(23)] + [("2026-03-28", 23)] + [("2026-03-29", h) for h in range(22)])
        self.source(f"CREATE TABLE k(acc, at, kwh); INSERT INTO k VALUES {hours[:-1]};")
        self.module("kwh", """formats: [csv, xlsx, pdf]
columns:
  - {name: at, label: At, type: timestamp}
  - {name: kwh, label: kWh, type: integer}
chart: {type: bar, x: at, y: sum(kwh)}
query: SELECT k.at, k.kwh FROM k WHERE k.acc = :account AND k.at >= :from AND k.at < :to ORDER BY 1
""", label="Load", days=1)
        berlin = ["--timezone", "Europe/Berlin"]
        autumn = ["kwh", "--from", "2026-10-25", "--to", "2026-10-25", *berlin]
        at = "2026-11-01T00:00:00Z"

        def chart(book):
            table = {row[0].value: row[1].value for row in book["Summary"].iter_rows() if re.match(r"\d\d:\d\d", str(row[0].value))}
            return table

        book = self.book(*autumn, now=at)
        loads = chart(book)
        self.assertEqual(len(loads), 25)
        self.assertEqual(set(loads.values()), {20})
        self.assertEqual([name for name in loads if name.startswith("02")], ["02:00+02:00", "02:00+01:00"])
        formats = [row[0].number_format for row in book["Report"].iter_rows(min_row=2) if row[0].value.hour == 2]
        self.assertEqual(formats, ['yyyy-mm-dd hh:mm:ss "+02:00"', 'yyyy-mm-dd hh:mm:ss "+01:00"'])
        self.assertEqual(re.findall(r"2026-10-25 02:30:00(\S*)", self.pdf(*autumn, now=at)), ["+02:00", "+01:00"])
        spring = chart(self.book("kwh", "--from", "2026-03-29", "--to", "2026-03-29", *berlin, now=at))
        self.assertEqual((len(spring), "02:00" in spring, set(spring.values())), (23, False, {20}))

    def test_years_and_identifiers_are_no_quantities(self):
        self.source("CREATE TABLE y(acc, year, customer_id, n); INSERT INTO y VALUES ('shop', 2026, 1004513, 1004513);")
        self.module("y", """formats: [csv, xlsx, pdf]
columns:
  - {name: year, label: Year, type: integer}
  - {name: customer_id, label: Customer, type: integer}
  - {name: n, label: N, type: integer}
  - {name: lot, label: Lot, type: integer, format: plain}
summary: [{label: Last year, value: maximum(year)}]
query: SELECT y.year, y.customer_id, y.n, y.n AS lot FROM y WHERE y.acc = :account AND :from < :to
""")
        self.assertRegex(self.pdf("y"), r"2026 +1004513 +1,004,513 +1004513")
        self.assertNotIn("2,026", self.pdf("y"))
        book = self.book("y")
        self.assertEqual([(cell.value, cell.number_format) for cell in book["Report"][2]], [(2026, "0"), (1004513, "0"), (1004513, "#,##0"), (1004513, "0")])
        self.assertIn(("Last year", 2026), [(row[0].value, row[1].value) for row in book["Summary"].iter_rows()])
        text, html = self.mail("y", "y")
        self.assertIn("1004513", text)
        self.assertNotIn("2,026", text + html)

    def test_a_total_of_all_columns_says_so(self):
        self.source("CREATE TABLE t(acc, a, b); INSERT INTO t VALUES ('shop', 5, 6), ('shop', 7, 8);")
        self.module("t", """formats: [xlsx, pdf]
columns: [{name: a, label: A, type: integer, total: sum}, {name: b, label: B, type: integer, total: sum}]
query: SELECT t.a, t.b FROM t WHERE t.acc = :account AND :from < :to ORDER BY 1
""")
        self.assertRegex(self.pdf("t"), r"Total 12 +14")
        last = self.book("t")["Report"][4]
        self.assertEqual([(cell.value, cell.number_format) for cell in last], [(12, '"Total "#,##0'), (14, "#,##0")])

    def test_a_percentage_is_the_same_everywhere(self):
        self.source("CREATE TABLE u(acc, day, up); INSERT INTO u VALUES ('shop', '2026-03-16', '99.90');")
        self.module("u", """formats: [xlsx, pdf]
columns: [{name: day, label: Day, type: date}, {name: up, label: Online, type: percent}]
chart: {type: line, x: day, y: average(up)}
query: SELECT u.day, u.up FROM u WHERE u.acc = :account AND :from < :to
""", days=1)
        book = self.book("u")
        figures = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float)]
        self.assertEqual([(round(cell.value, 6), cell.number_format) for cell in figures], [(0.999, "0.00%")] * 2)
        page = self.pdf("u")
        self.assertIn("99.90 %", page)
        self.assertIn("Online (%)", page)

    def test_no_figure_of_a_wide_table_is_broken(self):
        columns = "".join(f"  - {{name: c{i}, label: Column number {i}, type: decimal, scale: 2, total: sum}}\n" for i in range(60))
        values = ", ".join(f"({i + 1} * 1111111 + t.i) / 100.0 AS c{i}" for i in range(60))
        self.source("CREATE TABLE t(acc, day, i); INSERT INTO t VALUES ('shop', '2026-03-15', 1), ('shop', '2026-03-16', 2);")
        self.module("wide", f"""formats: [csv, pdf]
columns:
  - {{name: day, label: Day, type: date}}
{columns}query: SELECT t.day, {values} FROM t WHERE t.acc = :account AND :from < :to ORDER BY 1
""")
        page = self.pdf("wide")
        for row in csv.DictReader(io.StringIO(self.csv("wide"))):
            for name, value in list(row.items())[1:]:
                self.assertIn(f"{float(value):,.2f}", page)
        for i in range(60):
            self.assertIn(f"{(2 * (i + 1) * 1111111 + 3) / 100:,.2f}", page)  # totals
        parts = page.count("Columns ")
        self.assertGreater(parts, 1)
        self.assertEqual(page.count("2026-03-15 "), parts + 1)
        self.assertIn("The 61 columns do not fit side by side.", page)
        sizes = [float(size) for size in re.findall(r'size="([\d.]+)"', subprocess.run(
            ["pdftohtml", "-xml", "-stdout", "-i", self.made.path / "out.pdf"], capture_output=True, check=True).stdout.decode())]
        self.assertGreaterEqual(min(sizes), 8)  # pdftohtml counts pixels of a page at 108 dpi: 6 points are 9

    def test_lines_stay_lines(self):
        self.source("CREATE TABLE n(acc, note); INSERT INTO n VALUES ('shop', 'Harbour Tea' || char(13, 10) || '12 Quay Street'), ('shop', '%s');" % ("long " * 30))
        self.module("n", """formats: [csv, xlsx]
columns: [{name: note, label: Note, type: text}]
query: SELECT n.note FROM n WHERE n.acc = :account AND :from < :to ORDER BY n.note
""")
        cells = [row[0] for row in self.book("n")["Report"].iter_rows(min_row=2)]
        self.assertEqual(cells[0].value, "Harbour Tea\n12 Quay Street")
        self.assertEqual([(cell.alignment.wrap_text, cell.alignment.vertical) for cell in cells], [(True, "top")] * 2)
        heights = [cells[0].parent.row_dimensions[row].height for row in (1, 2, 3)]  # LibreOffice trusts them: without, one line is seen
        self.assertEqual(heights, [None, 30, 45], "two lines, and 149 letters in lines of 55")
        text, html = self.mail("n", "n")
        for part in (text, html):
            self.assertIn("Harbour Tea / 12 Quay Street", part)

    def test_a_chart_says_what_its_bars_are_from_nothing_up(self):
        names = ["Ostfriesenmischung, lose, in der Dose mit Deckel, 500 g", "Assam", "Ceylon"]
        rows = ", ".join(f"('shop', '2026-03-16', '{name}', {amount})" for name, amount in zip(names, (58100, 51200, 51000)))
        self.source(f"CREATE TABLE b(acc, day, name, c); INSERT INTO b VALUES {rows};")
        for id, chart in (("names", "x: name, y: sum(got)"), ("days", "x: day, y: sum(got)")):
            self.module(id, f"""formats: [csv, xlsx, pdf]
columns:
  - {{name: day, label: Day, type: date}}
  - {{name: name, label: Name, type: text}}
  - {{name: got, label: Got, type: decimal, scale: 2}}
chart: {{type: bar, {chart}}}
query: SELECT b.day, b.name, b.c / 100.0 AS got FROM b WHERE b.acc = :account AND b.day >= {{{{local_date(:from)}}}} AND b.day < {{{{local_date(:to)}}}} ORDER BY b.name
""", days=1)
        for id, direction, gap in (("names", "bar", 166), ("days", "col", 500)):
            chart, = self.book(id, "--from", "2026-03-16", "--to", "2026-03-16")["Summary"]._charts
            self.assertEqual((chart.type, chart.barDir, chart.y_axis.scaling.min, chart.gapWidth), (direction, direction, 0, gap))
            self.assertEqual((chart.series[0].dLbls.showVal, chart.series[0].dLbls.numFmt), (True, "#,##0.00"))
            self.assertEqual((chart.x_axis.scaling.orientation, chart.x_axis.tickLblPos), ("maxMin" if id == "names" else "minMax", "low"))
        self.assertIn(names[0], self.pdf("names", "--from", "2026-03-16", "--to", "2026-03-16").split("Details")[0])

    def test_columns_that_a_mail_leaves_out_are_named(self):
        names = ["Repository", "Issues closed", "Answered by us", "Average to first answer", "Share answered", "Without an answer", "Remarks", "More"]
        columns = "".join(f"  - {{name: c{i}, label: {name}, type: text}}\n" for i, name in enumerate(names))
        values = ", ".join(f"'a value of some length {i}' AS c{i}" for i in range(len(names)))
        self.source("CREATE TABLE t(acc); INSERT INTO t VALUES ('shop');")
        self.module("w", f"formats: [csv]\ncolumns:\n{columns}query: SELECT {values} FROM t WHERE t.acc = :account AND :from < :to\n")
        text, html = self.mail("w", "w")
        for part in (" ".join(text.split()), html):
            for i, name in enumerate(names):
                if f"a value of some length {i}" not in part:
                    self.assertRegex(part, f"In the attachment only, .*({name}|, …)")

    def test_many_currencies_fit_a_page_and_a_mail(self):
        codes = ("AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE "
                 "CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
                 "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
                 "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SOS SRD SSP STN SYP SZL THB TJS TMT "
                 "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW").split()
        rows = ",".join(f"('shop', '2026-03-16', '{code}', {i})" for i, code in enumerate(codes))
        self.source(f"CREATE TABLE t(acc, day, cur, c); INSERT INTO t VALUES {rows};")
        self.module("m", """formats: [pdf, xlsx]
columns:
  - {name: day, label: Day, type: date}
  - {name: currency, label: Currency, type: text}
  - {name: revenue, label: Revenue, type: money, total: sum}
summary: [{label: Revenue, value: total(revenue)}]
chart: {type: bar, x: day, y: sum(revenue)}
query: SELECT t.day, t.cur AS currency, t.c AS revenue FROM t WHERE t.acc = :account AND :from < :to
""", days=1)
        page = self.pdf("m")
        more = f"… and {len(codes) - 11} more currencies"
        self.assertIn(more, page)
        self.assertNotIn("Other", page)
        text, html = self.mail("m", "m")
        self.assertIn(more, text)
        self.assertLess(len(html.split("data:")[0]), 102_000)

    def test_programs_get_every_text_back(self):
        self.source("CREATE TABLE t(acc, i INTEGER, x TEXT); INSERT INTO t VALUES ('shop', 1, ''), ('shop', 2, NULL), ('shop', 3, '\\.'), ('shop', 4, '-5'), "
                    "('shop', 5, '''-5'), ('shop', 6, 'a,b\"c');")
        self.module("t", """formats: [csv]
columns: [{name: i, label: I, type: integer}, {name: x, label: X, type: text}]
query: SELECT t.i, t.x FROM t WHERE t.acc = :account AND :from < :to ORDER BY 1
""")
        whole = 'i,x\n1,""\n2,\n3,"\\."\n4,-5\n5,\'-5\n6,"a,b""c"\n'
        self.assertEqual(self.csv("t", "--csv-for", "programs"), whole)
        self.assertEqual(self.csv("t", "--no-guard"), whole)
        self.assertEqual(self.csv("t"), whole.replace("4,-5", "4,'-5").replace("5,'-5", "5,''-5"))
        file = self.made.path / "t.csv"
        file.write_text(whole)
        back = subprocess.run(["sqlite3", ":memory:", "create table b(i, x)", f".import --csv --skip 1 {file} b", "select quote(x) from b"],
                              capture_output=True, check=True).stdout.decode().split()
        self.assertEqual(back[2:], ["'\\.'", "'-5'", "'''-5'", "'a,b\"c'"])
        self.made.must("schedule", "add", "raw", "--account", "shop", "--report", "t", "--cadence", "daily", "--at", "05:00", "--to", "a@example.org",
                       "--no-guard", now=e2e.MADE_AT)
        self.assertEqual(self.made.json("schedule", "show", "raw")["csv"], {"guard": False})

    def test_a_decimal_comma(self):
        self.source("CREATE TABLE t(acc, d, c); INSERT INTO t VALUES ('shop', '1234.50', 910);")
        self.module("t", """formats: [csv]
columns: [{name: d, label: D, type: decimal, scale: 2}, {name: c, label: C, type: money, currency: cur}, {name: cur, label: Cur, type: text}]
query: SELECT t.d, t.c, 'EUR' AS cur FROM t WHERE t.acc = :account AND :from < :to
""")
        self.assertEqual(self.csv("t", "--decimal", "comma", "--delimiter", "semicolon"), "d;c;cur\n1234,50;9,10;EUR\n")
        self.assertEqual(self.csv("t", "--csv-for", "excel-de"), "\ufeffd;c;cur\n1234,50;9,10;EUR\n")
        self.assertEqual(self.csv("t", "--csv-for", "excel-de", "--no-bom", "--delimiter", "tab"), "d\tc\tcur\n1234,50\t9,10\tEUR\n")
        self.assertEqual(self.csv("t", "--decimal", "comma"), 'd,c,cur\n"1234,50","9,10",EUR\n')
        self.assertIn("csv_option_invalid", self.made.must("run", "t", "--decimal", "dot", code=7).err)
        self.assertIn("did you mean", self.made.must("run", "t", "--csv-for", "excel-dd", code=2).err)

    def test_a_cell_keeps_what_has_few_digits(self):
        self.source("CREATE TABLE t(acc, r, n INTEGER); INSERT INTO t VALUES ('shop', '1234567.5', 1000000000000000), ('shop', '1.5', 1234567890123456);")
        self.module("t", """formats: [xlsx]
columns: [{name: r, label: R, type: decimal, scale: 9, total: sum}, {name: n, label: N, type: integer}]
query: SELECT t.r, t.n FROM t WHERE t.acc = :account AND :from < :to ORDER BY t.n
""")
        rows = [[(cell.value, cell.data_type) for cell in row] for row in self.book("t")["Report"].iter_rows(min_row=2)]
        self.assertEqual(rows[0], [(1234567.5, "n"), (1000000000000000, "n")])
        self.assertEqual(rows[1], [(1.5, "n"), ("1234567890123456", "s")])
        self.assertEqual(rows[2][0], (1234569, "n"))

    def test_notices_are_true(self):
        self.source("CREATE TABLE t(acc, x); INSERT INTO t VALUES ('shop', '%s');" % ("word " * 5000))
        for formats, expected in (("[pdf]", ""), ("[pdf, xlsx]", " The same report as XLSX has all of it."), ("[pdf, csv, json]", " The same report as CSV has all of it.")):
            self.module("t", f"formats: {formats}\ncolumns: [{{name: x, label: X, type: text}}]\nquery: SELECT t.x FROM t WHERE t.acc = :account AND :from < :to\n")
            page = " ".join(self.pdf("t").split())
            self.assertIn("One text is too long for this page and ends in an ellipsis (…)." + expected, page)
            if not expected:
                self.assertNotIn("The same report", page)

    def test_one_day_is_named_once(self):
        self.assertEqual(self.made.json("run", "sales", "--from", "2026-03-16", "--to", "2026-03-16", "-o", "x.csv")["rows"], 2)
        self.module("one", "formats: [csv]\ncolumns: [{name: a, label: A, type: integer}]\nquery: SELECT 1 AS a FROM orders o WHERE o.account_id = :account AND :from < :to\n", days=1)
        self.made.must("schedule", "add", "d", "--account", "shop", "--report", "one", "--cadence", "daily", "--at", "05:00", "--lookback", "1", "--to",
                       "a@example.org", now=e2e.MADE_AT)
        self.assertEqual(self.made.json("schedule", "preview", "d")["file_name"], "one_shop_2026-03-16.csv")


if __name__ == "__main__":
    e2e.main()
