#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every report on the demo's data against the same figures worked out another way: rows are loaded and counted in Python, with exact decimals
and Python's own time zones, over several periods (days on which the clocks change among them) and every scope.

REPORTCTL names the program.
"""
import collections
import csv
import datetime
import decimal
import functools
import io
import pathlib
import sys
import unittest
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import demo_world
import e2e

Decimal = decimal.Decimal
UTC = datetime.timezone.utc
NOW = "2026-11-21T06:00:00Z"
SHORT = ("2026-11-20", "2026-11-20")
WEEK = ("2026-11-14", "2026-11-20")
AUTUMN = ("2026-10-24", "2026-11-02")  # Berlin went back on 25 October, New York on 1 November
SYDNEY = ("2026-10-03", "2026-10-05")  # Sydney went forward on 4 October
SPRING = ("2026-03-28", "2026-04-06")  # Berlin went forward on 29 March, Sydney back on 5 April
LONG = ("2026-09-01", "2026-11-20")
NEVER = ("2025-01-01", "2025-01-02")
MINOR = {"EUR": 2, "GBP": 2, "CHF": 2, "USD": 2, "AUD": 2, "JPY": 0}


@functools.lru_cache(maxsize=None)
def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def number(value):
    """What is written in the source, exactly."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def rounded(value, digits):
    return value.quantize(Decimal(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)


def money(cents, currency):
    return None if cents is None else str(rounded(Decimal(cents).scaleb(-MINOR[currency]), MINOR[currency]))


def percent(part, whole):
    return (Decimal(100) * part / whole, 2) if whole else None


def hours(seconds):
    return None if seconds is None else f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def seconds(start, end):
    return int((end - start).total_seconds())


class Period:
    """Local days, both included."""

    def __init__(self, first, last, zone):
        self.zone = zoneinfo.ZoneInfo(zone)
        self.first, self.last = (datetime.date.fromisoformat(day) for day in (first, last))
        midnight = lambda day: datetime.datetime.combine(day, datetime.time(), self.zone).astimezone(UTC)  # noqa: E731
        self.start, self.end = midnight(self.first), midnight(self.last + datetime.timedelta(days=1))

    def has(self, text):
        return self.start <= instant(text) < self.end

    def has_day(self, text):
        return self.first <= datetime.date.fromisoformat(text) <= self.last

    def day(self, text):
        return instant(text).astimezone(self.zone).date().isoformat()

    def local(self, text):
        return None if text is None else instant(text).astimezone(self.zone).isoformat()


class Data:
    """All rows of a source, as lists of dictionaries by table."""

    def __init__(self, world, source):
        for table in world.tables(source):
            setattr(self, table, world.rows(source, f"SELECT * FROM {table}"))


Asked = collections.namedtuple("Asked", "data account period site parameters")


# Each of these gives the rows that the report must have, in order. A pair (exact value, digits) is a number that may have been computed in
# binary fractions; everything else is the text of the cell, None an empty one.

def sales(q):
    groups = collections.defaultdict(list)
    for order in q.data.orders:
        if order["account_id"] == q.account and q.period.has(order["placed_at"]):
            groups[q.period.day(order["placed_at"]), order["status"], order["currency"]].append(order["total_cents"])
    for (day, status, currency), totals in sorted(groups.items()):
        average = int(rounded(Decimal(sum(totals)) / len(totals), 0))
        yield [day, status, currency, str(len(totals)), money(sum(totals), currency), money(average, currency)]


def customer_spend(q):
    customers = {c["id"]: c for c in q.data.customers if c["account_id"] == q.account}
    groups = collections.defaultdict(list)
    for order in q.data.orders:
        if order["account_id"] == q.account and q.period.has(order["placed_at"]):
            groups[order["customer_id"], order["currency"]].append(order)
    for (customer, currency), orders in sorted(groups.items(), key=lambda item: (item[0][1], -sum(o["total_cents"] for o in item[1]), item[0][0])):
        yield [customer, customers[customer]["name"], customers[customer]["email"], currency, str(len(orders)),
               money(sum(o["total_cents"] for o in orders), currency), q.period.local(max(o["placed_at"] for o in orders))]


def inventory_valuation(q):
    for p in sorted((p for p in q.data.products if p["account_id"] == q.account), key=lambda p: (p["sku"], p["id"])):
        yield [p["sku"], p["name"], p["currency"], str(p["stock"]), money(p["price_cents"], p["currency"]),
               money(p["price_cents"] * p["stock"], p["currency"])]


def orders_export(q):
    customers = {c["id"]: c for c in q.data.customers if c["account_id"] == q.account}
    items = collections.defaultdict(list)
    for item in q.data.order_items:
        items[item["order_id"]].append(item)
    for order in sorted(q.data.orders, key=lambda o: (o["placed_at"], o["id"])):
        if order["account_id"] != q.account or not q.period.has(order["placed_at"]):
            continue
        who = customers[order["customer_id"]]
        head = [order["number"], q.period.local(order["placed_at"]), who["name"], who["email"], order["status"]]
        lines = sorted(items[order["id"]], key=lambda i: i["line_no"])
        if q.parameters["mode"] == ["summary"]:
            yield head + [order["currency"], str(len(lines)), str(sum(i["quantity"] for i in lines)), money(order["total_cents"], order["currency"])]
            continue
        for i in lines:
            yield head + [str(i["line_no"]), i["sku"], i["name"], str(i["quantity"]), money(i["unit_price_cents"], order["currency"]),
                          money(i["total_cents"], order["currency"]), order["currency"]]


def depots_of(q):
    return {d["id"]: d for d in q.data.depots if d["account_id"] == q.account and q.site in (None, d["id"])
            and d["id"] in q.parameters.get("depots", [d["id"]])}


def chargers_of(q):
    return {c["id"]: c for c in q.data.chargers if c["depot_id"] in depots_of(q) and c["id"] in q.parameters.get("chargers", [c["id"]])}


def site_power(q):
    for r in sorted((r for r in q.data.site_power if r["depot_id"] in depots_of(q) and q.period.has(r["read_at"])), key=lambda r: r["read_at"]):
        taken, given = number(r["import_kw"]), number(r["export_kw"])
        yield [q.period.local(r["read_at"]), (taken, 3), (given, 3), (taken - given, 3)]


def daily_ev_load(q):
    chargers = chargers_of(q)
    loads = collections.defaultdict(lambda: collections.defaultdict(lambda: [Decimal(0), Decimal(0)]))
    for r in q.data.charger_power:
        if r["charger_id"] in chargers and q.period.has(r["read_at"]):
            load = loads[q.period.day(r["read_at"])][r["read_at"]]
            load[0] += number(r["kw"])
            load[1] += number(r["kwh"])
    for day, readings in sorted(loads.items()):
        peak = max(kw for kw, _ in readings.values())
        yield [day, (sum(kwh for _, kwh in readings.values()), 3), (sum(kw for kw, _ in readings.values()) / len(readings), 3), (peak, 3),
               q.period.local(min(at for at, load in readings.items() if load[0] == peak))]


def charger_connectivity_log(q):
    chargers = chargers_of(q)
    events = sorted((e for e in q.data.connectivity_events if e["charger_id"] in chargers), key=lambda e: (e["at"], e["id"]))
    for at, e in enumerate(events):
        if q.period.has(e["at"]):
            after = [instant(n["at"]) for n in events[at + 1:] if n["charger_id"] == e["charger_id"]] + [q.period.end]
            yield [q.period.local(e["at"]), chargers[e["charger_id"]]["name"], e["status"], e["reason"],
                   hours(seconds(instant(e["at"]), min(after[0], q.period.end)))]


def charger_ocpp_logs(q):
    chargers = chargers_of(q)
    for m in sorted(q.data.ocpp_messages, key=lambda m: (m["at"], m["id"])):
        if m["charger_id"] in chargers and q.period.has(m["at"]) and m["action"] in q.parameters.get("actions", [m["action"]]):
            yield [q.period.local(m["at"]), chargers[m["charger_id"]]["name"], m["direction"], m["action"], m["message_id"], m["payload"]]


def sensor_reads(q):
    sensors = {s["id"]: s for s in q.data.sensors if s["depot_id"] in depots_of(q) and s["id"] in q.parameters["sensors"]}
    for r in sorted((r for r in q.data.sensor_reads if r["sensor_id"] in sensors and q.period.has(r["read_at"])),
                    key=lambda r: (r["read_at"], sensors[r["sensor_id"]]["name"], r["sensor_id"])):
        sensor = sensors[r["sensor_id"]]
        yield [q.period.local(r["read_at"]), sensor["name"], sensor["kind"], (number(r["value"]), 3), sensor["unit"]]


def circuit_capacity_allocation(q):
    circuits = {c["id"]: c for c in q.data.circuits if c["depot_id"] in depots_of(q) and c["id"] in q.parameters["circuits"]}
    for a in sorted((a for a in q.data.circuit_allocations if a["circuit_id"] in circuits and q.period.has(a["at"])),
                    key=lambda a: (a["at"], circuits[a["circuit_id"]]["name"])):
        circuit = circuits[a["circuit_id"]]
        capacity, allocated = number(circuit["capacity_kw"]), number(a["allocated_kw"])
        yield [q.period.local(a["at"]), circuit["name"], (capacity, 3), (allocated, 3), (number(a["used_kw"]), 3), (capacity - allocated, 3),
               percent(allocated, capacity)]


def user_access_log(q):
    users = {u["id"]: u for u in q.data.users if u["account_id"] == q.account and (q.parameters["users"] == ["all"] or u["id"] in q.parameters["users"])}
    for e in sorted(q.data.access_events, key=lambda e: (e["at"], e["id"])):
        if e["user_id"] in users and q.period.has(e["at"]):
            user = users[e["user_id"]]
            yield [q.period.local(e["at"]), user["name"], user["email"], user["role"], e["event"], e["outcome"], e["ip"], e["user_agent"]]


def named(rows, account, key):
    """The row of this account with the id, or one of empty cells."""
    return next((r for r in rows if r["account_id"] == account and r["id"] == key), collections.defaultdict(lambda: None))


def sessions_of(q):
    """Sessions that started in the period, each with its vehicle, after the filters."""
    chargers = chargers_of(q)
    for s in sorted(q.data.charging_sessions, key=lambda s: (s["started_at"], s["id"])):
        if s["charger_id"] not in chargers or not q.period.has(s["started_at"]):
            continue
        vehicle = named(q.data.vehicles, q.account, s["vehicle_id"])
        asked = (("vehicles", vehicle["id"]), ("vehicle_groups", vehicle["vehicle_group_id"]), ("cost_centres", vehicle["cost_centre_id"]),
                 ("users", s["user_id"]))
        if all(value in q.parameters.get(name, [value]) for name, value in asked):
            yield s, chargers[s["charger_id"]], vehicle


def lasted(session):
    return None if session["ended_at"] is None else seconds(instant(session["started_at"]), instant(session["ended_at"]))


def charging_sessions(q):
    for s, charger, vehicle in sessions_of(q):
        yield [str(s["id"]), depots_of(q)[charger["depot_id"]]["name"], charger["name"], vehicle["name"], vehicle["registration"],
               named(q.data.vehicle_groups, q.account, vehicle["vehicle_group_id"])["name"],
               named(q.data.cost_centres, q.account, vehicle["cost_centre_id"])["name"], named(q.data.users, q.account, s["user_id"])["name"],
               q.period.local(s["started_at"]), q.period.local(s["ended_at"]), hours(lasted(s)), (Decimal(s["energy_wh"]) / 1000, 3),
               (number(s["peak_kw"]), 3), money(s["cost_cents"], s["currency"]), s["currency"], s["stop_reason"]]


def vehicle_charging_summary(q):
    groups = collections.defaultdict(list)
    for s, _, vehicle in sessions_of(q):
        groups[vehicle["name"] is None, vehicle["name"] or "", vehicle["id"] or "", s["currency"]].append((s, vehicle))
    for (_, _, _, currency), found in sorted(groups.items()):
        vehicle, sessions = found[0][1], [s for s, _ in found]
        yield [vehicle["name"], vehicle["registration"], named(q.data.vehicle_groups, q.account, vehicle["vehicle_group_id"])["name"],
               named(q.data.cost_centres, q.account, vehicle["cost_centre_id"])["name"], str(len(sessions)),
               (Decimal(sum(s["energy_wh"] for s in sessions)) / 1000, 3), hours(sum(lasted(s) or 0 for s in sessions)),
               money(sum(s["cost_cents"] for s in sessions), currency), currency, q.period.local(max(s["started_at"] for s in sessions))]


def charger_performance(q):
    depots, length = depots_of(q), seconds(q.period.start, q.period.end)
    clip = lambda start, end: max(0, seconds(max(start, q.period.start), min(end, q.period.end)))  # noqa: E731
    for charger in sorted(chargers_of(q).values(), key=lambda c: (depots[c["depot_id"]]["name"], c["name"])):
        mine = [s for s in q.data.charging_sessions if s["charger_id"] == charger["id"]]
        started = [s for s in mine if q.period.has(s["started_at"])]
        charging = sum(clip(instant(s["started_at"]), instant(s["ended_at"]) if s["ended_at"] else q.period.end) for s in mine)
        events = sorted((instant(e["at"]), e["id"], e["status"]) for e in q.data.connectivity_events if e["charger_id"] == charger["id"])
        spans = [(at, until, status) for (at, _, status), until in zip(events, [at for at, _, _ in events[1:]] + [q.period.end])]
        online = sum(clip(at, until) for at, until, status in spans if status == "online")
        seen = any(at < q.period.end for at, _, _ in spans)
        energy = sum(s["energy_wh"] for s in started)
        yield [charger["name"], depots[charger["depot_id"]]["name"], charger["model"], str(len(started)), (Decimal(energy) / 1000, 3), hours(charging),
               percent(charging, length), percent(online, length) if seen else None,
               str(sum(s["stop_reason"] == "fault" for s in started)), (Decimal(energy) / 1000 / len(started), 3) if started else None]


def workspaces_of(q):
    return {w["id"]: w for w in q.data.workspaces if w["account_id"] == q.account and q.site in (None, w["id"])}


def campaigns_of(q):
    return {c["id"]: c for c in q.data.campaigns if c["workspace_id"] in workspaces_of(q)}


def summed(rows, names):
    return [sum(r[name] for r in rows) for name in names.split()]


def texts(numbers):
    return [str(value) for value in numbers]


def campaign(q):
    spaces = workspaces_of(q)
    for c in sorted(campaigns_of(q).values(), key=lambda c: (spaces[c["workspace_id"]]["name"], c["name"], c["id"])):
        days = [d for d in q.data.campaign_daily if d["campaign_id"] == c["id"] and q.period.has_day(d["day"])]
        if days:
            sent, delivered, opened, clicked, replied, bounced, left = summed(days, "sent delivered opened clicked replied bounced unsubscribed")
            yield [c["name"], spaces[c["workspace_id"]]["name"], c["status"], *texts([sent, delivered, opened, clicked, replied, bounced, left]),
                   percent(delivered, sent), percent(opened, delivered), percent(clicked, delivered), percent(replied, delivered), percent(bounced, sent)]


def deliverability(q):
    spaces = workspaces_of(q)
    for m in sorted((m for m in q.data.sending_domains if m["workspace_id"] in spaces), key=lambda m: m["domain"]):
        days = [d for d in q.data.domain_daily if d["domain_id"] == m["id"] and q.period.has_day(d["day"])]
        if days:
            sent, delivered, hard, soft, spam, inbox, away = summed(days, "sent delivered hard_bounces soft_bounces spam_reports inbox spam_folder")
            yield [m["domain"], spaces[m["workspace_id"]]["name"], *texts([sent, delivered, hard, soft, spam]), percent(delivered, sent),
                   percent(hard + soft, sent), percent(spam, delivered), percent(inbox, inbox + away)]


def workspace_summary(q):
    for w in sorted(workspaces_of(q).values(), key=lambda w: w["name"]):
        mine = {c["id"] for c in q.data.campaigns if c["workspace_id"] == w["id"]}
        days = [d for d in q.data.campaign_daily if d["campaign_id"] in mine and q.period.has_day(d["day"])]
        sent, delivered, opened, clicked, replied, bounced = summed(days, "sent delivered opened clicked replied bounced")
        yield [w["name"], str(len({d["campaign_id"] for d in days if d["sent"]})),
               str(sum(1 for lead in q.data.leads if lead["workspace_id"] == w["id"] and q.period.has(lead["created_at"]))),
               *texts([sent, delivered, opened, clicked, replied, bounced]), percent(delivered, sent), percent(opened, delivered), percent(replied, delivered)]


def campaigns(q):
    for c in sorted(campaigns_of(q).values(), key=lambda c: (c["created_at"], c["id"])):
        if instant(c["created_at"]) < q.period.end and c["status"] in q.parameters.get("status", [c["status"]]):
            days = [d for d in q.data.campaign_daily if d["campaign_id"] == c["id"] and q.period.has_day(d["day"])]
            yield [str(c["id"]), c["name"], workspaces_of(q)[c["workspace_id"]]["name"], c["status"], q.period.local(c["created_at"]),
                   q.period.local(c["started_at"]), *texts(summed(days, "sent delivered replied bounced"))]


def leads(q):
    spaces, known = workspaces_of(q), campaigns_of(q)
    for r in sorted(q.data.leads, key=lambda r: (r["created_at"], r["id"])):
        if r["workspace_id"] not in spaces or not q.period.has(r["created_at"]):
            continue
        if r["status"] not in q.parameters.get("status", [r["status"]]) or str(r["campaign_id"]) not in q.parameters.get("campaigns", [str(r["campaign_id"])]):
            continue
        yield [str(r["id"]), r["email"], r["first_name"], r["last_name"], r["company"], r["status"], known.get(r["campaign_id"], {}).get("name"),
               spaces[r["workspace_id"]]["name"], q.period.local(r["created_at"]), q.period.local(r["updated_at"])]


def metrics(q):
    spaces, mine = workspaces_of(q), campaigns_of(q)
    found = [d for d in q.data.campaign_daily if d["campaign_id"] in mine and q.period.has_day(d["day"])
             and str(d["campaign_id"]) in q.parameters.get("campaigns", [str(d["campaign_id"])])]
    name = lambda d: (spaces[mine[d["campaign_id"]]["workspace_id"]]["name"], mine[d["campaign_id"]]["name"])  # noqa: E731
    for d in sorted(found, key=lambda d: (d["day"], *name(d), d["campaign_id"])):
        yield [d["day"], name(d)[1], name(d)[0],
               *texts(d[column] for column in "sent delivered opened clicked replied bounced unsubscribed spam_reports".split())]


EXPECTED = {function.__name__.replace("_", "-"): function for function in (
    sales, customer_spend, inventory_valuation, orders_export, site_power, daily_ev_load, charger_connectivity_log, charger_ocpp_logs, sensor_reads,
    circuit_capacity_allocation, user_access_log, charging_sessions, vehicle_charging_summary, charger_performance, campaign, deliverability,
    workspace_summary, campaigns, leads, metrics)}
FAMILIES = ("commerce", "fleet", "outreach")


class DemoFigures(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.world = demo_world.Demo(now=NOW)
        cls.data = {source: Data(cls.world, source) for source in ("shop", "fleet", "outreach")}

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def zone(self, case):
        for depot in self.data["fleet"].depots:
            if case.scope == f"depot:{depot['id']}":
                return depot["timezone"]
        return self.world.accounts[case.account]["timezone"]

    def agrees(self, cell, wanted):
        if not isinstance(wanted, tuple):
            return cell == (wanted or "")
        exact, digits = wanted
        value = Decimal(cell) if cell else None
        return (value is not None and value.as_tuple().exponent == -digits
                and abs(value - exact) <= Decimal(5).scaleb(-digits - 1) + Decimal("1e-9"))

    def compare(self, case, first, last, zone=None):
        words = [] if case.report["window"]["kind"] == "snapshot" else ["--from", first, "--to", last]
        out = self.world.must(*self.world.report_on(case, *words, *(["--timezone", zone] if zone else [])), now=NOW).out.decode()
        table = list(csv.reader(io.StringIO(out)))
        period = Period(first, last, zone or self.zone(case))
        site = case.scope.split(":")[1] if ":" in case.scope else None
        account = self.world.accounts[case.account]
        wanted = list(EXPECTED[case.report["id"]](Asked(self.data[account["source"]], account["key"], period, site, case.parameters)))
        shapes = case.report["shapes"]
        shape = shapes.get("default") or shapes[case.parameters[case.report["variant_parameter"]][0]]
        where = f"{case.report['id']} {case.account}/{case.scope} {first} {last} {zone} {case.parameters}"
        self.assertEqual(table[0], [column["name"] for column in shape["columns"]], where)
        self.assertEqual(len(table) - 1, len(wanted), where)
        for line, (row, right) in enumerate(zip(table[1:], wanted), 1):
            self.assertEqual(len(row), len(right), f"{where}, row {line}")
            for column, cell, value in zip(table[0], row, right):
                self.assertTrue(self.agrees(cell, value), f"{where}, row {line}, {column}: {cell!r}, worked out: {value}")
        return len(wanted)

    def check_family(self, family):
        reports, rows, runs = set(), collections.Counter(), 0
        for case in self.world.cases("run"):
            if case.report["family"] != family or not case.report["origin"] == "built in":
                continue
            reports.add(case.report["id"])
            cap = case.report["window"].get("max_days") or 366
            for first, last in (SHORT, WEEK, AUTUMN, SYDNEY, SPRING, LONG, NEVER):
                days = (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days + 1
                if days <= cap:
                    rows[case.report["id"]] += self.compare(case, first, last)
                    runs += 1
            for filtered in self.world.filtered(case):
                rows[case.report["id"]] += self.compare(filtered, *WEEK)
                runs += 1
            rows[case.report["id"]] += self.compare(case, *AUTUMN, zone="America/New_York") if cap >= 10 else 0
            runs += 1
        self.assertEqual(reports, {report["id"] for report in self.world.reports if report["family"] == family})
        for report in reports:
            self.assertGreater(rows[report], 0, f"{report} had nothing to check")
        print(f"         {family}: {runs} runs, {sum(rows.values())} rows", flush=True)

    def test_every_figure_of_the_commerce_reports(self):
        self.check_family("commerce")

    def test_every_figure_of_the_fleet_reports(self):
        self.check_family("fleet")

    def test_every_figure_of_the_outreach_reports(self):
        self.check_family("outreach")

    def test_every_report_of_the_program_is_worked_out_here(self):
        self.assertEqual({report["id"] for report in self.world.reports if report["origin"] == "built in"}, set(EXPECTED))

    def test_all_users_and_chosen_actions(self):
        """Words that no list of choices offers."""
        for case in self.world.cases("run"):
            if case.report["id"] == "user-access-log":
                self.assertGreater(self.compare(case._replace(parameters={"users": ["all"]}), *LONG), 100)
            if case.report["id"] == "charger-ocpp-logs":
                self.assertGreater(self.compare(case._replace(parameters={**case.parameters, "actions": ["StartTransaction", "StopTransaction"]}), *WEEK), 0)

    def test_the_same_moment_gives_the_same_data(self):
        again = demo_world.Demo(now=NOW)
        self.closing(again.close)
        for source, data in self.data.items():
            for table, rows in vars(Data(again, source)).items():
                self.assertEqual(rows, getattr(data, table), f"{source}.{table}")


if __name__ == "__main__":
    e2e.main()
