#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What those who watch get: pages of a terminal, a status page in a browser, pings of run-due, and a doctor that sees what is missing."""
import fcntl, http.server, json, os, pathlib, pty, re, struct, subprocess, sys, termios, threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e


class Pinged:
    """HTTP on a free loopback port; answers every path with `status`."""

    def __init__(self, status=200):
        self.paths, pinged = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                pinged.paths.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/secret-4711"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Knowing(e2e.Case):
    def world(self, failing=False, **options):
        world = e2e.World(clock=True, **options)
        self.closing(world.close)
        world.schedules(e2e.schedule("sales-of-yesterday", "ann@example.com"))
        if failing:
            world.source.rename(world.path / "gone.db")
        return world

    def on_terminal(self, world, *words, rows=24, columns=80, **environment):
        """What a terminal of that size shows, and the exit code."""
        main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        child = subprocess.Popen([e2e.REPORTCTL, *words], stdin=side, stdout=side, stderr=side, cwd=world.path,
                                 env=world.command_environment(**{"TERM": "xterm", "NO_COLOR": "1", **environment}))
        os.close(side)
        seen = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(main)
        return seen.decode().replace("\r\n", "\n"), child.wait(e2e.PATIENCE)

    def test_long_output_on_a_terminal_goes_through_the_pager_and_nothing_else_does(self):
        world = self.world()
        shown = world.path / "shown"
        pager = {"REPORTCTL_PAGER": f"tee {shown} >/dev/null; env > {shown}.env"}
        seen, code = self.on_terminal(world, "config", "show", **pager)
        self.assertEqual((seen, code), ("", 0))
        whole, code = self.on_terminal(world, "config", "show", "--no-pager", **pager)
        self.assertEqual(whole, shown.read_text())
        self.assertGreater(whole.count("\n"), 24)
        told = pathlib.Path(f"{shown}.env").read_text()
        self.assertIn("LESS=FRX\n", told)
        if os.geteuid() == 0:
            self.assertIn("LESSSECURE=1\n", told)
        shown.unlink()
        for words, environment in (("schedule list", pager), ("config show", {"PAGER": "cat"}), ("config show", {"REPORTCTL_PAGER": "", "PAGER": pager["REPORTCTL_PAGER"]}),
                                   ("config show", {**pager, "TERM": "dumb"})):
            with self.subTest(words=words, environment=environment):
                seen, code = self.on_terminal(world, *words.split(), **environment)
                self.assertTrue(seen)
                self.assertFalse(shown.exists())
        self.assertEqual(world.must("config", "show", env=pager).out.decode().count("\n"), whole.count("\n"))
        self.assertFalse(shown.exists())
        seen, code = self.on_terminal(world, "config", "show", REPORTCTL_PAGER="/no/such/pager")
        self.assertTrue(seen.endswith(whole))

    def test_a_pager_keeps_the_exit_code_and_may_be_left_early(self):
        world = self.world(failing=True)
        world.run("run-due")
        seen, code = self.on_terminal(world, "status", rows=5, REPORTCTL_PAGER="head -1")
        self.assertEqual(code, 3)
        self.assertEqual(seen.count("\n"), 1)
        self.assertTrue(seen.startswith("Waiting for you:"))

    def test_no_list_is_wider_than_its_terminal(self):
        world = self.world(failing=True)
        world.run("run-due")
        for columns in (80, 120):
            for words in ("runs list", "schedule list", "config show", "audit list", "notifications list", "status", "member list", "account list", "catalog list"):
                seen, _ = self.on_terminal(world, *words.split(), "--no-pager", columns=columns, rows=200)
                wide = [line for line in seen.split("\n") if len(line) > columns]
                self.assertEqual((words, columns, wide), (words, columns, []))

    def test_run_due_pings_its_start_its_success_and_its_failure_and_never_fails_for_it(self):
        pinged = Pinged()
        self.closing(pinged.close)
        more = f'monitor: {{ping_url: "{pinged.url}"}}\n'
        world = self.world(more=more)
        world.must("run-due")
        self.assertEqual(pinged.paths, ["/secret-4711/start", "/secret-4711"])
        world.must("run-due")  # nothing is due
        self.assertEqual(pinged.paths[2:], ["/secret-4711"])
        self.assertNotIn(b"secret-4711", world.must("config", "show").out)
        world.source.unlink()
        world.must("run-due", now="2026-03-18T05:02:00Z", code=3)
        self.assertEqual(pinged.paths[3:], ["/secret-4711/start", "/secret-4711/fail"])
        world.clock = False
        world.run("run-due", now="2026-03-19T05:02:00Z")  # a rehearsal
        self.assertEqual(len(pinged.paths), 5)

    def test_a_monitor_that_is_away_or_angry_is_a_warning_without_its_address(self):
        world = self.world(more=f'monitor: {{ping_url: "http://127.0.0.1:{e2e.free_port()}/secret-4711"}}\n')
        result = world.must("run-due")
        self.assertEqual(len(world.outbox_mails()), 1)
        self.assertIn("monitor.ping_url was not reached", result.err)
        self.assertNotIn("secret-4711", result.err)
        angry = Pinged(500)
        self.closing(angry.close)
        world.configure(more=f'monitor: {{ping_url: "{angry.url}"}}\n')
        self.assertIn("monitor.ping_url answered 500", world.must("run-due").err)

    def test_config_check_and_doctor_see_a_library_that_is_missing(self):
        world = self.world()
        world.must("run-due")
        world.must("doctor")
        broken = world.path / "libraries"
        broken.mkdir()
        (broken / "libgmime-3.0.so.0").write_text("")
        env = {"LD_LIBRARY_PATH": broken}
        for command in (("config", "check"), ("doctor",)):
            result = world.run(*command, "--json", env=env)
            checks = json.loads(result.out)
            libraries = next(one for one in (checks["checks"] if command == ("doctor",) else checks) if one["check"] == "libraries")
            self.assertFalse(libraries["ok"])
            self.assertIn("libgmime-3.0.so.0", libraries["detail"])
            self.assertIn("libgmime-3.0-0", libraries["hint"])
            self.assertEqual(result.code, 3 if command == ("doctor",) else 78)

    def test_doctor_logs_in_to_the_mail_server_and_sends_nothing(self):
        world = self.world(transport=f"smtp://127.0.0.1:{e2e.free_port()}")
        checks = {one["check"]: one for one in json.loads(world.run("doctor", "--json").out)["checks"]}
        self.assertFalse(checks["mail server"]["ok"])

    def test_the_status_page_fits_phones_and_desktops_and_escapes_what_it_shows(self):
        browser = e2e.need("chromium")
        world = self.world(failing=True)
        for day in range(17, 31):
            if day == 20:
                (world.path / "gone.db").rename(world.source)
            world.run("run-due", now=f"2026-03-{day}T05:02:00Z")
        world.source.unlink()
        world.run("run-due", now="2026-03-31T05:02:00Z")
        page = world.path / "page.html"
        world.must("status", "--html", page, now="2026-03-31T05:05:00Z", code=3)
        text = page.read_text()
        self.assertEqual(len(re.findall(r'<i class="(?:good|bad|warn|none)"', text)), 14)
        self.assertIn('aria-label="12 delivered', text.replace("11 delivered", "12 delivered"))
        self.assertNotRegex(text, r'(?:src|href)=|url\(|@import')
        frames = "".join(f'<iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>' for width in (320, 400, 1200))
        (world.path / "all.htm").write_text(f"""<!DOCTYPE html><body>{frames}<pre id="seen"></pre><script>window.onload = () =>
          document.getElementById("seen").textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(one =>
          [one.clientWidth, one.contentDocument.documentElement.scrollWidth, one.contentDocument.getElementById("stale").hidden]))</script>""")
        shown = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", f"--user-data-dir={world.path}/profile",
                                "--virtual-time-budget=20000", "--dump-dom", f"file://{world.path}/all.htm"], capture_output=True, text=True, timeout=120).stdout
        seen = json.loads(re.search(r'<pre id="seen">(.*?)</pre>', shown, re.S).group(1))
        self.assertEqual([one for one in seen if one[1] > one[0]], [])
        self.assertEqual(len(seen), 3)


if __name__ == "__main__":
    e2e.main()
