# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Worlds for the tests of the file formats: the modules beside this file over their own table, and the whole catalog over the demo's data in
every format."""
import csv
import io
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
import demo_world
import e2e

FORMATS = ("csv", "xlsx", "json", "jsonl")

# Hand-made values; what each must become is written in the tests. Instants: Berlin is at +01:00 in March, Sydney at +11:00.
THINGS = """
CREATE TABLE things (id INTEGER PRIMARY KEY, account_id TEXT, name TEXT, n INTEGER, kwh TEXT, share TEXT, price INTEGER, currency TEXT, at TEXT, day TEXT,
                     took INTEGER, paid INTEGER);
INSERT INTO things VALUES
 (1, 'shop', 'Łukasz, "Lucky"', -42, '12.345', '12.34', 199900, 'EUR', '2026-03-16T19:00:00Z', '2026-03-17', 3725, 1),
 (2, 'shop', '=1+1', 1234567, '0.5', '100', 150000, 'JPY', '2026-03-16T23:59:59Z', '2024-02-29', 360000, 0),
 (3, 'shop', '0001', 7, '-0.001', '-0.05', -5, 'EUR', '2026-07-01T00:00:00Z', '1900-03-01', 0, NULL),
 (4, 'shop', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (5, 'shop', '_x0041_ ' || char(7) || ' ' || char(65534) || ' ' || char(13, 10) || ' end', 999999999999999, '999999999999.999', '0', 1234, 'KWD',
     '9999-12-31T12:00:00Z', '9999-12-31', 86399, 1),
 (6, 'shop', replace(hex(zeroblob(50000)), '00', 'ab'), 1000000000000000, '-9007199254740993.125', '0', 0, 'EUR', '1899-12-31T00:00:00Z', '1900-02-28', -61, 0),
 (7, 'shop', '+49 30 1234', 9223372036854775807, '0', '0', 9223372036854775, 'EUR', '0001-01-01T12:00:00Z', '0001-01-01', 360061, 0),
 (9, 'other', 'not ours', 1, '1', '1', 1, 'EUR', '2026-03-16T19:00:00Z', '2026-03-17', 1, 1);
"""

# All of it, or the first so many rows; --param rows=3.
EVERY_TYPE = """id: every-type
label: Every type
family: test
description: One column of every type.
surfaces: [run, schedule]
scope: [account]
window: {kind: snapshot}
cadences: [daily]
formats: [csv, xlsx, json, jsonl]
parameters:
  - {name: rows, label: Rows, type: integer, default: "100"}
columns:
  - {name: name, label: Name, type: text}
  - {name: n, label: Number, type: integer, total: sum}
  - {name: kwh, label: Energy (kWh), type: decimal, scale: 3, total: sum}
  - {name: share, label: Share, type: percent}
  - {name: price, label: Price, type: money, total: sum}
  - {name: currency, label: Currency, type: text}
  - {name: at, label: Placed, type: timestamp}
  - {name: day, label: Day, type: date}
  - {name: took, label: Took, type: duration, total: sum}
  - {name: paid, label: Paid, type: boolean}
summary:
  - {label: Things, value: count}
  - {label: Price, value: total(price)}
  - {label: Latest, value: maximum(at)}
chart: {type: bar, x: day(at), y: sum(price)}
query: |
  SELECT name, n, kwh, share, price, currency, at, day, took, paid FROM things WHERE account_id = :account AND id <= :rows ORDER BY id
"""

# As many rows as asked for.
MANY_ROWS = """id: many-rows
label: Many rows
family: test
description: Numbers from 1.
surfaces: [run]
scope: [account]
window: {kind: snapshot}
formats: [csv, xlsx, json, jsonl]
parameters:
  - {name: rows, label: Rows, type: integer, required: true}
columns:
  - {name: i, label: I, type: integer, total: sum}
query: |
  WITH RECURSIVE many(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM many WHERE i < :rows) SELECT i FROM many WHERE :account IS NOT NULL ORDER BY i
"""


class World(e2e.World):
    def __init__(self, zone="Europe/Berlin"):
        super().__init__()
        modules = self.path / "catalog"
        modules.mkdir()
        (modules / "every-type.yaml").write_text(EVERY_TYPE, encoding="utf-8")
        (modules / "many-rows.yaml").write_text(MANY_ROWS, encoding="utf-8")
        self.make_source(THINGS)
        self.configure(more=f"catalog: {{dirs: [{modules}]}}\n")
        self.apply(f"accounts: [{{id: shop, name: Harbour Tea, source: shop, timezone: {zone}}}]\n")

    def every_type(self, form, rows=100, *more, **options):
        return self.must("run", "every-type", "--account", "shop", "--format", form, "--param", f"rows={rows}", *more, **options).out


class Catalog(demo_world.Demo):
    """Copies of every module of the catalog, named copy-…, that come in every format, beside the modules themselves."""

    def __init__(self):
        super().__init__()
        modules = self.path / "catalog"
        modules.mkdir()
        for path in sorted((e2e.ROOT / "share" / "catalog").glob("*/*.yaml")):
            text = path.read_text(encoding="utf-8")
            text = re.sub(r"(?m)^id: ", "id: copy-", text)
            text = re.sub(r"(?m)^aliases: .*\n", "", text)
            text = re.sub(r"(?m)^formats: .*$", f"formats: [{', '.join(FORMATS)}]", re.sub(r"(?m)^formats_on_demand: .*\n", "", text))
            if "\nformats: " not in text and "visibility: hidden" not in text:
                text = text.replace("\ncolumns:", f"\nformats: [{', '.join(FORMATS)}]\ncolumns:", 1)
            (modules / f"copy-{path.name}").write_text(text, encoding="utf-8")
        self.config.write_text(self.config.read_text(encoding="utf-8") + f"\ncatalog: {{dirs: [{modules}]}}\n", encoding="utf-8")

    def words(self, case):
        """The words of `reportctl run` for the copy of a case."""
        window = case.report["window"]
        period = {"lookback": ["--lookback", str(min(31, window.get("max_days") or 0))], "snapshot": []}.get(window["kind"], ["--window", "last_90d"])
        run, name, *rest = self.report_on(case, *period)
        return [run, "copy-" + name, *rest]

    def types(self, case):
        """{column: type} of the rows of a case."""
        shown = self.json("catalog", "show", case.report["id"], now=self.now)
        shapes = shown["shapes"]
        shape = next(iter(shapes.values())) if len(shapes) == 1 else shapes[case.parameters[shown["variant_parameter"]][0]]
        return {column["name"]: column["type"] for column in shape["columns"]}


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
