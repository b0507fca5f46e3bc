#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A scheduled report through real mail servers on loopback: smtp-sink, aiosmtpd with STARTTLS and a login, and Postfix delivering into Maildirs."""
import glob, os, pathlib, pwd, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, relays

TO = ["ann@example.org", "Bo Ström <bo@example.org>", "cé@example.org".replace("é", "e")]
ADDRESSES = ["ann@example.org", "bo@example.org", "ce@example.org"]
PASSWORD = "correct höçrse, battery\\staple"


class Mails(e2e.Case):
    def assert_delivered_alike(self, world, mails, recipient_of):
        """One mail each, everything a mail needs, and the bytes of every door the same."""
        run = world.only_run()
        self.assertEqual(run["state"], "delivered")
        self.assertEqual(sorted(map(recipient_of, mails)), ADDRESSES)
        on_demand = world.must("run", "sales", "--from", "2026-03-16", "--to", "2026-03-16").out
        self.assertEqual(on_demand.decode().splitlines()[1:], ["2026-03-16,paid,EUR,1,21.75,21.75", "2026-03-16,shipped,EUR,1,4.50,4.50"])
        self.assertEqual(world.must("runs", "save", run["id"]).out, on_demand)
        ledger = {one["address"]: one for one in run["deliveries"]}
        for mail in mails:
            self.assertEqual(mail.defects, [])
            self.assertEqual([address.addr_spec for address in mail["To"].addresses], [recipient_of(mail)])
            self.assertEqual(mail["From"].addresses[0].addr_spec, "reports@shop.example")
            self.assertIn("Sales", mail["Subject"])
            self.assertIsNotNone(mail["Date"].datetime)
            self.assertEqual(mail["Auto-Submitted"], "auto-generated")
            self.assertIsNone(mail["Bcc"])
            self.assertEqual(mail["Message-ID"].strip("<>"), ledger[recipient_of(mail)]["message_id"])
            self.assertEqual(mail.get_content_type(), "multipart/mixed")
            text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
            for body in (text, html):
                self.assertIn("Harbour Tea", body)
                self.assertIn("26.25", body)  # the summary's revenue
            for address in set(ADDRESSES) - {recipient_of(mail)}:
                self.assertNotIn(address, mail.as_string())
            name, data = e2e.attachment_of(mail)
            self.assertRegex(name, r"^sales_[A-Za-z0-9._-]+\.csv$")
            self.assertEqual(data, on_demand)
        self.assertEqual(len({mail["Message-ID"] for mail in mails}), len(mails))


class SmtpSink(Mails):
    def test_smtp_sink_gets_one_whole_mail_for_each_recipient(self):
        program = e2e.need("smtp-sink")
        world = self.world()
        dump = world.path / "dump"
        dump.mkdir()
        dump.chmod(0o777)
        world.path.chmod(0o755)
        port = e2e.free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        sink = subprocess.Popen([program, *user, "-R", str(dump), "-d", "%M.", f"127.0.0.1:{port}", "100"], stderr=subprocess.DEVNULL)
        self.closing(sink.wait, 10)
        self.closing(sink.terminate)
        e2e.wait_for_port(port)
        world.configure(f"smtp://127.0.0.1:{port}")
        world.schedules(e2e.schedule("morning", TO))
        self.assertEqual(world.must("run-due").err, "")
        mails = [mail for mail in (e2e.read_mail(pathlib.Path(path).read_bytes()) for path in glob.glob(str(dump / "*"))) if mail["Message-ID"]]
        self.assert_delivered_alike(world, mails, lambda mail: mail["X-Rcpt-Args"].split(":")[-1].split(">")[0].strip(" <>"))


