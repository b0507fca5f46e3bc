#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Links to files in a directory, served by the real nginx with the site of examples/, and mails that hold a link because the file is too large. The
clocks are the real ones: nginx has no other. An expired link is one that was signed in the past."""
import datetime, html.parser, os, pathlib, re, sys, time, zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, nginx

ROWS, LIMIT = 2500, 150_000
ZONE = zoneinfo.ZoneInfo("Asia/Tokyo")  # it has no days of 23 hours
LINK = re.compile(r"^https?://\S+$", re.M)


def ago(seconds=0):
    return datetime.datetime.fromtimestamp(time.time() - seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Hrefs(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name == "href"]


class Links(e2e.Case):
    def site(self, **options):
        world = self.world(**options)
        site = nginx.Site(world)
        self.closing(site.close)
        world.schedules(now=ago())
        return world, site

    def export(self, world, *words):
        return world.json("export", "create", "orders-export", "--filter", "mode=summary", "--from", "2026-03-15", "--to", "2026-03-16", *words, "--wait", now=ago())

    def link(self, world, job, now=None):
        return world.json("export", "link", job["id"], now=now or ago())

    def test_a_link_gives_the_file_until_it_ends(self):
        world, site = self.site()
        job = self.export(world)
        wanted = world.must("export", "fetch", job["id"], now=ago()).out
        made = self.link(world, job)
        answer = site.curl(made["url"])
        self.assertEqual((answer.status, answer.body), (200, wanted))
        self.assertEqual(answer.headers["content-type"], "application/octet-stream")
        self.assertEqual(answer.headers["content-disposition"], "attachment")
        self.assertIn("no-store", answer.headers["cache-control"])
        self.assertEqual(site.curl(made["url"], "--range", "10-19").body, wanted[10:20])
        head = site.curl(made["url"], "--head")
        self.assertEqual((head.status, head.headers["content-length"]), (200, str(len(wanted))))
        self.assertTrue(made["url"].split("?")[0].endswith("/" + job["file_name"]))
        seconds = datetime.datetime.fromisoformat(made["ends"]).timestamp() - time.time()
        self.assertTrue(3540 < seconds <= 3600, seconds)  # one hour
        self.assertEqual(site.curl(self.link(world, job, ago(3500))["url"]).status, 200)
        expired = site.curl(self.link(world, job, ago(3602))["url"])
        self.assertEqual((expired.status, wanted[:20] in expired.body), (410, False))
        world.environment["REPORTCTL_ARTIFACTS_LINK_EXPIRY"] = "2h"
        self.assertEqual(site.curl(self.link(world, job, ago(3602))["url"]).status, 200)
        self.assertNotIn("md5=", site.logged())

    def test_a_link_that_was_changed_anywhere_gives_nothing(self):
        world, site = self.site()
        mine, other = self.export(world), self.export(world, "--fields", "order_number")
        self.assertNotEqual(mine["sha256"], other["sha256"])
        part = nginx.PARTS.fullmatch(self.link(world, mine)["url"]).groupdict()
        theirs = nginx.PARTS.fullmatch(self.link(world, other)["url"]).groupdict()

        def url(**changed):
            return "{base}/{shard}/{hash}/{name}?md5={md5}&expires={expires}".format(**{**part, **changed})

        self.assertEqual(site.curl(url()).status, 200)
        changed = {
            "another file": url(shard=theirs["shard"], hash=theirs["hash"]), "another file's signature": url(md5=theirs["md5"]),
            "another name": url(name="x.csv"), "a longer life": url(expires=int(part["expires"]) + 1), "no end": url(expires=""),
            "a shorter life": url(expires=int(part["expires"]) - 1), "an end with more digits": url(expires=part["expires"] + "0"),
            "another signature": url(md5=("A" if part["md5"][0] != "A" else "B") + part["md5"][1:]), "no signature": url(md5=""),
            "half a signature": url(md5=part["md5"][:11]), "no query": url().split("?")[0], "only the end": url().split("?")[0] + "?expires=" + part["expires"],
        }
        for what, address in changed.items():
            answer = site.curl(address)
            self.assertEqual((answer.status, b"5001" in answer.body), (403, False), what)
        for what, address in {"another shard": url(shard="00" if part["shard"] != "00" else "01"), "capitals": url(hash=part["hash"].upper()),
                              "no name": url(name=""), "a deeper name": url(name="a/" + part["name"])}.items():
            self.assertEqual(site.curl(address).status, 404, what)
        self.assertEqual(site.curl(url() + "&x=1").status, 200)  # nothing else is looked at

    def test_nothing_else_of_the_host_is_served(self):
        world, site = self.site()
        job = self.export(world)
        made = self.link(world, job)["url"]
        base, query = site.base, made[made.index("?"):]
        file = f"{base}/{job['sha256'][:2]}/{job['sha256']}"
        for path in ("/", "/files", "/files/", f"/files/{job['sha256'][:2]}", f"/files/{job['sha256'][:2]}/", "/etc/passwd", "/index.html"):
            answer = site.curl(base[:-len("/files")] + path + query)
            self.assertEqual((answer.status, job["sha256"].encode() in answer.body), (404, False), path)
        outside = world.path / "outside"
        outside.write_text("not yours")
        for climb in ("/../../../outside", "/%2e%2e/%2e%2e/%2e%2e/outside", "/..%2f..%2f..%2foutside", "/%252e%252e/outside", "/..;/outside", "/x/../../../../../etc/passwd",
                      "/%00", "/..\\..\\outside"):
            answer = site.curl(file + climb + query)
            self.assertIn(answer.status, (400, 403, 404), climb)
            self.assertNotIn(b"not yours", answer.body)
            self.assertNotIn(b"root:", answer.body)
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "MKCOL", "COPY", "PROPFIND"):
            answer = site.curl(made, "--request", method)
            self.assertIn(answer.status, (403, 405), method)
        self.assertEqual(site.curl(made).status, 200)
        stored = site.files / job["sha256"][:2] / job["sha256"]
        stored.rename(outside)
        self.assertEqual(site.curl(made).status, 404)
        stored.symlink_to(outside)
        self.assertEqual(site.curl(made).status, 403)  # a signature is for a file that reportctl stored
        self.assertNotIn("md5=", site.logged())

    def test_the_web_server_reads_and_nobody_else_does(self):
        world, site = self.site()
        job = self.export(world)
        stored = site.files / job["sha256"][:2] / job["sha256"]
        for path, mode in ((site.files, 0o2750), (stored.parent, 0o2750), (stored, 0o640)):
            self.assertEqual((oct(path.stat().st_mode & 0o7777), path.stat().st_gid), (oct(mode), site.files.stat().st_gid), path)
        self.assertEqual([path.name for path in site.files.rglob("*") if path.is_file() and path.name != "reportctl-owner"], [job["sha256"]])

    def test_config_check_looks_at_the_secret(self):
        world, site = self.site()
        links = [check for check in world.json("config", "check") if check["check"] == "links"]
        self.assertEqual([(check["ok"], check["detail"]) for check in links], [(True, f"{site.base}, good for 1h")])
        site.secret.write_text("too short\n")
        refused = world.run("config", "check")
        self.assertEqual(refused.code, 78)
        self.assertIn("the secret of links is not one: it takes at least 32 letters and digits", refused.out.decode())

    def test_without_links_there_is_no_link_and_the_hint_leads_to_the_example(self):
        world = self.world()
        world.schedules()
        job = world.json("export", "create", "sales", "--wait")
        refused = world.run("export", "link", job["id"])
        self.assertEqual(refused.code, 78)
        self.assertIn("artifacts.link_base is not set", refused.err)
        hinted = re.search(r"examples/\S+", refused.err).group()
        self.assertTrue((e2e.ROOT / hinted).is_file(), hinted)
        self.assertEqual(world.sql("SELECT count(*) FROM audit WHERE name = 'ExportLinked'"), [(0,)])


class LargeFiles(e2e.Case):
    """A daily report of more than LIMIT bytes, saved four hours ago and due for three: the real clock decides about its link."""

    def place(self, oversize="link", limit=LIMIT, to="ada@example.org", mail="", policy="retries: 0", **options):
        world = self.world(mail=f"max_message_bytes: {limit}\n{mail}", policy=policy, **options)
        self.oversize(world, oversize)
        site = nginx.Site(world)
        self.closing(site.close)
        slot = datetime.datetime.now(ZONE).replace(second=0, microsecond=0) - datetime.timedelta(hours=3)
        # The day before the slot, and the one before now: they differ in the first hours of a day in Tokyo.
        days = sorted({(moment - datetime.timedelta(days=1)).strftime("%Y-%m-%d") for moment in (slot, datetime.datetime.now(ZONE))})
        world.make_source(e2e.COMMERCE + "".join(f"""WITH RECURSIVE number(n) AS (SELECT {100_000 * (at + 1)} UNION ALL SELECT n + 1 FROM number WHERE n < {100_000 * (at + 1) + ROWS - 1})
            INSERT INTO orders SELECT n, 'shop', 'order ' || n, 'c1', 'paid', 'EUR', '{day}T03:00:00Z', n FROM number;""" for at, day in enumerate(days)))
        world.schedules(e2e.schedule("orders", to, report="orders-export", at=slot.strftime("%H:%M"), more=f", params: {{mode: summary}}, timezone: {ZONE.key}"),
                        now=ago(4 * 3600))
        return world, site

    def oversize(self, world, word):
        world.environment["REPORTCTL_MAIL_OVERSIZE"] = word

    def links_of(self, message):
        """The address that text and HTML both have, and until when both say that it works."""
        self.assertEqual([part.get_filename() for part in message.walk() if part.get_content_disposition() == "attachment"], [])
        text, page = (message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
        url, = LINK.findall(text)
        self.assertEqual([href for href in Hrefs(page).found if href.startswith("http")], [url])
        end, = set(re.findall(r"until (?:<span[^>]*>)?(\d{4}-\d\d-\d\d \d\d:\d\d \([\w/]+\))", text + page))
        return url, end

    def for_people(self, seconds):
        return datetime.datetime.fromtimestamp(int(seconds), ZONE).strftime(f"%Y-%m-%d %H:%M ({ZONE.key})")

    def test_a_file_that_is_too_large_comes_as_a_link_that_says_when_it_ends(self):
        world, site = self.place(to=["ada@example.org", "bo@example.org"])
        world.must("run-due", now=None)
        run = world.only_run()
        self.assertEqual((run["state"], self.states(run)), ("delivered", {"ada@example.org": "accepted", "bo@example.org": "accepted"}))
        wanted = world.must("runs", "save", run["id"], now=None).out
        self.assertGreater(len(wanted), LIMIT)
        mails = world.outbox_mails()
        self.assertEqual(len(mails), 2)
        for message in mails:
            self.assertLess(len(message.as_bytes()), LIMIT)
            url, end = self.links_of(message)
            part = nginx.PARTS.fullmatch(url).groupdict()
            self.assertEqual(end, self.for_people(part["expires"]))
            self.assertTrue(3500 < int(part["expires"]) - time.time() <= 3600)  # an hour
            self.assertEqual((part["hash"], part["name"]), (run["sha256"], run["file_name"]))
            answer = site.curl(url)
            self.assertEqual((answer.status, answer.body == wanted), (200, True))
            self.assertIn(f"{ROWS:,} rows", message.get_body(("plain",)).get_content())
        # The state and what is shown of it hold no key.
        for told in (world.must("runs", "show", run["id"], "--json").out, world.must("audit", "list", "--json").out, world.state.read_bytes()):
            self.assertNotIn(part["md5"].encode(), told)

    def test_an_expired_link_is_refused_and_a_resend_brings_a_fresh_one(self):
        world, site = self.place()
        world.environment["REPORTCTL_ARTIFACTS_LINK_EXPIRY"] = "90s"
        world.must("run-due", now=ago(100))
        first, = world.outbox_mails()
        self.assertEqual(site.curl(self.links_of(first)[0]).status, 410)
        run = world.only_run()
        world.must("runs", "resend", run["id"], "--only", "all", now=None)
        second, = [mail for mail in world.outbox_mails() if mail["Message-ID"] != first["Message-ID"]]
        url, end = self.links_of(second)
        self.assertEqual(site.curl(url).body, world.must("runs", "save", run["id"], now=None).out)
        self.assertEqual(end, self.for_people(nginx.PARTS.fullmatch(url)["expires"]))
        # Still young: the very same message, so that a reader's mailbox sees one.
        world.must("runs", "resend", run["id"], "--only", "all", now=None)
        third = [mail for mail in world.outbox_mails() if mail["Message-ID"] == second["Message-ID"]]
        self.assertEqual(len({mail.as_bytes() for mail in third}), 1)
        self.assertEqual(len(world.outbox_mails()), 3)

    def test_a_preview_shows_a_link_where_the_mail_will_have_one(self):
        world, _ = self.place()
        text = world.must("mail", "preview", "orders", now=None, env={"REPORTCTL_ARTIFACTS_LINK_EXPIRY": "12h"}).out.decode()
        self.assertIn("Too large to attach", text)
        self.assertIn("about:blank#the-link-is-made-when-the-mail-is-sent", text)
        ends = datetime.datetime.strptime(re.search(r"until (\S+ \S+) \(Asia/Tokyo\)", text).group(1), "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
        self.assertAlmostEqual(ends.timestamp(), time.time() + 12 * 3600, delta=120)
        text = world.must("mail", "preview", "orders", now=None, env={"REPORTCTL_MAIL_MAX_MESSAGE_BYTES": "9000000"}).out.decode()
        self.assertIn("Attached: ", text)
        self.assertEqual(list((world.path / "files").rglob("*")), [])

    def test_what_fits_is_attached(self):
        world, _ = self.place(limit=10_000_000)
        world.must("run-due", now=None)
        message, = world.outbox_mails()
        self.assertEqual(e2e.attachment_of(message)[1], world.must("runs", "save", world.only_run()["id"], now=None).out)
        self.assertEqual(LINK.findall(message.get_body(("plain",)).get_content()), [])

    def test_a_refused_file_can_be_sent_as_a_link_later(self):
        world, site = self.place(oversize="fail")
        self.assertEqual(world.run("run-due", now=None).code, 3)
        run = world.only_run()
        delivery, = [delivery for delivery in run["deliveries"] if not delivery["notification"]]
        self.assertEqual((run["state"], delivery["state"], delivery["reason_class"]), ("delivery_failed", "refused", "too_large"))
        self.assertRegex(delivery["answer"], r"^attachment_too_large: the message has \d+ bytes, `mail.max_message_bytes` allows 150000$")
        told = world.outbox_mails()
        self.assertEqual({mail["To"].addresses[0].addr_spec for mail in told}, e2e.STEWARDS)
        self.assertIn("mail.oversize: link", told[0].get_body(("plain",)).get_content())
        self.oversize(world, "link")
        world.must("runs", "resend", run["id"], now=None)
        self.assertEqual(world.only_run()["state"], "delivered")
        message, = [mail for mail in world.outbox_mails() if mail["To"].addresses[0].addr_spec == "ada@example.org"]
        self.assertEqual(site.curl(self.links_of(message)[0]).status, 200)

    def test_a_mail_that_is_too_large_even_with_a_link_is_refused(self):
        world, _ = self.place(limit=10_000)
        self.assertEqual(world.run("run-due", now=None).code, 3)
        delivery = world.only_run()["deliveries"][0]
        self.assertEqual((delivery["state"], delivery["reason_class"]), ("refused", "too_large"))
        self.assertLess(int(re.search(r"has (\d+) bytes", delivery["answer"]).group(1)), LIMIT)  # it is the mail with the link

    def test_the_limit_that_a_mail_server_states_counts_too(self):
        e2e.need_aiosmtpd()
        server = self.server(size_limit=LIMIT)
        world, site = self.place(limit=25_000_000, transport=server.url, to=["ada@example.org", "bo@example.org"])
        world.must("run-due", now=None)
        self.assertEqual(server.recipients(), ["ada@example.org", "bo@example.org"])
        run = world.only_run()
        self.assertEqual((run["state"], [delivery["attempts"] for delivery in run["deliveries"]]), ("delivered", [1, 1]))
        for mail in server.held:
            self.assertEqual(site.curl(self.links_of(mail.message)[0]).status, 200)

    def test_a_server_that_says_so_only_after_the_last_byte_gets_a_link_too(self):
        e2e.need_aiosmtpd()
        server = self.server()
        seen = []

        async def too_big(mail):
            seen.append(mail)
            return "552 5.3.4 message size exceeds fixed limit" if len(mail.content) > LIMIT else None

        server.on_data = too_big
        world, site = self.place(limit=25_000_000, transport=server.url)
        world.must("run-due", now=None)
        self.assertEqual(world.only_run()["state"], "delivered")
        self.assertEqual([len(mail.content) > LIMIT for mail in seen], [True, False])
        self.assertEqual(len({mail.message["Message-ID"] for mail in seen}), 2)
        self.assertEqual(site.curl(self.links_of(server.held[0].message)[0]).status, 200)

    def test_a_mail_of_unknown_fate_is_repeated_as_it_was_until_its_link_has_ended(self):
        e2e.need_aiosmtpd()
        server = self.server()

        async def no_answer(mail):
            return server.DROP if len(server.held) < 3 else None

        server.on_data = no_answer
        world, site = self.place(transport=server.url, policy="on_unknown: resend")
        for minutes in (70, 64, 1):
            world.run("run-due", now=ago(60 * minutes))
        first, second, third = server.held
        self.assertEqual(first.content, second.content)
        self.assertNotEqual(third.message["Message-ID"], first.message["Message-ID"])
        self.assertEqual(site.curl(self.links_of(first.message)[0]).status, 410)
        self.assertEqual(site.curl(self.links_of(third.message)[0]).status, 200)
        self.assertEqual(world.only_run()["state"], "delivered")

    def test_a_try_later_has_the_same_link_while_it_is_young_and_another_when_it_is_old(self):
        e2e.need_aiosmtpd()
        server = self.server()
        seen = []

        async def not_yet(mail):
            seen.append(mail)
            return "451 4.7.1 later" if len(seen) < 3 else None

        server.on_data = not_yet
        world, site = self.place(transport=server.url, policy="retries: 5")
        for minutes in (50, 44, 8):  # due at once, after 5 minutes, and late
            world.run("run-due", now=ago(60 * minutes))
        self.assertEqual(world.only_run()["state"], "delivered")
        self.assertEqual(len(server.held), 1)
        urls = [self.links_of(mail.message)[0] for mail in seen]
        ids = [mail.message["Message-ID"] for mail in seen]
        self.assertEqual((urls[0], ids[0], seen[0].content), (urls[1], ids[1], seen[1].content))
        self.assertNotIn(ids[2], ids[:2])
        self.assertGreater(int(nginx.PARTS.fullmatch(urls[2])["expires"]) - int(nginx.PARTS.fullmatch(urls[0])["expires"]), 40 * 60)
        self.assertEqual(site.curl(urls[2]).status, 200)

    def killed_while_sending(self):
        """A world whose run was killed when its mail was about to be handed over: the first rename is that of the state's mark."""
        strace = e2e.need("strace")
        world, site = self.place()
        world.must("prune", now=None)  # what is written once for every state file is there
        prefix = [strace, "-f", "-o", world.path / "trace", "-e", "trace=rename,renameat,renameat2", "-e", "inject=rename,renameat,renameat2:signal=KILL:when=2"]
        world.run("run-due", now=None, prefix=prefix)
        run = world.only_run()
        self.assertEqual((run["state"], run["interrupted"], world.outbox_mails()), ("generated", True, []))
        return world, site, run

    def test_a_process_that_is_killed_is_followed_by_one_that_sends_the_same_mail(self):
        world, site, run = self.killed_while_sending()
        queued, = run["deliveries"]
        world.must("runs", "resend", run["id"], now=None, code=6)  # the next run-due does it
        world.run("run-due", now=None)
        run = world.only_run()
        if queued["state"] == "handing_over":  # a Maildir was asked for the last step: whether it was done is for a person to say
            self.assertEqual(run["state"], "unknown")
            world.must("runs", "resend", run["id"], "--only", "unknown", now=None)
        message, = [mail for mail in world.outbox_mails() if mail["To"].addresses[0].addr_spec == "ada@example.org"]
        self.assertEqual(message["Message-ID"].strip("<>"), queued["message_id"])
        self.assertEqual(site.curl(self.links_of(message)[0]).status, 200)

    def test_no_link_is_mailed_to_a_file_that_is_gone(self):
        world, site, run = self.killed_while_sending()
        file = site.files / run["sha256"][:2] / run["sha256"]
        file.unlink()
        self.assertEqual(world.run("run-due", now=None).code, 14)
        self.assertEqual(world.only_run()["state"], "unknown")  # its mail may have gone before
        again = world.run("runs", "resend", run["id"], "--only", "unknown", now=None)
        self.assertNotEqual(again.code, 0)
        self.assertIn("is lost: it is not in", again.err)
        self.assertEqual([mail for mail in world.outbox_mails() if mail["To"].addresses[0].addr_spec == "ada@example.org"], [])

    def test_a_promise_that_could_not_be_kept_is_refused_when_the_configuration_is_read(self):
        world = self.world()
        for words, said in (({"REPORTCTL_MAIL_OVERSIZE": "link"}, "mail.oversize: link needs links to the stored files; set artifacts.link_base"),
                            ({"REPORTCTL_MAIL_OVERSIZE": "link", "REPORTCTL_ARTIFACTS_LINK_BASE": "https://x.example/files"}, "artifacts.link_secret_file"),
                            ({"REPORTCTL_MAIL_OVERSIZE": "zip"}, "\"zip\" is not in this version; write link or fail"),
                            ({"REPORTCTL_MAIL_OVERSIZE": "lnk"}, "must be link or fail, not \"lnk\" (did you mean \"link\"?)"),
                            ({"REPORTCTL_ARTIFACTS_URL": "s3://reports/x", "REPORTCTL_ARTIFACTS_LINK_EXPIRY": "8d"}, "S3 lets a link live for 7d at most"),
                            ({"REPORTCTL_ARTIFACTS_URL": "s3://reports/x", "REPORTCTL_MAIL_OVERSIZE": "link", "REPORTCTL_RETENTION_ARTIFACTS": "12h",
                              "REPORTCTL_ARTIFACTS_LINK_EXPIRY": "2d"}, "artifacts.link_expiry is 2d, and the files of runs are removed after 12h")):
            refused = world.run("run-due", env=words)
            self.assertEqual(refused.code, 78, said)
            self.assertIn(said, refused.err)


if __name__ == "__main__":
    os.umask(0o077)
    e2e.main()
