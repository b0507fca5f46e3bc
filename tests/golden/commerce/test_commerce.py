#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The commerce reports against figures that were worked out by hand (shop.sql and the .csv files beside this).

REPORTCTL names the program; without it, build/reportctl.
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("REPORTCTL", str(HERE.parents[2] / "build" / "reportctl"))

CONFIG = """state: {0}/state.db
mail: {{transport: "maildir:{0}/mail", from: Reports <reports@example.com>}}
sources: {{shop: {{url: "sqlite:{0}/shop.db"}}}}
artifacts: {{url: "file:{0}/artifacts"}}
"""
ACCOUNTS = """accounts:
  - {id: shop, name: Shop, timezone: Europe/Berlin, source: shop, key: "1"}
  - {id: other, name: Other, timezone: Europe/Berlin, source: shop, key: "2"}
"""
DST_DAY = ["--from", "2026-03-29", "--to", "2026-03-29"]


class Commerce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        home = pathlib.Path(cls.folder.name)
        shop = sqlite3.connect(home / "shop.db")
        shop.executescript((HERE / "shop.sql").read_text(encoding="utf-8"))
        shop.close()
        (home / "reportctl.yaml").write_text(CONFIG.format(home))
        (home / "accounts.yaml").write_text(ACCOUNTS)
        cls.home = home
        for step in (("init",), ("apply", "-f", str(home / "accounts.yaml"), "--yes")):
            made = cls.call(*step)
            assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def call(cls, *arguments, now="2026-03-31T06:00:00Z"):
        environment = dict(os.environ, REPORTCTL_NOW=now, HOME=str(cls.home), LC_ALL="C.UTF-8")
        return subprocess.run([PROGRAM, "--config", str(cls.home / "reportctl.yaml"), *arguments], env=environment, capture_output=True,
                              text=True, encoding="utf-8", check=False)

    def expect(self, file, *arguments, **options):
        run = self.call("run", *arguments, **options)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout, (HERE / file).read_text(encoding="utf-8"))

    def test_sales_of_a_day_with_23_hours(self):
        """local days; averages are rounded half up, refunds alike; yen and dinar have their own digits."""
        self.expect("sales.csv", "sales", "--account", "shop", *DST_DAY)

    def test_sales_by_their_old_name_and_by_cadence(self):
        """daily is yesterday, in the account's zone."""
        self.expect("sales.csv", "SALES", "--account", "shop", "--cadence", "daily", now="2026-03-30T06:00:00Z")
        self.expect("sales.csv", "SALES", "--account", "shop", "--window", "yesterday", now="2026-03-29T22:00:00Z")

    def test_sales_of_three_days(self):
        """dates of one's own."""
        self.expect("sales_three_days.csv", "sales", "--account", "shop", "--from", "2026-03-28", "--to", "2026-03-30")

    def test_an_account_sees_nothing_of_another(self):
        """The tenant wall: same customer ids, order numbers and SKUs in both accounts."""
        self.expect("sales_other_account.csv", "sales", "--account", "other", *DST_DAY)

    def test_customer_spend(self):
        """one row per customer and currency, by currency, the largest revenue first."""
        self.expect("customer_spend.csv", "customer-spend", "--account", "shop", *DST_DAY)

    def test_inventory_valuation(self):
        """a snapshot needs no period."""
        self.expect("inventory_valuation.csv", "INVENTORY_VALUATION", "--account", "shop")

    def test_orders_export_has_two_modes(self):
        self.expect("orders_summary.csv", "orders-export", "--account", "shop", *DST_DAY, "--param", "mode=summary")
        self.expect("orders_line_items.csv", "ORDERS_EXPORT", "--account", "shop", *DST_DAY, "--param", "mode=line-items")

    def test_mode_is_required_there_and_refused_elsewhere(self):
        """with a reason."""
        for arguments, code in ((("orders-export",), "parameter_required"), (("sales", "--param", "mode=summary"), "parameter_unknown"),
                                (("orders-export", "--param", "mode=full"), "parameter_type")):
            run = self.call("run", *arguments, "--account", "shop", *DST_DAY)
            self.assertEqual((run.returncode, run.stdout), (7, ""), run.stderr)
            self.assertIn(code, run.stderr)

    def test_days_without_orders_give_the_header_alone(self):
        run = self.call("run", "sales", "--account", "shop", "--from", "2026-01-01", "--to", "2026-01-31")
        self.assertEqual(run.stdout, "date,status,currency,orders,gross_revenue,average_order_value\n")


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(Commerce)
    outcome = unittest.TextTestRunner().run(tests)
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{max(outcome.testsRun - failed, 0)} passed, {failed} failed")
    sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun > 0 else 1)
