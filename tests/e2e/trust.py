#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Whose files decide what happens, and what comes from others: configuration, modules, state; long lines, escapes for the terminal, memory."""
import http.server, os, pathlib, pty, re, resource, select, shutil, signal, subprocess, sys, threading, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

NOBODY = 65534
MODULE = """id: all-customers
label: Everybody
family: test
description: A module that somebody else may have written.
scope: [account]
window: {kind: snapshot}
cadences: [daily]
formats: [csv]
columns:
  - {name: name, label: Name, type: text}
query: SELECT name FROM customers WHERE account_id = :account ORDER BY 1
"""


def needs_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "only root can give files away")(test)


class Trust(e2e.Case):
    def commanding(self, world, transport="smtp://127.0.0.1:1"):
        """A configuration that runs a command as soon as a password is wanted."""
        ran = world.path / "ran"
        config = world.path / "theirs.yaml"
        config.write_text(f"state: {world.state}\nmail: {{transport: \"{transport}\", from: a@b.example, username: u, password_command: [touch, {ran}]}}\n"
                          f"sources: {{shop: {{url: \"postgresql://x@127.0.0.1:1/x\", password_command: [touch, {ran}]}}}}\n")
        config.chmod(0o600)
        return config, ran

    def complete(self, world, *words):
        return world.must("__complete", *words, now=None, env={"REPORTCTL_CONFIG": ""}).out

    @needs_root
    def test_a_configuration_of_another_user_is_not_read_and_none_of_its_commands_run(self):
        world = self.world()
        config, ran = self.commanding(world)
        os.chown(config, NOBODY, NOBODY)
        for words in (("config", "check"), ("config", "show"), ("run-due",), ("mail", "test"), ("status",)):
            refused = world.run("--config", config, *words)
            self.assertEqual((refused.code, ran.exists()), (78, False), words)
            self.assertIn("belongs to another user (nobody)", refused.err)
            self.assertIn("sudo -u nobody reportctl", refused.err)
        os.chown(config, 0, 0)
        config.chmod(0o620)
        self.assertIn("others may write", world.run("--config", config, "config", "check").err)
        self.assertFalse(ran.exists())
        config.chmod(0o600)
        world.run("--config", config, "config", "check")
        self.assertTrue(ran.exists())  # so it would have run

    def test_a_configuration_whose_directory_others_may_write_or_that_their_link_names_is_not_read(self):
        world = self.world()
        config, ran = self.commanding(world)
        place = world.path / "place"
        place.mkdir(0o755)
        named = place / "reportctl.yaml"
        named.symlink_to(config)
        self.assertNotEqual(world.run("--config", named, "config", "check").code, 2)
        self.assertTrue(ran.exists())  # so it would run
        ran.unlink()
        place.chmod(0o777)
        refused = world.run("--config", named, "config", "check")
        self.assertEqual((refused.code, ran.exists()), (78, False))
        self.assertIn(f"others may write {place}, so it cannot be trusted", refused.err)
        place.chmod(0o1777)  # as /tmp: only root and the owner of a file can put another in its place
        world.run("--config", named, "config", "check")
        self.assertTrue(ran.exists())
        ran.unlink()
        if os.geteuid() == 0:
            place.chmod(0o777)  # a ConfigMap's directory, where nobody can write
            mounted = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
            world.run("--config", named, "config", "check", prefix=("unshare", "--mount", "sh", "-c", mounted, str(place)))
            self.assertTrue(ran.exists())
            ran.unlink()
            place.chmod(0o755)
            os.lchown(named, NOBODY, NOBODY)  # whoever made the link chose which of root's files is read
            refused = world.run("--config", named, "config", "check")
            self.assertEqual((refused.code, ran.exists()), (78, False))
            self.assertIn(f"{named} belongs to another user (nobody)", refused.err)
            named.unlink()
            shutil.copy(config, named)
            os.chown(place, NOBODY, NOBODY)
            self.assertIn(f"{place} belongs to another user (nobody)", world.run("--config", named, "config", "check").err)
            self.assertFalse(ran.exists())

    def test_a_state_file_is_refused_where_others_could_lay_a_journal_beside_it(self):
        world = self.world()
        for mode in (0o777, 0o1777, 0o775):
            world.state.parent.chmod(mode)
            refused = world.run("status")
            self.assertEqual(refused.code, 12, oct(mode))
            self.assertIn("others may write its directory", refused.err)
        world.state.parent.chmod(0o755)
        world.must("status")

    def test_a_program_that_others_may_change_gives_no_password_and_sends_no_mail(self):
        world = self.world()
        ran, program = world.path / "ran", world.path / "bin" / "give-password"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\ntouch {ran}\necho secret\n")
        login = "tls: required\nusername: u\npassword_command: [%s]\n"
        for transport, mail, path in (("smtp://127.0.0.1:1", login % program, ""), ("smtp://127.0.0.1:1", login % program.name, f"{program.parent}:/usr/bin"),
                                      (f"sendmail:{program}", "", "")):
            world.configure(transport, mail)
            env = {"PATH": path} if path else {}
            program.chmod(0o757)
            refused = world.run("mail", "test", "--to", "a@example.org", env=env)
            self.assertIn(f"others may write {program}", refused.out.decode() + refused.err)
            self.assertFalse(ran.exists(), transport)
            program.chmod(0o755)
            program.parent.chmod(0o777)
            refused = world.run("mail", "test", "--to", "a@example.org", env=env)
            self.assertIn(f"others may write {program.parent}", refused.out.decode() + refused.err)
            self.assertFalse(ran.exists(), transport)
            program.parent.chmod(0o755)
            world.run("mail", "test", "--to", "a@example.org", env=env)
            self.assertTrue(ran.exists(), transport)  # so it would have run
            ran.unlink()

    def test_authorities_and_libraries_that_others_may_change_are_not_used(self):
        world = self.world()
        named = world.path / "named"
        named.write_text("x")
        named.chmod(0o646)
        source = f"sqlite:{world.source}"
        mail = ("smtps://127.0.0.1:1", f"tls: required\nca_file: {named}\n")
        bucket = f"artifacts: {{url: 's3://bucket/p', endpoint: 'https://localhost:1', ca_file: {named}}}\n"
        for configured, replaced, command in (
                (mail, ("", ""), ("mail", "test", "--to", "a@example.org")),
                ((), (f'artifacts: {{url: "file:{world.path}/artifacts"}}\n', bucket), ("config", "check")),
                ((), (source, f"postgresql://x@127.0.0.1:1/x?sslmode=verify-full&sslrootcert={named}"), ("source", "check", "shop")),
                ((), (source, f"mysql://x@127.0.0.1:1/x?sslmode=verify-full&sslrootcert={named}"), ("source", "check", "shop")),
                ((), (f'"{source}"', f'"duckdb:{world.source}", library: {named}'), ("source", "check", "shop"))):
            world.configure(*configured)
            world.config.write_text(world.config.read_text().replace(*replaced))
            env = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
            refused = world.run(*command, env=env)
            self.assertIn(f"others may write {named}", refused.out.decode() + refused.err, replaced)
            named.chmod(0o644)
            refused = world.run(*command, env=env)
            self.assertNotIn("others may write", refused.out.decode() + refused.err, replaced)
            self.assertNotEqual(refused.code, 0, replaced)  # so it would have been used
            named.chmod(0o646)

    @needs_root
    def test_only_who_administers_gives_files_back(self):
        world = self.world()
        world.schedules()
        world.must("member", "add", "Vi", "--account", "shop", "--role", "viewer", "--login", "vi", now=None)
        self.assertIn("may not administer", world.must("--as", "vi", "doctor", "--repair", now=None, code=4).err)
        world.must("doctor", "--repair", now=None)

    def test_completion_neither_connects_nor_runs_commands_for_a_configuration_on_the_line(self):
        world = self.world()
        world.schedules()
        config, ran = self.commanding(world)
        for words in (("run", "site-power", "--account", "shop", "--scope", ""), ("schedule", "add", "x", "--account", "shop", "--report", "site-power", "--scope", ""),
                      ("run", "charging-sessions", "--account", "shop", "--scope", "depot:x", "--param", "vehicles=")):
            self.complete(world, *words[:1], "--config", config, *words[1:])
            self.complete(world, *words[:1], f"--config={config}", *words[1:])
            self.assertFalse(ran.exists(), words)
        self.assertIn(b"sales", self.complete(world, "run", "--config", config, "sal"))  # what needs no source is there
        world.must("__complete", "run", "site-power", "--account", "shop", "--scope", "", env={"REPORTCTL_CONFIG": config})
        self.assertTrue(ran.exists())  # the configuration that is in use anyway

    def test_a_module_that_others_may_write_is_refused_and_so_is_its_directory(self):
        directory = e2e.scratch("catalog")
        self.closing(shutil.rmtree, directory)
        world = self.world(more=f"catalog: {{dirs: [\"{directory}\"]}}\n")
        world.schedules()
        module = directory / "a.yaml"
        module.write_text(MODULE)
        module.chmod(0o644)
        self.assertIn("Müller", world.must("run", "all-customers").out.decode())
        module.chmod(0o666)
        refused = world.run("run", "all-customers")
        self.assertNotEqual(refused.code, 0)
        module.chmod(0o644)
        directory.chmod(0o777)
        refused = world.run("run", "all-customers")
        self.assertEqual(refused.code, 78)
        self.assertIn("a directory of modules was not searched", refused.err)
        self.assertIn("others may write", refused.err)
        world.must("run", "sales")  # what is built in is there
        self.assertIn("others may write", str(world.run("config", "check", "--json").out))
        directory.chmod(0o755)
        world.must("run", "all-customers")
        if os.geteuid() == 0:
            os.chown(module, NOBODY, NOBODY)
            self.assertNotEqual(world.run("run", "all-customers").code, 0)
            os.chown(module, 0, 0)
            os.chown(directory, NOBODY, NOBODY)
            self.assertNotEqual(world.run("run", "all-customers").code, 0)

    @needs_root
    def test_a_state_file_of_another_user_is_refused_with_the_line_that_works(self):
        world = self.world()
        os.chown(world.state, NOBODY, NOBODY)
        refused = world.run("status")
        self.assertEqual(refused.code, 12)
        self.assertIn("sudo -u nobody reportctl", refused.err)

    def test_a_key_of_a_file_that_is_no_configuration_is_not_repeated(self):
        world = self.world()
        other = world.path / "passwords"
        other.write_text("hunter2-secret: x\nsources: {shop: {hunter3-secret: x}}\nmail: {hunter4-secret: x, tranport: y}\n")
        other.chmod(0o600)
        told = world.run("--config", other, "config", "show")
        self.assertEqual(told.code, 78)
        self.assertNotIn("secret", told.err)
        self.assertIn("passwords:1:1: unknown key", told.err)
        self.assertIn('unknown key "mail.tranport" (did you mean "transport"?)', told.err)

    def test_a_long_line_takes_time_that_grows_with_its_length_and_a_stop_ends_it(self):
        world = self.world()
        # Where each comma looked at all before it, this took eleven minutes; nobody waits for that here.
        result = world.run("apply", "--dry-run", "-f", "-", stdin=("[" + "a," * 240_000 + "a]").encode())
        self.assertEqual(result.code, 7)
        # Here each parenthesis looked for its end, and each unknown name counted the lines before it.
        for query in ("SELECT " + "(" * 450_000, "SELECT " + ",".join(f":p{i}" for i in range(110_000))):
            result = world.run("catalog", "lint", "-", stdin=f"id: a\nquery: {query}\n".encode())
            self.assertEqual(result.code, 7)
            self.assertIn(b"more than 64 KB of SQL", result.out)
        # Each account is compared with those alone that read the same rows.
        accounts = "accounts:\n" + "".join(f"  - {{id: a{i}, name: n, source: shop}}\n" for i in range(2000))
        result = world.run("apply", "--dry-run", "-f", "-", stdin=accounts.encode())
        self.assertEqual((result.code, (b"\n" + result.out).count(b"\n+ account ")), (0, 2000))
        accounts = accounts.replace("id: a1999,", "id: A1998,")  # which a source that ignores case takes for the one before
        self.assertIn("the id of account a1998", world.run("apply", "--dry-run", "-f", "-", stdin=accounts.encode()).err)
        process = subprocess.Popen([e2e.REPORTCTL, "apply", "--dry-run", "-f", "-"], env=world.command_environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        process.send_signal(signal.SIGTERM) if process.poll() is None else None
        process.communicate(("[" + "a," * 300_000 + "a]").encode(), timeout=e2e.PATIENCE)
        self.assertIn(process.returncode, (143, -15))

    def on_terminal(self, world, *words):
        leader, follower = pty.openpty()
        process = subprocess.Popen([e2e.REPORTCTL, *words], env=world.command_environment(), stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.DEVNULL)
        os.close(follower)
        shown = b""
        while select.select([leader], [], [], e2e.PATIENCE)[0]:
            try:
                block = os.read(leader, 65536)
            except OSError:
                break
            if not block:
                break
            shown += block
        os.close(leader)
        self.assertEqual(process.wait(e2e.PATIENCE), 0)
        return shown

    def test_rows_cannot_control_the_terminal_on_which_they_are_printed(self):
        world = self.world()
        world.make_source(e2e.COMMERCE + "UPDATE customers SET name = char(27) || ']0;PWNED' || char(7) || char(0x9b) || '31m' || char(0x202e) || 'x' WHERE id = 'c1';")
        world.schedules(e2e.schedule("spend", "a@example.org", report="customer-spend", more=", window: last_7d"))
        words = ("run", "customer-spend", "--from", "2026-03-15", "--to", "2026-03-17")
        raw = world.must(*words).out
        self.assertIn(b"\x1b]0;PWNED\x07", raw)  # a file or a pipe gets what the source has
        for shown in (self.on_terminal(world, *words), self.on_terminal(world, "schedule", "preview", "spend", "--at", e2e.NOW), self.on_terminal(world, "schedule", "preview", "spend", "--at", e2e.NOW, "--csv")):
            self.assertIn(b"\\x1b]0;PWN", shown)
            self.assertNotIn("\u009b".encode(), shown)
            self.assertNotIn("\u202e".encode(), shown)
            self.assertNotIn(b"\x1b]", shown)
        self.assertEqual(len(self.on_terminal(world, *words).splitlines()), len(raw.splitlines()))

    @needs_root
    def test_neither_a_core_dump_nor_another_process_of_the_user_gets_the_memory(self):
        world = self.world()
        place = e2e.scratch("waits")
        self.closing(shutil.rmtree, place)
        place.chmod(0o755)
        program = place / "reportctl"
        shutil.copy(e2e.REPORTCTL, program)
        waits = place / "config"  # nobody writes it
        os.mkfifo(waits, 0o600)
        os.chown(waits, NOBODY, NOBODY)
        process = subprocess.Popen(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", program, "--config", waits, "config", "show"],
                                   env=world.command_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)))
        self.closing(process.wait)
        self.closing(process.kill)
        proc = pathlib.Path("/proc") / str(process.pid)
        e2e.wait_until(lambda: "reportctl" in (proc / "cmdline").read_text().split("\0")[0], "it is reportctl that runs")
        e2e.wait_until(lambda: (proc / "environ").stat().st_uid == 0, "its memory is for root alone")
        self.assertRegex((proc / "limits").read_text(), r"Max core file size +0 +0 ")

    def test_the_rule_for_sudo_lets_nobody_act_as_somebody_else_or_name_a_file(self):
        rule = (e2e.ROOT / "examples" / "sudo" / "reportctl").read_text()
        pattern = re.search(r"/usr/bin/reportctl (\^.*\$)\n", rule).group(1)
        allowed = lambda words: re.search(pattern, words) is not None  # what sudo matches: the arguments in one line
        for words in ("--as ann status", "--as ann schedule list", "--as ann run sales --account shop --window last_month", "--as ann schedule edit x --add-to b@example.org"):
            self.assertTrue(allowed(words), words)
        for words in ("status", "--as root status", "--as annie status", "--as ann --config x status", "--as ann run sales -o /var/lib/reportctl/state.db",
                      "--as ann schedule list --state ../x/state.db", "--as ann apply -f x", "--as ann runs save 1234", "--as ann account edit shop --logo x", "--as ann run-due",
                      "--as ann prune", "--as ann state backup x", "--as ann config show", "run --as ann status"):
            self.assertFalse(allowed(words), words)
        self.assertIn("env_reset, !setenv", rule)
        self.assertIn("CWD=/", rule)
        world = self.world()
        world.schedules()
        world.must("member", "edit", "Vi Viewer", "--login", "ann")
        world.must("--as", "ann", "status")
        for more in (["--as", "root"], ["--as=root"]):
            for words in (["status", *more], [*more, "status"], ["run", "sales", *more], ["schedule", "list", *more]):
                self.assertEqual(world.run("--as", "ann", *words).code, 2, words)
        if shutil.which("visudo"):
            checked = world.path / "sudoers"
            checked.write_text(rule)
            checked.chmod(0o440)
            self.assertIn("parsed OK", subprocess.run(["visudo", "-cf", checked], capture_output=True, text=True, check=True).stdout)

    def test_a_list_of_stored_files_that_has_no_end_is_given_up(self):
        asked = []

        class Endless(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                if "list-type" not in self.path:  # whose files they are: nobody's yet
                    self.send_error(404)
                    return
                body = b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_PUT(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless)
        self.closing(server.server_close)
        self.closing(server.shutdown)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        world = self.world()
        world.environment.update(REPORTCTL_ARTIFACTS_URL="s3://bucket/p", REPORTCTL_ARTIFACTS_ENDPOINT=f"http://127.0.0.1:{server.server_address[1]}", AWS_ACCESS_KEY_ID="a",
                                 AWS_SECRET_ACCESS_KEY="b")
        refused = world.run("prune", now=None)
        self.assertNotEqual(refused.code, 0)
        self.assertIn("the list has no end", refused.err)
        self.assertLess(len(asked), 5)


if __name__ == "__main__":
    e2e.main()
