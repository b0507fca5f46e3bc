#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Real data: the Northwind company through examples/northwind/views.sql. Every figure is computed from the company's original tables, untouched, with
Python's decimals, and compared cell by cell.

REPORTCTL_DATA names the directory of northwind.sql; default: ../shared/data beside the repository."""
import collections, csv, datetime, decimal, io, os, pathlib, re, shutil, sqlite3, subprocess, sys, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

DATA = pathlib.Path(os.environ.get("REPORTCTL_DATA") or e2e.ROOT.parent / "shared" / "data") / "northwind.sql"
EXAMPLE = e2e.ROOT / "examples" / "northwind"
CENT = decimal.Decimal("0.01")
ALL = ("--from", "1996-07-01", "--to", "1998-05-31")

Line = collections.namedtuple("Line", "order product name quantity price total")
Order = collections.namedtuple("Order", "number day customer name shipped lines")


def original():
    """The orders with their lines, from the tables as the company made them."""
    database = sqlite3.connect(":memory:")
    script = DATA.read_text(encoding="utf-8")
    database.executescript(script)
    customers = dict(database.execute("SELECT CustomerID, CompanyName FROM Customers"))
    products = dict(database.execute("SELECT ProductID, ProductName FROM Products"))
    lines = collections.defaultdict(list)
    for order, product, price, quantity, discount in database.execute('SELECT OrderID, ProductID, UnitPrice, Quantity, Discount FROM "Order Details"'):
        price, discount = decimal.Decimal(str(price)), decimal.Decimal(str(discount))
        total = (price * quantity * (1 - discount)).quantize(CENT, decimal.ROUND_HALF_UP)
        lines[order].append(Line(order, product, products[product], quantity, price.quantize(CENT), total))
    orders = []
    for number, customer, day, shipped in database.execute("SELECT OrderID, CustomerID, OrderDate, ShippedDate FROM Orders"):
        mine = sorted(lines[number], key=lambda line: line.product)
        orders.append(Order(number, day[:10], customer, customers[customer], shipped is not None, mine))
    database.close()
    return sorted(orders, key=lambda order: (order.day, order.number))


def total(order):
    return sum((line.total for line in order.lines), decimal.Decimal(0))


class Northwind(e2e.Case):
    @classmethod
    def setUpClass(cls):
        if not DATA.exists():
            raise unittest.SkipTest(f"{DATA} is absent; REPORTCTL_DATA names its directory")
        cls.orders = original()
        cls.shop = e2e.World()
        cls.shop.source.unlink()
        for script in (DATA, EXAMPLE / "views.sql"):
            with open(script, "rb") as text:
                subprocess.run([e2e.need("sqlite3"), "-bail", str(cls.shop.source)], stdin=text, stdout=subprocess.DEVNULL, check=True, timeout=e2e.PATIENCE)
        cls.shop.apply((EXAMPLE / "account.yaml").read_text().replace("source: northwind", "source: shop"), now="1998-04-20T12:00:00Z")

    @classmethod
    def tearDownClass(cls):
        cls.shop.close()

    def rows(self, *args, now="1998-06-01T12:00:00Z"):
        return list(csv.DictReader(io.StringIO(self.shop.must("run", *args, now=now).out.decode("utf-8"))))

    def test_the_figures_that_everybody_knows_of_northwind_are_there(self):
        self.assertEqual(len(self.orders), 830)
        self.assertEqual(sum(len(order.lines) for order in self.orders), 2155)
        exact = sum(decimal.Decimal(line["line_total"]) for line in self.rows("orders-export", "--param", "mode=line-items", *ALL))
        # 1,265,793.04 before each line is rounded to its cent
        self.assertLess(abs(exact - decimal.Decimal("1265793.04")), decimal.Decimal("1.00"))

    def test_orders_export_in_summary_has_830_orders_with_every_cell_right(self):
        found = self.rows("orders-export", "--param", "mode=summary", *ALL)
        wanted = [{"order_number": str(order.number), "placed_at": f"{order.day}T00:00:00Z", "customer": order.name, "email": "",
                   "status": "shipped" if order.shipped else "open", "currency": "USD", "lines": str(len(order.lines)),
                   "quantity": str(sum(line.quantity for line in order.lines)), "total": str(total(order))} for order in self.orders]
        self.assertEqual(len(found), 830)
        for mine, theirs in zip(found, wanted):
            mine["placed_at"] = mine["placed_at"].replace("+00:00", "Z")
            self.assertEqual(mine, theirs)

    def test_orders_export_in_line_items_has_2155_lines_with_every_cell_right(self):
        found = self.rows("orders-export", "--param", "mode=line-items", *ALL)
        wanted = [(str(order.number), order.name, str(number), str(line.product), line.name, str(line.quantity), str(line.price), str(line.total), "USD")
                  for order in self.orders for number, line in enumerate(order.lines, 1)]
        self.assertEqual(len(found), 2155)
        self.assertEqual([tuple(row[name] for name in ("order_number", "customer", "line", "sku", "product", "quantity", "unit_price", "line_total",
                                                       "currency")) for row in found], wanted)

    def test_customer_spend_has_every_customer_with_orders_and_the_right_revenue(self):
        spent, count, last = collections.Counter(), collections.Counter(), {}
        for order in self.orders:
            spent[order.customer] += total(order)
            count[order.customer] += 1
            last[order.customer] = max(order.day, last.get(order.customer, ""))
        names = {order.customer: order.name for order in self.orders}
        found = self.rows("customer-spend", *ALL)
        wanted = [(customer, names[customer], "USD", str(count[customer]), str(spent[customer]), last[customer])
                  for customer in sorted(spent, key=lambda one: (-spent[one], one))]
        self.assertEqual([(row["customer_id"], row["customer"], row["currency"], row["orders"], row["revenue"], row["last_order_at"][:10]) for row in found],
                         wanted)
        self.assertEqual(len(found), 89)  # of 93 customers four have never ordered
        self.assertEqual(found[0]["customer"], "QUICK-Stop")

    def test_sales_of_all_time_has_the_right_revenue_per_day_and_status(self):
        days = collections.defaultdict(list)
        for order in self.orders:
            days[order.day, "shipped" if order.shipped else "open"].append(total(order))
        wanted = [(day, status, "USD", str(len(sums)), str(sum(sums)), str((sum(sums) / len(sums)).quantize(CENT, decimal.ROUND_HALF_UP)))
                  for (day, status), sums in sorted(days.items())]
        self.assertEqual([tuple(row.values()) for row in self.rows("sales", *ALL)], wanted)

    def test_the_days_of_one_month_and_no_others_are_in_its_sales(self):
        found = self.rows("sales", "--from", "1997-02-01", "--to", "1997-02-28")
        mine = [order for order in self.orders if order.day.startswith("1997-02")]
        self.assertEqual(sum(int(row["orders"]) for row in found), len(mine))
        self.assertEqual(sum(decimal.Decimal(row["gross_revenue"]) for row in found), sum(map(total, mine)))

    def test_a_year_is_the_sum_of_its_months_without_gap_or_overlap(self):
        whole = self.rows("orders-export", "--param", "mode=summary", "--from", "1997-01-01", "--to", "1997-12-31")
        parts = []
        for month in range(1, 13):
            last = (datetime.date(1997 + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)).isoformat()
            parts += self.rows("orders-export", "--param", "mode=summary", "--from", f"1997-{month:02}-01", "--to", last)
        self.assertEqual(parts, whole)

    def test_names_arrive_in_all_their_letters(self):
        names = {row["customer"] for row in self.rows("customer-spend", *ALL)}
        for name in ("Königlich Essen", "Mère Paillarde", "Océano Atlántico Ltda.", "Folk och fä HB", "Antonio Moreno Taquería", "Tradição Hipermercados",
                     "B's Beverages", "Suprêmes délices"):
            self.assertIn(name, names)
        products = {row["product"] for row in self.rows("orders-export", "--param", "mode=line-items", *ALL)}
        for name in ("Wimmers gute Semmelknödel", "Gumbär Gummibärchen", "Côte de Blaye", "Guaraná Fantástica", "Sirop d'érable", "Lakkalikööri"):
            self.assertIn(name, products)

    def test_the_monthly_mail_has_the_same_bytes_as_the_run_of_that_month(self):
        self.shop.must("run-due", now="1998-05-01T06:01:00Z")
        mail, = self.shop.outbox_mails()
        self.assertEqual(mail["To"].addresses[0].addr_spec, "sales@northwind.example")
        _, data = e2e.attachment_of(mail)
        self.assertEqual(data, self.shop.must("run", "customer-spend", "--from", "1998-04-01", "--to", "1998-04-30", now="1998-06-01T12:00:00Z").out)
        revenue = sum(decimal.Decimal(row["revenue"]) for row in csv.DictReader(io.StringIO(data.decode())))
        self.assertEqual(revenue, sum(total(order) for order in self.orders if order.day.startswith("1998-04")))

    def test_the_commands_of_the_readme_work_as_they_are_written(self):
        script = "\n".join(re.findall(r"```sh\n(.*?)```", (EXAMPLE / "README.md").read_text(), re.S))
        self.assertIn("reportctl run", script)
        directory = e2e.scratch("northwind")
        self.closing(shutil.rmtree, directory, True)
        for file in EXAMPLE.iterdir():
            shutil.copy(file, directory)
        shutil.copyfile(DATA, directory / "northwind.sql")
        (directory / "bin").mkdir()
        (directory / "bin" / "reportctl").symlink_to(e2e.REPORTCTL)
        env = {name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL")}
        env.update(PATH=f"{directory}/bin:{env['PATH']}", HOME=str(directory))
        done = subprocess.run(["bash", "-eu", "-c", "umask 022\n" + script], cwd=directory, env=env, capture_output=True, text=True, timeout=e2e.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((directory / "orders.csv").read_bytes().count(b"\n"), 831)
        self.assertEqual((directory / "lines.csv").read_bytes().count(b"\n"), 2156)


if __name__ == "__main__":
    e2e.main()
