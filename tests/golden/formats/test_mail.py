#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The mails themselves: their parts, and their HTML and text read through parsers. What they say is worked out again from the attached file, the
module's words and a run over the period before. REPORTCTL names the program."""
import base64
import binascii
import csv
import datetime
import decimal
import email.policy
import hashlib
import html.parser
import io
import json
import re
import struct
import unicodedata
import zlib

import formats_world  # noqa: F401  (the path to the helpers)
import demo_world
import e2e

Decimal = decimal.Decimal
DAY = datetime.timedelta(days=1)
NIGHT = "2026-11-16T23:30:00Z"  # after every slot of the demo's first round
SLOT = "2026-11-16T06:00:00Z"  # 07:00 in Berlin
MINUS = "\N{MINUS SIGN}"
BLOCKS = {"div", "p", "td", "th", "tr", "h1", "h2", "table"}
VOID = {"meta", "img", "br", "wbr"}
TAGS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "th", "h1", "h2", "p", "span", "br", "wbr", "img"}


class Node:
    def __init__(self, tag, attributes, parent=None):
        self.tag, self.attributes, self.parent, self.children = tag, dict(attributes), parent, []

    def classes(self):
        return (self.attributes.get("class") or "").split()

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag, name=None):
        return [node for node in self.walk() if node.tag == tag and (name is None or name in node.classes())]

    def only(self, tag, name=None):
        found = self.all(tag, name)
        assert len(found) == 1, f"{len(found)} of {tag}.{name}"
        return found[0]

    def text(self):
        words = "".join(child if isinstance(child, str) else "\n" if child.tag == "br" else child.text() + " " * (child.tag in BLOCKS)
                        for child in self.children)
        return re.sub(r"[ \n]+", " ", words.replace("\N{NO-BREAK SPACE}", " ")).strip() if self.tag not in ("span", "wbr") else words