class Aiosmtpd(Mails):
    def secured(self, login=("reports", PASSWORD)):
        e2e.need_aiosmtpd()
        e2e.need("openssl")
        world = self.world()
        authority = e2e.Authority(world.path / "tls")
        server = self.server(tls=authority, login=login)
        world.schedules(e2e.schedule("morning", TO))
        return world, authority, server

    def secret(self, world, text=PASSWORD + "\n", mode=0o600):
        file = world.path / "password"
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def assert_sent(self, world, server):
        self.assertEqual(world.must("run-due").err, "")
        self.assertEqual({len(mail.recipients) for mail in server.held}, {1})
        by_id = {mail.message["Message-ID"]: mail.recipients[0] for mail in server.held}
        self.assert_delivered_alike(world, [mail.message for mail in server.held], lambda mail: by_id[mail["Message-ID"]])
        self.assertEqual({mail.sender for mail in server.held}, {"reports@shop.example"})
        self.assertTrue(server.logins and all(server.logins))

    def test_starttls_and_a_login_with_a_password_file(self):
        world, authority, server = self.secured()
        world.configure(server.url, mail=f"tls: required\nca_file: {authority.ca}\nusername: reports\npassword_file: {self.secret(world)}")
        self.assert_sent(world, server)

    def test_starttls_and_a_login_with_a_password_command(self):
        world, authority, server = self.secured()
        world.configure(server.url, mail=f'tls: required\nca_file: {authority.ca}\nusername: reports\npassword_command: [cat, "{self.secret(world)}"]')
        self.assert_sent(world, server)

    def test_starttls_and_a_login_with_a_credential_of_systemd(self):
        world, authority, server = self.secured()
        credentials = world.path / "credentials"
        credentials.mkdir()
        (credentials / "smtp").write_text(PASSWORD, encoding="utf-8")
        (credentials / "smtp").chmod(0o440)  # as systemd's ACLs look
        world.environment["CREDENTIALS_DIRECTORY"] = credentials
        world.configure(server.url, mail=f"tls: required\nca_file: {authority.ca}\nusername: reports\npassword_credential: smtp")
        self.assert_sent(world, server)

    def test_the_password_is_in_no_output_and_not_in_the_state(self):
        world, authority, server = self.secured()
        world.configure(server.url, mail=f"tls: required\nca_file: {authority.ca}\nusername: reports\npassword_file: {self.secret(world, 'wrong-secret-4711')}")
        result = world.run("run-due", "-v")
        self.assertEqual(result.code, 78, result.err)
        shown = result.err + result.out.decode() + world.must("config", "show").out.decode() + world.must("audit", "list", "--json").out.decode()
        self.assertNotIn("wrong-secret-4711", shown)
        self.assertNotIn(b"wrong-secret-4711", world.state.read_bytes())
        self.assertEqual(server.held, [])

    def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password_leaves(self):
        world, authority, server = self.secured()
        other = e2e.Authority(world.path / "other")
        world.configure(server.url, mail=f"tls: required\nca_file: {other.ca}\nusername: reports\npassword_file: {self.secret(world)}")
        self.assertNotEqual(world.run("run-due").code, 0)
        self.assertEqual((server.held, server.logins), ([], []))
        self.assertEqual(world.only_run()["state"], "delivery_failed")

    def test_a_server_without_starttls_gets_neither_password_nor_mail(self):
        e2e.need_aiosmtpd()
        server = self.server()
        world = self.world()
        world.schedules(e2e.schedule("morning", TO))
        world.configure(server.url, mail=f"tls: required\nusername: reports\npassword_file: {self.secret(world)}")
        self.assertNotEqual(world.run("run-due").code, 0)
        self.assertEqual((server.held, server.logins), ([], []))

    def test_a_password_file_that_others_can_read_is_refused_with_78(self):
        world, authority, server = self.secured()
        world.configure(server.url, mail=f"tls: required\nca_file: {authority.ca}\nusername: reports\npassword_file: {self.secret(world, mode=0o644)}")
        result = world.run("run-due")
        self.assertEqual(result.code, 78, result.err)
        self.assertIn("can be read by others", result.err)
        self.assertEqual(server.held, [])


POSTFIX = """smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {authority.certificate}
smtpd_tls_key_file = {authority.key}
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = texthash:{home}/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{user.pw_uid}
virtual_gid_maps = static:{user.pw_gid}
{more}"""


