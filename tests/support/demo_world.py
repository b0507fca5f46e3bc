# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The demo of `reportctl init --demo` as a world for tests that walk the whole catalog: what is in the catalog is covered, with no list to keep."""
import collections
import sqlite3

import e2e

NOW = "2026-11-16T12:00:00Z"  # a Monday; the clocks of Berlin, New York and Sydney changed within the seven weeks before

Case = collections.namedtuple("Case", "account report scope parameters")


def options(parameters):
    """`--param` words of {name: [values]}."""
    return [word for name, values in parameters.items() for word in ("--param", f"{name}={','.join(values)}")]


class Demo(e2e.World):
    def __init__(self, now=NOW):
        self.path = e2e.scratch("demo")
        self.state = self.path / "state.db"
        self.outbox = self.path / "outbox"
        self.config = self.path / "reportctl.yaml"
        self.environment = {}
        self.now = now
        try:
            self.must("init", "--demo", "--config", self.config, "--state", self.state, now=now)
        except BaseException:
            self.close()
            raise
        self.accounts = {account["id"]: account for account in self.json("account", "list", now=now)}
        self.reports = [report for report in self.json("catalog", "list", now=now) if not report["hidden"]]
        self._served = {}
        self._choices = {}

    def rows(self, source, statement, *values):
        """Rows of a source, each a dictionary."""
        database = sqlite3.connect(self.path / f"demo-{source}.db")
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(statement, values)]
        finally:
            database.close()

    def change(self, source, script):
        database = sqlite3.connect(self.path / f"demo-{source}.db")
        database.executescript(script)
        database.close()

    def tables(self, source):
        return {row["name"] for row in self.rows(source, "SELECT name FROM sqlite_schema WHERE type = 'table'")}

    def serves(self, source):
        """The reports whose tables the source has, asked of the program."""
        if source not in self._served:
            result = self.run("source", "check", source, "--all", "--json", now=self.now)
            assert result.out, result.err
            self._served[source] = {row["report"] for row in e2e.json.loads(result.out) if row["ok"]}
        return self._served[source]

    def sites(self, account, kind):
        """Ids of an account's depots or workspaces."""
        source = self.accounts[account]["source"]
        table = {"depot": "depots", "workspace": "workspaces"}[kind]
        if table not in self.tables(source):
            return []
        return [row["id"] for row in self.rows(source, f"SELECT id FROM {table} WHERE account_id = ? ORDER BY id", self.accounts[account]["key"])]

    def scopes(self, account, report):
        found = []
        for kind in report["scopes"]:
            found += ["account"] if kind == "account" else [f"{kind}:{site}" for site in self.sites(account, kind)]
        return found

    def accounts_for(self, report):
        return [name for name, account in self.accounts.items()
                if report["id"] in self.serves(account["source"]) and (not report["feature"] or report["feature"] in account["features"])]

    def choices(self, account, report, parameter, scope):
        key = (account, report["id"], parameter["name"], scope)
        if key not in self._choices:
            listed = self.json("catalog", "choices", report["id"], parameter["name"], "--account", account, "--scope", scope, now=self.now)
            self._choices[key] = [choice["id"] for choice in listed]
        return self._choices[key]

    def offered(self, report, scope):
        """The parameters that may be given in this scope."""
        return [parameter for parameter in report["parameters"] if scope.split(":")[0] in (parameter.get("scopes") or report["scopes"])]

    def required(self, account, report, scope):
        """Every way to fill in what is required; none where there is nothing to choose from."""
        ways = [{}]
        for parameter in self.offered(report, scope):
            if not parameter["required"]:
                continue
            if parameter["values"]:
                values = [[value] for value in parameter["values"]]
            else:
                chosen = self.choices(account, report, parameter, scope)
                values = [chosen[:2] if parameter["type"] == "id_list" else chosen[:1]] if chosen else []
            ways = [{**way, parameter["name"]: value} for way in ways for value in values]
        return ways

    def cases(self, surface):
        """Every report of the surface in every scope of every account, with what is required."""
        return [Case(account, report, scope, parameters) for report in self.reports if surface in report["surfaces"]
                for account in self.accounts_for(report) for scope in self.scopes(account, report)
                for parameters in self.required(account, report, scope)]

    def filtered(self, case):
        """The same with each optional parameter that offers choices, one at a time."""
        found = []
        for parameter in self.offered(case.report, case.scope):
            if parameter["required"] or not (parameter["has_choices"] or parameter["values"]):
                continue
            chosen = parameter["values"] or self.choices(case.account, case.report, parameter, case.scope)
            if chosen:
                found.append(case._replace(parameters={**case.parameters, parameter["name"]: chosen[:1]}))
        return found

    def report_on(self, case, *words):
        """The words of `reportctl run` for a case."""
        return ["run", case.report["id"], "--account", case.account, "--scope", case.scope, *options(case.parameters), *words]