class Page(html.parser.HTMLParser):
    """A tree of the elements; every one must be closed where it was opened."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.root = self.node = Node("root", [])
        self.feed(source)
        self.close()
        assert self.node is self.root, f"<{self.node.tag}> is not closed"

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, f"<{tag}>"
        assert not [name for name, _ in attributes if name.startswith("on")], attributes
        child = Node(tag, attributes, self.node)
        self.node.children.append(child)
        if tag not in VOID:
            self.node = child

    def handle_endtag(self, tag):
        assert self.node.tag == tag, f"</{tag}> closes <{self.node.tag}>"
        self.node = self.node.parent

    def handle_data(self, data):
        self.node.children.append(data)


class Mail:
    def __init__(self, content):
        self.digest = hashlib.sha256(content).hexdigest()
        self.message = email.message_from_bytes(content, policy=email.policy.default)
        parts = {}
        for part in self.message.walk():
            parts.setdefault(part.get_content_type(), part)
        self.text = parts["text/plain"].get_content().replace("\r\n", "\n")
        self.html = parts["text/html"].get_content().replace("\r\n", "\n")
        self.page = Page(self.html).root
        self.images = {part["Content-ID"].strip("<>"): part for part in self.message.walk() if part["Content-ID"]}
        files = [part for part in self.message.walk() if part.get_content_disposition() == "attachment"]
        assert len(files) <= 1
        self.file = files[0] if files else None

    def structure(self, part=None):
        part = part or self.message
        kind = part.get_content_type()
        return [kind, *map(self.structure, part.iter_parts())] if part.is_multipart() else kind

    def visible(self):
        return "\n".join(child.text() for child in self.page.only("body").children if isinstance(child, Node) and not is_hidden(child))

    def preheader(self):
        (hidden,) = [node for node in self.page.all("div") if is_hidden(node)]
        return hidden.text()

    def figures(self):
        """[(label, [(value, change)])]"""
        found = []
        for cell in self.page.all("div", "figures"):
            label, *values = [child for child in cell.children if isinstance(child, Node)]
            found.append((label.text(), [(value.only("span", "figure").text(), "".join(span.text() for span in value.all("span", "change")))
                                         for value in values]))
        return found

    def table(self):
        """The first rows: the header and the cells, with whether a narrow screen has them."""
        heads = [node for node in self.page.all("th")]
        if not heads:
            return [], []
        table = heads[0].parent.parent
        rows = [row.all("td") for row in table.all("tr") if row.all("td")]
        assert {tuple("wide" in cell.classes() for cell in row) for row in rows} == {tuple("wide" in head.classes() for head in heads)}
        return [head.text() for head in heads], [[cell.text() for cell in row] for row in rows]

    def csv(self):
        return list(csv.DictReader(io.StringIO(self.file.get_payload(decode=True).decode("utf-8"), newline="")))


def is_hidden(node):
    return "display:none" in (node.attributes.get("style") or "")


def mails_of(world):
    return [Mail(path.read_bytes()) for path in sorted((world.outbox / "new").glob("*"))]


def columns_wide(text):
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def seconds(value):
    hours, minutes, rest = value.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def for_people(kind, value, currency=""):
    if value == "":
        return ""
    if kind in ("integer", "decimal"):
        return f"{Decimal(value):,}"
    if kind == "percent":
        return f"{Decimal(value):,} %"
    if kind == "money":
        return f"{Decimal(value):,} {currency}"
    if kind == "timestamp":
        return f"{value[:10]} {value[11:19]}"
    if kind == "boolean":
        return {"true": "yes", "false": "no"}[value]
    return value


class Module:
    """The words of a module, and its figures over rows of CSV."""

    def __init__(self, world, identifier, parameters, now):
        shown = world.json("catalog", "show", identifier, now=now)
        (path,) = (e2e.ROOT / "share" / "catalog").glob(f"*/{identifier}.yaml")
        words = path.read_text(encoding="utf-8")
        names = sorted(shown["shapes"], key=lambda name: words.find(f"\n    {name}:"))
        at = names.index(parameters[shown["variant_parameter"]][0]) if len(names) > 1 else 0
        self.label, self.window = shown["label"], shown["window"]
        self.columns = {column["name"]: column for column in shown["shapes"][names[at]]["columns"]}
        self.family = path.parent.name
        blocks = re.findall(r"(?m)((?:^ +- \{label: [^{}]*, value: [^{}]*\}\n)+)", words)
        self.metrics = re.findall(r"\{label: (.*?), value: (.*?)\}", blocks[at])
        self.compares = "\ncompare: previous_period" in words
        self.chart = re.findall(r"(?m)^ *chart: \{type: (\w+), x: (.*?), y: (.*?)(?:, series: (\w+))?\}", words)[at]

    def amounts(self, rows):
        """{label: (type, [(currency, number)])}"""
        found = {}
        for label, words in self.metrics:
            call = re.fullmatch(r"(\w+)\((\w+)\)", words)
            if not call:
                found[label] = ("integer", [("", Decimal(len(rows)))])
                continue
            kind = self.columns[call[2]]["type"]
            groups = {}
            for row in rows:
                if row[call[2]] != "":
                    groups.setdefault(row["currency"] if kind == "money" else "", []).append(row[call[2]])
            if call[1] == "total":
                number = seconds if kind == "duration" else Decimal
                sums = [(currency, sum(map(number, values))) for currency, values in sorted(groups.items())]
                found[label] = (kind, sums) if sums else ("integer", [("", Decimal(0))])
            else:
                pick = {"maximum": max, "minimum": min}[call[1]]
                key = {"timestamp": datetime.datetime.fromisoformat, "duration": seconds}.get(kind, Decimal if kind != "date" else str)
                found[label] = (kind, [(currency, pick(values, key=key)) for currency, values in sorted(groups.items())])
        return found

    def figures(self, rows, before=None):
        """As Mail.figures(); `before`: the rows of the period before."""
        found = []
        now, earlier = self.amounts(rows), self.amounts(before) if before is not None else {}
        def shown(kind, amount, currency=""):
            if isinstance(amount, int):
                return f"{amount // 3600}:{amount // 60 % 60:02}:{amount % 60:02}"
            return for_people(kind, str(amount), currency).rstrip()

        for label, (kind, amounts) in now.items():
            values = []
            if earlier and earlier[label][0] == "money" and kind in ("money", "integer"):  # what vanished is zero
                gone = [(currency, amount - amount) for currency, amount in earlier[label][1] if amount and currency not in dict(amounts)]
                kind, amounts = "money", sorted([*(pair for pair in amounts if pair[0] or not gone), *gone])
            for currency, amount in amounts:
                was = dict(earlier[label][1]).get(currency) if earlier else None
                old = shown(earlier[label][0], was) if was is not None else ""
                values.append((shown(kind, amount, currency), change(kind, amount, was, old) if earlier else ""))
            found.append((label, values or [("\N{EN DASH}", "")]))
        return found


def signed(number, unit):
    number = number.quantize(Decimal("0.1"), rounding=decimal.ROUND_HALF_UP)
    if number == 0:
        return "±0" + unit
    digits = f"{abs(number):,.1f}" if abs(number) < 1000 else f"{abs(number).quantize(Decimal(1), rounding=decimal.ROUND_HALF_UP):,}"
    return ("+" if number > 0 else MINUS) + digits + unit


def change(kind, now, before, old):
    if kind in ("timestamp", "date", "boolean"):
        return ""
    number = seconds if kind == "duration" and isinstance(now, str) else Decimal
    now, before = Decimal(number(now)), None if before is None else Decimal(number(before))
    if before is None:
        return "new" if now or kind == "percent" else "±0 %"
    if now == before:
        return "±0 points" if kind == "percent" else "±0 %"
    if kind == "percent":
        return f"{signed(now - before, ' points')} from {old}"
    return f"from {old}" if before <= 0 or now < 0 else f"{signed((now - before) / before * 100, ' %')} from {old}"


def png(width, height, color=(30, 110, 90)):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", binascii.crc32(name + data))

    rows = b"".join(b"\0" + bytes(color) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


class Checks(e2e.Case):
    """What holds for every mail."""

    def check_page(self, mail):
        """Nothing from elsewhere, nothing that runs, pictures that are there and have words."""
        self.assertNotRegex(mail.html.replace("http://www.w3.org/1999/xhtml", ""), r"(?i)https?:|//[a-z]|url\(|@import|javascript:|expression\(")
        sources = [image.attributes["src"] for image in mail.page.all("img")]
        self.assertEqual(sorted(sources), sorted("cid:" + name for name in mail.images))
        for image in mail.page.all("img"):
            self.assertTrue(image.attributes["alt"].strip())
            part = mail.images[image.attributes["src"].removeprefix("cid:")]
            self.assertEqual((part.get_content_disposition(), part["Content-Transfer-Encoding"]), ("inline", "base64"))
            content = part.get_payload(decode=True)
            if content.startswith(b"\x89PNG"):
                wide, high = struct.unpack(">II", content[16:24])
                self.assertAlmostEqual(wide / high, int(image.attributes["width"]) / int(image.attributes["height"]), delta=0.1)
        self.assertEqual([node for node in mail.page.all("table") if "role" not in node.attributes and not node.all("td")], [])
        self.assertEqual(mail.page.only("html").attributes["lang"], "en")
        self.assertEqual({node.attributes.get("name"): node.attributes.get("content") for node in mail.page.all("meta")}["color-scheme"], "light dark")
        self.assertIn("@media (prefers-color-scheme: dark)", mail.page.only("style").text())
        self.assertLess(len(mail.html.encode()), 60_000)  # a widespread reader cuts at 102 kB
        for part in mail.images.values():
            self.assertLess(len(part.get_payload(decode=True)), 100_000)

    def check_text(self, mail, widest=80):
        self.assertNotIn("\n\n\n", mail.text)
        for line in mail.text.splitlines():
            self.assertLessEqual(columns_wide(line), widest, line)
            self.assertTrue(line == line.rstrip() or line == "-- ", line)

    def check_first_rows(self, mail, module, rows):
        """They are those of the file; cells that are long are cut visibly."""
        head, cells = mail.table()
        self.assertEqual(len(cells), min(8, len(rows)))
        by_label = {column["label"]: name for name, column in module.columns.items()}
        self.assertEqual(head, [label for label in by_label if label in head])  # the order of the file
        # What the chart shows is among them, whatever stands before it in the file.
        for words in module.chart[1:]:
            name = re.sub(r"^\w+\((\w+)\)$", r"\1", words)
            if name and name != "count" and any(row[name] for row in rows[:8]):
                self.assertIn(module.columns[name]["label"], head)
        for shown, row in zip(cells, rows):
            for label, text in zip(head, shown):
                column = module.columns[by_label[label]]
                whole = for_people(column["type"], row[column["name"]], row.get("currency", ""))
                if text.endswith("…"):
                    self.assertTrue(whole.startswith(text[:-1]) and columns_wide(text) in (23, 24, 39, 40), (text, whole))
                else:
                    self.assertEqual(text, " ".join(whole.split()))
        title = mail.page.all("h2")[0].text()
        self.assertEqual(title, f"The first {len(cells)} rows" if len(rows) > 8 else "One row" if len(rows) == 1 else f"All {len(rows)} rows")
        self.assertIn(title + "\n", mail.text)
        more = f"… and {len(rows) - 8:,} more row{'s' if len(rows) > 9 else ''} in the attachment"
        for part in (mail.visible(), mail.text):
            self.assertEqual(more in part, len(rows) > 8)
        lines = mail.text.split(title + "\n", 1)[1].splitlines()[1:1 + len(cells)]
        for line, shown in zip(lines, cells):
            self.assertTrue(line.startswith("  " + shown[0]), line)
            self.assertIn(shown[1], line)


class Scheduled(Checks):
    """The mails of the demo: every report that can be scheduled, over three families and seven zones."""

    @classmethod
    def setUpClass(cls):
        cls.world = demo_world.Demo()
        cls.world.must("run-due", now=NIGHT)
        cls.schedules = {(row["account"], row["name"]): cls.world.json("schedule", "show", row["name"], "--account", row["account"], now=NIGHT)
                         for row in cls.world.json("schedule", "list", now=NIGHT)}
        cls.members = {name: cls.world.json("member", "list", "--account", name, now=NIGHT) for name in cls.world.accounts}
        cls.mails = mails_of(cls.world)
        modules = {key: Module(cls.world, row["report"], row["params"], NIGHT) for key, row in cls.schedules.items()}
        cls.cases = []
        for mail in cls.mails:
            to = mail.message["to"].addresses[0].addr_spec
            name = re.search(r"(?m)^Schedule: (.*)$", mail.text)[1]
            (key,) = [key for key, row in cls.schedules.items() if key[1] == name and any(to in address for address in row["recipients"])]
            cls.cases.append((mail, cls.schedules[key], modules[key]))

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_every_scheduled_report_of_every_family_is_among_them(self):
        families = {module.family for _, _, module in self.cases}
        self.assertEqual(families, {"commerce", "fleet", "outreach"})
        self.assertEqual(len(self.mails), sum(len(row["recipients"]) for row in self.schedules.values()))

    def test_parts_are_text_and_html_with_the_chart_inside_and_the_file_beside(self):
        for mail, schedule, module in self.cases:
            with self.subTest(schedule["name"]):
                self.assertEqual(mail.structure(), ["multipart/mixed", ["multipart/alternative", "text/plain", ["multipart/related", "text/html", "image/png"]],
                                                    "text/csv"])
                related = [part for part in mail.message.walk() if part.get_content_type() == "multipart/related"][0]
                self.assertEqual(related.get_param("type"), "text/html")
                self.check_page(mail)
                (image,) = mail.page.all("img")
                kind = {"line": "Line chart: ", "bar": "Bar chart: "}[module.chart[0]]
                self.assertTrue(image.attributes["alt"].startswith(kind), image.attributes["alt"])

    def test_shell_title_period_and_zone_are_those_of_account_and_report(self):
        for mail, schedule, module in self.cases:
            with self.subTest(schedule["name"]):
                account = self.world.accounts[schedule["account"]]
                period = re.fullmatch(re.escape(module.label) + r"(?: \(.*\))? – (.*)", str(mail.message["subject"]))[1]
                self.assertEqual(mail.page.only("title").text(), f"{module.label}: {period}")
                self.assertEqual(mail.page.only("h1").text(), module.label)
                self.assertIn(f"{period} ({schedule['timezone']})", [node.text() for node in mail.page.all("p", "soft")])
                self.assertIn(f"border-top:6px solid {account['brand']['color']};", mail.page.only("table", "card").attributes["style"])
                lines = mail.text.splitlines()
                self.assertEqual(lines[:2], [module.label, f"{period} ({schedule['timezone']})"])
                self.assertEqual(lines[2].split(" · ")[0], account["brand"]["name"])
                kind, _, site = schedule["scope"].partition(":")
                if site:
                    names = self.world.rows(account["source"], f"SELECT name FROM {kind}s WHERE id = ?", site)
                    self.assertEqual(lines[2].split(" · ")[1], names[0]["name"])
                self.assertIn(lines[2], mail.visible().replace("  ", " "))
                self.assertEqual(mail.preheader().strip(), f"Rehearsal: made with the clock set to {NIGHT}.")

    def before(self, schedule, module, first, last):
        """The rows of a period, of a run of its own."""
        words = ["run", schedule["report"], "--account", schedule["account"], "--scope", schedule["scope"], *demo_world.options(schedule["params"])]
        if module.window["kind"] == "lookback":  # as of the last of these days
            words += ["--lookback", str((last - first).days + 1)]
            return self.csv_of(words, f"{last + DAY}T12:00:00Z")  # on the same day in every zone of the demo
        return self.csv_of([*words, "--from", str(first), "--to", str(last)], NIGHT)

    def csv_of(self, words, now):
        return list(csv.DictReader(io.StringIO(self.world.must(*words, now=now).out.decode("utf-8"), newline="")))

    def test_figures_are_those_of_the_file_and_their_changes_those_against_the_period_before(self):
        compared = 0
        for mail, schedule, module in self.cases:
            with self.subTest(schedule["name"]):
                rows = mail.csv()
                days = [datetime.date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", str(mail.message["subject"]))]
                against = [node.text() for node in mail.page.all("p", "soft") if node.text().startswith("Compared with")]
                before = None
                if module.compares:
                    last = days[0] - DAY
                    first = last - (days[-1] - days[0])
                    self.assertEqual(against, [f"Compared with {first}" + (f" to {last}" if first != last else "")])
                    self.assertIn("\n  " + against[0] + "\n", mail.text)
                    before = self.before(schedule, module, first, last)
                    compared += 1
                else:
                    self.assertEqual(against, [])
                expected = module.figures(rows, before)
                self.assertEqual(mail.figures(), expected)
                for label, values in expected:
                    self.assertRegex(mail.text, r"(?m)^  " + re.escape(label) + " +" + re.escape(values[0][0]) + r" *" + re.escape(values[0][1]) + "$")
                    for value, changed in values[1:]:
                        self.assertRegex(mail.text, r"(?m)^ +" + re.escape(value) + r" *" + re.escape(changed) + "$")
        self.assertGreaterEqual(compared, 8)

    def test_the_first_rows_are_those_of_the_file(self):
        for mail, schedule, module in self.cases:
            with self.subTest(schedule["name"]):
                self.check_first_rows(mail, module, mail.csv())
                self.check_text(mail)

    def test_the_chart_in_words_has_the_highest_value_of_the_file(self):
        checked = 0
        for mail, schedule, module in self.cases:
            with self.subTest(schedule["name"]):
                kind, x, y, series = module.chart
                call = re.fullmatch(r"(\w+)\((\w+)\)", y)
                rows = [row for row in mail.csv() if not call or row[call[2]] != ""]
                if series or call and module.columns[call[2]]["type"] == "money":
                    continue
                column = re.sub(r"\W|day\(", "", x)
                is_time = module.columns[column]["type"] == "timestamp"
                is_hour = is_time and "(" not in x and len({row[column][:10] for row in rows}) == 1
                groups = {}
                for row in rows:
                    name = (row[column][11:13] + ":00" if is_hour else row[column][:10]) if is_time else row[column] or "(none)"
                    groups.setdefault(name, []).append(Decimal(row[call[2]]) if call else 1)
                measure = {"average": lambda values: sum(values) / len(values), "maximum": max}.get(call and call[1], sum)
                highest = max(map(measure, groups.values()))
                digits = module.columns[call[2]]["scale"] if call and module.columns[call[2]]["type"] == "decimal" else 0
                text = f"{Decimal(highest).quantize(Decimal(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP):,}"
                alt = mail.page.only("img").attributes["alt"]
                if len(groups) == 1:
                    self.assertTrue(alt.endswith(f": {text}."), alt)
                    continue
                names = {name for name, values in groups.items() if measure(values) == highest}
                self.assertIn(re.search(r"highest (\S+) \((.*?)\)[.,]", alt + ".").groups(), {(text, name) for name in names}, alt)
                checked += 1
        self.assertGreaterEqual(checked, 10)

    def test_the_file_is_named_and_why_somebody_gets_this_is_said(self):
        for mail, schedule, _ in self.cases:
            with self.subTest(schedule["name"]):
                name, rows, size = mail.file.get_filename(), len(mail.csv()), len(mail.file.get_payload(decode=True))
                human = f"{size} bytes" if size < 1000 else f"{size / 1000:.1f}".removesuffix(".0") + " kB"
                (badge,) = [node for node in mail.page.all("td") if node.text() == "CSV" and "bgcolor" in node.attributes]
                self.assertEqual(badge.attributes["bgcolor"], self.world.accounts[schedule["account"]]["brand"]["color"])
                counted = "1 row" if rows == 1 else f"{rows:,} rows"
                self.assertIn(name, [node.text() for node in mail.page.all("div", "ink")])
                self.assertIn(f"Attached · {counted} · {human}", mail.visible())
                self.assertRegex(mail.text, rf"(?m)^Attached: {re.escape(name)}\s+\({counted}, {re.escape(human)}\)$")
                # No owner is named on these schedules: the first owner of the account is asked.
                owner = [member["email"] for member in self.members[schedule["account"]] if member["role"] == "owner"][0]
                brand = self.world.accounts[schedule["account"]]["brand"]["name"]
                why = (f"You receive this report because your address is on the schedule “{schedule['name']}” of {brand}. "
                       f"For questions, or to stop receiving this report, contact {owner}.")
                self.assertIn(why, mail.visible())
                self.assertIn(why, " ".join(mail.text.split("-- \n")[1].split()))

    def test_a_preview_is_the_mail_with_its_pictures_inside_and_sends_nothing(self):
        shown = self.world.must("mail", "preview", "daily-sales", "--account", "shop", "--html", "-", "--at", SLOT, now=None).out.decode("utf-8")
        text = self.world.must("mail", "preview", "daily-sales", "--account", "shop", "--text", "-", "--at", SLOT, now=None).out.decode("utf-8")
        (mail, *_) = [mail for mail, schedule, _ in self.cases if schedule["name"] == "daily-sales"]
        page = Page(shown).root
        (image,) = page.all("img")
        self.assertTrue(image.attributes["src"].startswith("data:image/png;base64,"))
        chart = list(mail.images.values())[0].get_payload(decode=True)
        self.assertEqual(base64.b64decode(image.attributes["src"].split(",")[1], validate=True), chart)
        # The clock is not replaced here, so the mail says nothing of a rehearsal, and there is no run.
        strip = re.compile(r"Rehearsal: made with the clock set to \S+ |Run \w{16}")
        whole = [" ".join(strip.sub("", node.only("body").children[-2].text()).split()) for node in (mail.page, page)]
        made = re.compile(r"Generated \S+ \S+ \S+")
        self.assertEqual(made.sub("", whole[0]), made.sub("", whole[1]))
        self.assertTrue(text.startswith(f"Subject: {mail.message['subject']}\n"))
        rows = mail.csv()
        ((_, ((orders, _),)), (_, revenue)) = Module(self.world, "sales", {}, NIGHT).figures(rows)
        (hidden,) = [node for node in page.all("div") if is_hidden(node)]
        said = hidden.text().split("\N{COMBINING GRAPHEME JOINER}")[0]
        self.assertRegex(said, rf"^{len(rows)} rows · Orders {orders} \([^)]*\) · Gross revenue {', '.join(value for value, _ in revenue)} \(")
        self.assertEqual(len(mails_of(self.world)), len(self.mails))


EVIL = "<img src=x onerror=alert(1)> & \"Söhne\" </td></table>"
RIGHT_TO_LEFT = "متجر الشاي في الميناء"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


class Odd(Checks):
    """Names that are markup, long or from right to left; logos; mails without data; what owners are told."""

    @classmethod
    def setUpClass(cls):
        cls.world = world = e2e.World()
        (world.path / "logo.png").write_bytes(png(640, 160))
        world.apply("accounts:\n" + "".join(
            f"  - {json.dumps(account, ensure_ascii=False)}\n" for account in (
                {"id": "shop", "name": "Harbour Tea", "source": "shop", "timezone": "Europe/Berlin",
                 "brand": {"name": "Harbour Tea", "color": "#1f6f5c", "logo": str(world.path / "logo.png")},
                 "members": [{"name": "Ada", "email": "ada@shop.example", "role": "owner"}, {"name": "Tom", "email": "tom@shop.example", "role": "admin"},
                             {"name": "Vi", "email": "vi@shop.example", "role": "viewer"}]},
                {"id": "evil", "name": "Evil", "key": "shop", "source": "shop", "timezone": "America/Argentina/ComodRivadavia",
                 "brand": {"name": EVIL, "color": "#ffd23f"}},
                {"id": "rtl", "name": RIGHT_TO_LEFT, "key": "shop", "source": "shop", "timezone": "Asia/Jerusalem"},
                {"id": "long", "name": LONG, "key": "shop", "source": "shop"})) +
            "schedules:\n"
            '  - {name: daily, account: shop, report: sales, cadence: daily, at: "05:00", to: [shop@else.example]}\n'
            '  - {name: sheet, account: shop, report: orders-export, params: {mode: summary}, format: xlsx, cadence: daily, at: "05:00", to: [xlsx@else.example]}\n'
            '  - {name: paper, account: shop, report: sales, format: pdf, cadence: daily, at: "05:00", to: [pdf@else.example]}\n'
            f'  - {{name: {json.dumps(EVIL)}, account: evil, report: sales, cadence: daily, at: "05:00", to: [evil@else.example]}}\n'
            f'  - {{name: דוח מכירות יומי, account: rtl, report: sales, cadence: daily, at: "05:00", to: [rtl@else.example]}}\n'
            f'  - {{name: {LONG}, account: long, report: sales, cadence: daily, at: "05:00", to: [long@else.example]}}\n')
        world.make_source(e2e.COMMERCE.replace("'shipped', 'EUR', '2026-03-16", "'" + EVIL.replace("'", "''") + "', 'EUR', '2026-03-16"))
        world.must("run-due", now="2026-03-17T12:00:00Z")
        cls.mails = {mail.message["to"].addresses[0].username: mail for mail in mails_of(world)}

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def setUp(self):
        super().setUp()
        self.assertEqual(set(self.mails), {"shop", "xlsx", "pdf", "evil", "rtl", "long"})

    def later(self, now, code=0):
        """The mails of a later moment, by who gets them."""
        for path in (self.world.outbox / "new").glob("*"):
            path.unlink()
        self.world.must("run-due", now=now, code=code)
        return mails_of(self.world)

    def test_no_name_and_no_value_becomes_markup(self):
        mail = self.mails["evil"]
        self.check_page(mail)
        self.assertEqual(len(mail.page.all("img")), 1)
        self.assertIn(EVIL, [node.text() for node in mail.page.all("td", "soft")])
        head, cells = mail.table()
        status = [row[head.index("Status")] for row in cells]
        self.assertIn(EVIL[:39] + "…", status)
        self.assertIn(f"schedule “{EVIL}” of {EVIL}.", mail.visible())
        self.assertIn(f"Schedule: {EVIL}\n", mail.text)
        self.assertEqual(mail.page.only("img").attributes["src"][:4], "cid:")

    def test_right_to_left_and_endless_names_come_whole(self):
        self.check_page(self.mails["rtl"])
        self.assertIn(RIGHT_TO_LEFT, [node.text() for node in self.mails["rtl"].page.all("td", "soft")])
        self.assertIn("Schedule: דוח מכירות יומי\n", self.mails["rtl"].text)
        self.check_page(self.mails["long"])
        name = [node for node in self.mails["long"].page.all("td", "soft") if node.text() == LONG][0]
        self.assertIn("word-break:break-word", name.attributes["style"])

    def test_a_logo_travels_with_the_mail_as_it_is_and_small(self):
        mail = self.mails["shop"]
        self.assertEqual(mail.structure(), ["multipart/mixed", ["multipart/alternative", "text/plain",
                                                                ["multipart/related", "text/html", "image/png", "image/png"]], "text/csv"])
        self.check_page(mail)
        logo = [image for image in mail.page.all("img") if image.attributes["src"].startswith("cid:logo.")][0]
        self.assertEqual({key: logo.attributes[key] for key in ("alt", "width", "height")}, {"alt": "Harbour Tea", "width": "176", "height": "44"})
        self.assertEqual(mail.images[logo.attributes["src"][4:]].get_payload(decode=True), (self.world.path / "logo.png").read_bytes())
        self.assertIn(".logo { background-color: #ffffff", mail.page.only("style").text())  # dark letters on a dark page cannot be read
        self.assertFalse([image for image in self.mails["rtl"].page.all("img") if "logo" in image.attributes["src"]])

    def test_other_formats_are_attached_as_what_they_are_under_the_same_mail(self):
        for name, kind, magic, badge in (("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\3\4", "XLSX"),
                                         ("pdf", "application/pdf", b"%PDF-", "PDF")):
            mail = self.mails[name]
            self.check_page(mail)
            self.assertEqual(mail.file.get_content_type(), kind)
            self.assertTrue(mail.file.get_payload(decode=True).startswith(magic))
            self.assertTrue(mail.file.get_filename().endswith("." + name))
            self.assertIn(badge, [node.text() for node in mail.page.all("td")])
            self.assertTrue(mail.figures() and mail.table()[1])
        self.assertEqual(self.mails["pdf"].figures(), self.mails["shop"].figures())
        self.assertEqual(self.mails["pdf"].table(), self.mails["shop"].table())

    def test_z1_a_mail_without_data_says_so_and_shows_no_empty_chart(self):
        mails = {mail.message["to"].addresses[0].username: mail for mail in self.later("2026-03-19T12:00:00Z")}
        mail = mails["shop"]
        self.check_page(mail)
        self.check_text(mail)
        for part in (mail.visible(), mail.text):
            self.assertIn("There is no data for this period. The attached file contains only a header.", " ".join(part.split()))
        self.assertEqual(mail.csv(), [])
        self.assertEqual([image.attributes["src"][:9] for image in mail.page.all("img")], ["cid:logo."])
        self.assertEqual(mail.table(), ([], []))
        # The day before, the 17th, had one order of 12.75 EUR and, in Berlin, one of 4.50 on its first minute.
        self.assertEqual(mail.figures(), [("Orders", [("0", MINUS + "100.0 % from 2")]), ("Gross revenue", [("0.00 EUR", MINUS + "100.0 % from 17.25")])])

    def check_notification(self, mail, *facts):
        self.assertEqual(mail.structure(), ["multipart/alternative", "text/plain", ["multipart/related", "text/html", "image/png"]])
        self.check_page(mail)
        self.check_text(mail)
        for fact in facts:
            self.assertIn(fact, mail.visible())
            self.assertIn(fact, " ".join(mail.text.split()))
        self.assertEqual(mail.page.only("h1").text(), "Sales")
        self.assertIn("You get this because you are an owner or admin of Harbour Tea. The recipients of the report were not notified.", mail.visible())
        self.assertIsNone(mail.file)
        # What was fixed when the run ended is what was sent: nobody may be told twice.
        self.assertIn((mail.digest,), self.world.sql("SELECT message_sha256 FROM deliveries WHERE notification_id IS NOT NULL"))

    def test_z2_owners_and_admins_are_told_of_a_failure_and_nobody_else(self):
        gone = self.world.source.with_suffix(".gone")
        self.world.source.rename(gone)
        mails = self.later("2026-03-20T12:00:00Z", code=3)
        gone.rename(self.world.source)
        told = [mail for mail in mails if mail.message["subject"] == "Harbour Tea: daily failed"]
        self.assertEqual({str(mail.message["to"].addresses[0].addr_spec) for mail in mails}, {"ada@shop.example", "tom@shop.example"})
        self.assertEqual(len(told), 2)
        (run,) = [run for run in self.world.runs() if run["schedule"] == "daily" and run["state"] == "failed"]
        for mail in told:
            self.check_notification(mail, "failed", "Schedule daily", "Was due 2026-03-20 05:00 (Europe/Berlin)", "Next due 2026-03-21 05:00 (Europe/Berlin)",
                                    f"reportctl runs retry {run['id']}", "shop.db does not exist")

    def test_z3_owners_and_admins_are_told_why_a_run_was_rejected(self):
        self.world.must("account", "edit", "shop", "--allow-domain", "shop.example", now="2026-03-20T13:00:00Z")
        mails = self.later("2026-03-21T12:00:00Z", code=3)
        told = [mail for mail in mails if mail.message["subject"] == "Harbour Tea: daily rejected"]
        self.assertEqual({str(mail.message["to"].addresses[0].addr_spec) for mail in told}, {"ada@shop.example", "tom@shop.example"})
        run = next(run["id"] for run in self.world.runs() if run["schedule"] == "daily" and run["state"] == "rejected")
        for mail in told:
            self.check_notification(mail, "rejected", "Why", "The report breaks a rule and was not made; nobody received it.",
                                    "to[1]: reports of this account may not be sent to shop@else.example; use an address of an allowed domain",
                                    "recipient_not_allowed", f"reportctl schedule edit daily --account shop …, then: reportctl runs retry {run}")
        self.assertFalse([mail for mail in mails if mail.message["to"].addresses[0].username in ("shop", "xlsx", "pdf")])

    def test_z4_a_name_that_a_shell_would_obey_is_quoted_in_what_to_do(self):
        self.world.apply("accounts:\n  - {id: shell, name: Shell, key: shop, source: shop, members: [{name: Sue, email: sue@shop.example, role: owner}]}\n"
                         "schedules:\n  - {name: \"x; rm -rf ~ & it's\", account: shell, report: sales, cadence: daily, at: \"05:00\", to: [s@else.example]}\n",
                         now="2026-03-21T13:00:00Z")
        self.world.must("account", "edit", "shell", "--allow-domain", "shop.example", now="2026-03-21T13:00:00Z")
        (mail,) = [mail for mail in self.later("2026-03-22T12:00:00Z", code=3) if mail.message["subject"].startswith("Shell: ")]
        quoted = r"'x; rm -rf ~ & it'\''s' --account shell"
        run = next(run["id"] for run in self.world.runs() if run["account"] == "shell")
        self.assertIn(f"reportctl schedule edit {quoted} …, then: reportctl runs retry {run}", mail.visible())
        self.assertIn(f"  reportctl schedule edit {quoted} …, then:\n  reportctl runs retry {run}\n", mail.text)


class Bounded(Checks):
    def test_endless_values_make_no_endless_mail(self):
        """Ten rows of ten columns of 20,000 letters, under a long name."""
        world = self.world()
        modules = world.path / "catalog"
        modules.mkdir()
        names = [f"column_{i}" for i in range(10)]
        columns = "".join(f"  - {{name: {name}, label: {name * 5}, type: text}}\n" for name in names)
        (modules / "endless.yaml").write_text(
            f"id: endless\nlabel: {'Endless ' * 9}\nfamily: test\ndescription: Long.\nsurfaces: [run, schedule]\nscope: [account]\nwindow: {{kind: snapshot}}\n"
            f"cadences: [daily]\nformats: [csv]\ncolumns:\n{columns}summary:\n  - {{label: Rows, value: count}}\nchart: {{type: bar, x: column_0, y: count}}\n"
            "query: |\n  WITH RECURSIVE many(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM many WHERE i < 10)\n"
            f"  SELECT {', '.join(f'i || hex(zeroblob(10000)) AS {name}' for name in names)} FROM many WHERE :account IS NOT NULL ORDER BY i\n", encoding="utf-8")
        world.configure(more=f"catalog: {{dirs: [{modules}]}}\n")
        world.schedules(e2e.schedule("daily", "x@shop.example", report="endless"))
        world.must("run-due")
        (mail,) = mails_of(world)
        self.check_page(mail)
        head, cells = mail.table()
        self.assertTrue(head[0].startswith("column_0") and head[0].endswith("…"))
        self.assertEqual(len(cells), 8)
        self.assertTrue(all(columns_wide(cell) <= 40 and cell.endswith("…") for row in cells for cell in row))
        self.check_text(mail)


if __name__ == "__main__":
    e2e.main()
