#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every mail of the demo in a browser, as wide as phones and desktops, with <style> and as clients show it that drop <style>: nothing is wider than the screen
or its place, and every key figure is seen."""
import html, json, os, pathlib, re, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

WIDTHS = (320, 375, 541, 600)
SCRIPT = """<pre id="seen"></pre><script>
const places = (page) => [page.documentElement, ...[...page.querySelectorAll("div")].filter((one) => one.style.overflowX === "auto")];
const heads = (page) => [...page.querySelectorAll("th")].filter((one) => [one, ...one.querySelectorAll("div")].every((part) => part.offsetWidth > 0 && part.offsetHeight > 0));
window.onload = () => document.getElementById("seen").textContent = JSON.stringify([...document.querySelectorAll("iframe")].map((one) => ({
  name: one.src.split("/").pop(), width: one.clientWidth, over: Math.max(...places(one.contentDocument).map((place) => place.scrollWidth - place.clientWidth)),
  heads: heads(one.contentDocument).map((head) => head.innerText.trim()),
  more: [...one.contentDocument.querySelectorAll(".narrow")].some((more) => more.offsetHeight > 0)})));
</script>"""


TAKINGS = """id: takings
label: Takings
family: own
description: Amounts in many currencies.
scope: [account]
window: {kind: snapshot}
cadences: [daily]
formats: [csv]
columns:
  - {name: day, label: Day, type: date}
  - {name: amount, label: Revenue, type: money}
  - {name: tax, label: Tax, type: money}
  - {name: fees, label: Fees, type: money}
  - {name: currency, label: Currency, type: text}
summary:
  - {label: Revenue, value: total(amount)}
  - {label: Tax, value: total(tax)}
  - {label: Fees, value: total(fees)}
chart: {type: bar, x: day, y: sum(amount)}
query: >
  SELECT t.day AS day, t.amount AS amount, t.amount AS tax, t.amount AS fees, t.currency AS currency FROM t WHERE t.account_id = :account
  ORDER BY t.currency
"""


class Width(e2e.Case):
    def previews(self):
        home = e2e.scratch("width")
        self.closing(lambda: subprocess.run(["rm", "-rf", str(home)], check=False))
        environment = {**{name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL")}, "TZ": "UTC",
                       "REPORTCTL_CONFIG": str(home / "reportctl.yaml"), "REPORTCTL_STATE": str(home / "state.db")}

        def reportctl(*words):
            return subprocess.run([e2e.REPORTCTL, *words], env=environment, cwd=home, check=True, capture_output=True, timeout=e2e.PATIENCE).stdout

        reportctl("init", "--demo")
        for schedule in json.loads(reportctl("schedule", "list", "--json")):
            name = f"{schedule['account']}-{schedule['name']}.html"
            reportctl("mail", "preview", schedule["name"], "--account", schedule["account"], "--html", str(home / name))
            whole = (home / name).read_text(encoding="utf-8")
            (home / ("bare-" + name)).write_text(re.sub(r"<style>.*?</style>", "", whole, flags=re.S), encoding="utf-8")
        return home

    def seen(self):
        browser = e2e.need("chromium")
        home = self.previews()
        frames = [f'<iframe src="{path.name}" style="width:{width}px;height:8000px;border:0"></iframe>' for path in sorted(home.glob("*.html")) for width in WIDTHS]
        (home / "all.htm").write_text("<!DOCTYPE html><body>" + "".join(frames) + SCRIPT)
        shown = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", f"--user-data-dir={home}/profile",
                                "--virtual-time-budget=20000", "--dump-dom", f"file://{home}/all.htm"], capture_output=True, text=True, timeout=120).stdout
        seen = json.loads(html.unescape(re.search(r'<pre id="seen">(.*?)</pre>', shown, re.S).group(1)))
        self.assertEqual(len(seen), len(frames))
        self.assertGreater(len(seen), 150)
        return seen

    def test_no_mail_is_wider_than_its_screen_with_style_or_without(self):
        seen = self.seen()
        self.assertEqual([one for one in seen if one["over"] > 0], [])
        heads = {(one["name"], one["width"]): one["heads"] for one in seen}
        for style in ("", "bare-"):
            self.assertEqual(heads[style + "shop-stock-value.html", 320], ["Product", "Value"], "the figure, beside a long name")
            self.assertEqual(heads[style + "shop-stock-value.html", 600], ["SKU", "Product", "Stock", "Value"])
            self.assertEqual(heads[style + "kurier-fahrzeuge.html", 320], ["Vehicle", "Energy (kWh)", "Cost"], "the first amount")
            for one in seen:
                if one["name"].startswith("bare-") == (style != ""):
                    self.assertEqual(one["more"], one["width"] <= 540 and len(one["heads"]) < len(heads[one["name"], 600]), "what is left out is said where it is left out")

    def test_a_mail_with_every_currency_there_is_stays_below_the_size_that_gmail_shows(self):
        """It cuts a mail after 102 kB."""
        currencies = [one["alpha_3"] for one in json.load(open("/usr/share/iso-codes/json/iso_4217.json", encoding="utf-8"))["4217"]
                      if not one["alpha_3"].startswith("X")]  # metals, and units of banks
        self.assertGreater(len(currencies), 150)
        world = self.world()
        catalog = world.path / "catalog"
        catalog.mkdir()
        (catalog / "takings.yaml").write_text(TAKINGS)
        world.configure(more=f"catalog: {{dirs: [{catalog}]}}\n")
        rows = ", ".join(f"('shop', '2026-03-{1 + i % 28:02}', '{code}', {100_000_000 + i})" for i, code in enumerate(currencies))
        world.make_source(e2e.COMMERCE + f"CREATE TABLE t (account_id TEXT, day TEXT, currency TEXT, amount INTEGER); INSERT INTO t VALUES {rows};")
        world.schedules(e2e.schedule("takings", "ann@example.org", report="takings"))
        world.must("run-due")
        mail, = world.outbox_mails()
        content = mail.get_body(("html",)).get_content()
        self.assertIn(f"… and {len(currencies) - 11} more currencies", content)
        self.assertLess(len(content.encode()), 102_000)

    def test_nothing_but_words_stands_before_a_mail(self):
        """What text browsers show of the line that a list of mails shows."""
        for path in self.previews().glob("*.html"):
            content = path.read_text(encoding="utf-8")
            for filler in ("\u034f", "&#847;", "&zwnj;", "font-size:0"):
                self.assertNotIn(filler, content, path.name)


if __name__ == "__main__":
    e2e.main()