class Postfix(Mails):
    def postfix(self, world, more="", boxes=ADDRESSES, wait=lambda port, authority: None):
        """`wait` is called before it starts."""
        relays.need_root()
        home = world.path / "postfix"
        world.path.chmod(0o755)
        authority = e2e.Authority(world.path / "tls")
        user = pwd.getpwnam("nobody")
        domains = " ".join(sorted({box.split("@")[1] for box in boxes}))
        server = relays.Postfix(home, more=POSTFIX.format(home=home, authority=authority, user=user, domains=domains, more=more))
        server.folder("mail", user.pw_uid, user.pw_gid)
        server.write("boxes", "".join(f"{address} {address.split('@')[0]}/\n" for address in boxes))
        wait(server.port, authority)
        self.closing(server.stop)
        server.start()
        return server.port, authority, home

    def test_postfix_that_wants_a_certificate_of_the_client(self):
        world = self.world()
        wants = "smtpd_tls_req_ccert = yes\nsmtpd_tls_CAfile = {}"
        port, authority, home = self.postfix(world, more=wants.format(world.path / "tls" / "ca.pem"))
        settings = f"tls: required\nca_file: {authority.ca}"
        world.configure(f"smtp://127.0.0.1:{port}", mail=settings)
        world.schedules(e2e.schedule("morning", "ann@example.org"))
        self.assertEqual(world.run("run-due").code, 78)
        self.assertIn("set mail.client_certificate", world.only_run()["deliveries"][0]["answer"])
        certificate, key = authority.sign("client", "clientAuth")
        key.chmod(0o600)
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"{settings}\nclient_certificate: {certificate}\nclient_key: {key}")
        world.must("runs", "resend", world.only_run()["id"])
        self.assertEqual(self.states(world.only_run()), {"ann@example.org": "accepted"})

    def logins(self, world, mechanisms):
        """Postfix that asks Dovecot, which knows a password, and asks a server of ours about tokens."""
        wants = "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\nsmtpd_recipient_restrictions = permit_sasl_authenticated, reject\nsmtpd_error_sleep_time = 0"

        def with_dovecot(port, authority):
            dovecot = relays.Dovecot(world.path / "dovecot", world.path / "postfix" / "queue", mechanisms, {"reports": PASSWORD}, "right-token")
            dovecot.start()
            self.closing(dovecot.stop)

        return self.postfix(world, more=wants, wait=with_dovecot)

    def login(self, world, port, authority, secret, more=""):
        file = world.path / "secret"
        file.write_text(secret, encoding="utf-8")
        file.chmod(0o600)
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}\nusername: reports\npassword_file: {file}\n{more}")

    def test_cram_md5_and_tokens_are_what_dovecot_understands(self):
        for mechanisms, right, wrong, more in (("cram-md5", PASSWORD, "no", ""), ("xoauth2", "right-token", "old-token", "auth: token"),
                                               ("oauthbearer", "right-token", "old-token", "auth: token"), ("plain login", PASSWORD, "no", "")):
            with self.subTest(mechanisms):
                world = self.world()
                port, authority, home = self.logins(world, mechanisms)
                world.schedules(e2e.schedule("morning", "ann@example.org"))
                self.login(world, port, authority, wrong, more)
                self.assertEqual(world.run("run-due").code, 78)
                self.login(world, port, authority, right, more)
                world.must("runs", "resend", world.only_run()["id"])
                self.assertEqual(self.states(world.only_run()), {"ann@example.org": "accepted"})
                self.assertRegex((home / "log").read_text(), f"(?i)sasl_method=({mechanisms.replace(' ', '|')}), sasl_username=reports")

    def test_worker_processes_wait_for_each_other_where_postfix_takes_two_connections(self):
        world = self.world()
        people = [f"r{i}@example.org" for i in range(24)]
        limits = "smtpd_client_connection_count_limit = 2\nsmtpd_client_event_limit_exceptions ="
        port, authority, home = self.postfix(world, more=limits, boxes=people)
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}")
        world.schedules(*(e2e.schedule(f"s{i}", to) for i, to in enumerate(people)))
        self.assertEqual(world.must("run-due", "--jobs", "6").err, "")
        self.assertEqual(world.sql("SELECT state, attempts, count(*) FROM deliveries GROUP BY 1, 2"), [("accepted", 1, 24)])
        self.assertIn("Connection concurrency limit exceeded", (home / "log").read_text())

    def test_postfix_takes_the_mail_by_starttls_and_puts_it_into_a_maildir_for_each_recipient(self):
        world = self.world()
        port, authority, home = self.postfix(world)
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}")
        world.schedules(e2e.schedule("morning", TO))
        self.assertEqual(world.must("run-due").err, "")
        e2e.wait_until(lambda: len(list(home.glob("mail/*/new/*"))) == 3, "Postfix has delivered three mails")
        mails = {path: e2e.read_mail(path.read_bytes()) for path in home.glob("mail/*/new/*")}
        for path, mail in mails.items():
            self.assertEqual(mail["Delivered-To"], f"{path.parent.parent.name}@example.org")
            self.assertEqual(mail["Return-Path"], "<reports@shop.example>")
        self.assert_delivered_alike(world, list(mails.values()), lambda mail: mail["Delivered-To"])
        answers = [one["answer"] for one in world.only_run()["deliveries"]]
        self.assertTrue(all("queued as" in answer for answer in answers), answers)

    def test_postfix_refuses_a_recipient_it_does_not_have_and_the_others_get_theirs(self):
        world = self.world()
        port, authority, home = self.postfix(world)
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}")
        world.schedules(e2e.schedule("morning", ["ann@example.org", "n0b0dy@example.org", "bo@example.org"]))
        world.must("run-due", code=3)
        self.assertEqual(self.states(world.only_run()), {"ann@example.org": "accepted", "n0b0dy@example.org": "refused", "bo@example.org": "accepted"})
        e2e.wait_until(lambda: sorted(path.parent.parent.name for path in home.glob("mail/*/new/*")) == ["ann", "bo"], "Postfix has delivered")

    def test_a_relay_that_is_down_at_the_time_and_back_later_costs_nobody_anything(self):
        world = self.world(policy="")

        def at_half_past_seven(port, authority):
            world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}", policy="")
            world.schedules(e2e.schedule("morning", TO), e2e.schedule("stock", "dan@example.org", report="inventory-valuation"))
            self.assertEqual(world.run("run-due", now="2026-03-17T05:00:30Z").code, 75)

        port, authority, home = self.postfix(world, boxes=[*ADDRESSES, "dan@example.org"], wait=at_half_past_seven)
        world.must("run-due", now="2026-03-17T05:05:00Z")
        self.assertEqual([run["state"] for run in world.runs()], ["generated", "generated"])  # five minutes are not over
        world.must("run-due", now="2026-03-17T05:05:30Z")
        world.must("run-due", now="2026-03-17T05:20:00Z")
        e2e.wait_until(lambda: len(list(home.glob("mail/*/new/*"))) == 4, "Postfix has delivered four mails")
        self.assertEqual(sorted(path.parent.parent.name for path in home.glob("mail/*/new/*")), ["ann", "bo", "ce", "dan"])
        self.assertEqual(world.json("notifications", "list"), [])

    def test_an_owner_is_told_as_soon_as_the_relay_is_back_although_no_report_is_retried(self):
        world = self.world()
        stewards = list(e2e.STEWARDS)

        def the_night_before(port, authority):
            world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}")
            world.schedules(e2e.schedule("morning", "ann@example.org"))
            self.assertEqual(world.run("run-due").code, 3)
            self.assertEqual(world.run("run-due", now="2026-03-18T05:02:00Z").code, 3)

        port, authority, home = self.postfix(world, boxes=["ann@example.org", *stewards], wait=the_night_before)
        world.must("run-due", now="2026-03-18T07:00:00Z")
        e2e.wait_until(lambda: len(list(home.glob("mail/*/new/*"))) == len(stewards), "the owners are told")
        for path in home.glob("mail/*/new/*"):
            mail = e2e.read_mail(path.read_bytes())
            self.assertIn("2 reports not sent as planned", mail["Subject"])
            text = mail.get_body(("plain",)).get_content()
            self.assertIn("morning, due 2026-03-17 05:00", text)
            self.assertIn("morning, due 2026-03-18 05:00", text)
        world.must("run-due", now="2026-03-18T09:00:00Z")
        self.assertEqual(len(list(home.glob("mail/*/new/*"))), len(stewards))

    def test_postfix_that_ends_a_connection_after_three_mistakes_gives_every_good_recipient_their_mail(self):
        world = self.world()
        good = [f"good{i}@example.org" for i in range(6)]
        port, authority, home = self.postfix(world, more="smtpd_hard_error_limit = 3\nsmtpd_soft_error_limit = 2\nsmtpd_error_sleep_time = 0", boxes=good)
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}")
        stale = [f"stale{i}@example.org" for i in range(8)]
        world.schedules(e2e.schedule("morning", stale[:5] + good[:3] + stale[5:] + good[3:]))
        world.must("run-due", code=3)
        self.assertEqual(self.states(world.only_run()), {**dict.fromkeys(stale, "refused"), **dict.fromkeys(good, "accepted")})

    def test_postfix_that_wants_a_full_host_name_is_a_matter_of_configuration_that_is_told_once(self):
        world = self.world()
        port, authority, home = self.postfix(world, more="smtpd_helo_required = yes\nsmtpd_helo_restrictions = reject_non_fqdn_helo_hostname")
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}\nhelo: box")
        world.schedules(e2e.schedule("morning", TO))
        self.assertEqual(world.run("run-due").code, 78)
        deliveries = world.only_run()["deliveries"]
        self.assertEqual({one["reason_class"] for one in deliveries}, {"config"})
        self.assertEqual(sum("not tried" in one["answer"] for one in deliveries if not one["notification"]), 2)
        self.assertIn("set mail.helo", deliveries[0]["answer"])
        world.configure(f"smtp://127.0.0.1:{port}", mail=f"tls: required\nca_file: {authority.ca}\nhelo: box.example.org")
        world.must("runs", "resend", world.only_run()["id"])
        self.assertEqual(set(self.states(world.only_run()).values()), {"accepted"})


if __name__ == "__main__":
    e2e.main()
