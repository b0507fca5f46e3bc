#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Files in S3: what is made is there, and comes back; whatever fails in whichever step has a reason, and leaves no run, export or mail without its file.
The server verifies every signature and every body; a proxy before it fails as it is told."""
import calendar, os, pathlib, re, shutil, signal, ssl, sys, time, urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, nginx, s3

PREFIX = "kept/by-reportctl"
BIG_ROWS = 17_000  # times NAME: more than the 64 MiB from which a file goes up in parts
NAME = 4000
MANY = 1100  # a page of S3 has 1000
LONG_AFTER = "2026-05-01T00:00:00Z"  # no file is kept so long, but runs and exports are


class S3(e2e.Case):
    def place(self, clock=0, proxy=True, **options):
        """A world that keeps its files in a bucket of its own, through `self.proxy` where there is one."""
        self.store = s3.Server(clock)
        self.closing(self.store.close)
        endpoint = self.store.endpoint
        if proxy:
            self.proxy = s3.Proxy(self.store.port)
            self.closing(self.proxy.close)
            endpoint = self.proxy.endpoint
        world = self.world(**options)
        keys = world.path / "keys"
        keys.mkdir()
        for name, text in (("access", s3.ACCESS_KEY), ("secret", s3.SECRET_KEY)):
            (keys / name).write_text(text + "\n")
            (keys / name).chmod(0o600)
        world.environment.update(REPORTCTL_ARTIFACTS_URL=f"s3://{s3.BUCKET}/{PREFIX}", REPORTCTL_ARTIFACTS_ENDPOINT=endpoint, REPORTCTL_ARTIFACTS_REGION="eu-west-3",
                                 REPORTCTL_ARTIFACTS_ACCESS_KEY_FILE=str(keys / "access"), REPORTCTL_ARTIFACTS_SECRET_KEY_FILE=str(keys / "secret"),
                                 REPORTCTL_ARTIFACTS_RESPONSE_TIMEOUT="1s")
        return world

    def scheduled(self, **options):
        world = self.place(**options)
        world.schedules(e2e.schedule("sales", "bo@example.org"))
        return world

    def disturb(self, does, method=None, times=None, words=""):
        """The proxy does that to every request of that kind, or to the first ones."""
        left = [times]

        def rule(asked, path, nth):
            if (method and asked != method) or words not in path or left[0] == 0:
                return None
            left[0] = left[0] and left[0] - 1
            return does

        self.proxy.rule = rule

    def well(self):
        self.proxy.rule = lambda method, path, nth: None

    def key(self, sha256):
        return f"{PREFIX}/{sha256[:2]}/{sha256}"

    def age(self):
        for path in self.store.objects().values():
            os.utime(path, (time.time() - 7200,) * 2)

    def ended_long_ago(self, world):
        """By the clock of the host, which is what pruning goes by: no file is kept so long, but runs and exports are."""
        then = int(time.time()) - 40 * 86400
        world.sql("UPDATE runs SET created_at = ?1, finished_at = ?1", then)
        world.sql("UPDATE exports SET created_at = ?1, finished_at = ?1, expires_at = ?1", then)

    def got_it(self, world):
        return [mail for mail in world.outbox_mails() if mail["To"].addresses[0].addr_spec == "bo@example.org"]

    def curl(self, world, url, *words):
        return nginx.curl(url, *words, path=world.path)

    # What works

    def test_runs_and_exports_are_kept_fetched_sent_again_and_pruned(self):
        world = self.scheduled()
        self.assertIn(f"s3://{s3.BUCKET}/{PREFIX} at 127.0.0.1", str(world.json("config", "check")))
        world.must("run-due")
        run = world.only_run()
        mail, = self.got_it(world)
        self.assertEqual(list(self.store.objects()), [self.key(run["sha256"])])
        saved = world.must("runs", "save", run["id"]).out
        self.assertEqual((saved, e2e.attachment_of(mail)[1]), (self.store.objects()[self.key(run["sha256"])].read_bytes(),) * 2)
        world.must("runs", "resend", run["id"], "--only", "all")
        job = world.json("export", "create", "sales", "--from", "2026-03-16", "--to", "2026-03-16", "--format", "json", "--wait")
        plain = world.must("run", "sales", "--from", "2026-03-16", "--to", "2026-03-16", "--format", "json").out
        self.assertEqual(world.must("export", "fetch", job["id"]).out, plain)
        self.assertEqual(set(self.store.objects()), {self.key(run["sha256"]), self.key(job["sha256"])})
        self.assertEqual(list((world.path / "state").glob("*.csv")), [])
        kept = self.store.objects()[self.key(run["sha256"])]
        stranger = kept.with_name(kept.name.replace(run["sha256"], "not-ours"))
        for file in kept.parent.glob(run["sha256"] + "._S3rver_*"):  # somebody else's object below the same prefix
            shutil.copyfile(file, file.with_name(file.name.replace(run["sha256"], "not-ours")))
        self.assertEqual(world.json("prune", "--dry-run", now=LONG_AFTER)["files"], 0)  # stored this very hour
        self.age()
        said = world.json("prune", "--dry-run", now=LONG_AFTER)
        self.assertEqual(said["files"], 2)
        self.assertEqual(len(self.store.objects()), 3)
        self.ended_long_ago(world)
        self.assertEqual(world.json("prune", now=None)["files"], 2)
        self.assertEqual([path for path in self.store.objects().values()], [stranger])
        self.assertEqual(world.run("export", "fetch", job["id"]).code, 5)

    def test_a_listing_of_many_pages_is_read_to_its_end(self):
        world = self.place(proxy=False)
        world.schedules()
        job = world.json("export", "create", "sales", "--wait")
        kept = self.store.objects()[self.key(job["sha256"])]
        for number in range(MANY):  # left behind, unknown to the state
            name = f"ab{number:062x}"
            directory = kept.parent.parent / "ab"
            directory.mkdir(exist_ok=True)
            for file in kept.parent.glob(job["sha256"] + "._S3rver_*"):
                os.link(file, directory / file.name.replace(job["sha256"], name))
        os.utime(kept, (time.time() - 8 * 86400,) * 2)  # and so all that are linked to it
        said = world.json("prune", "--dry-run")
        self.assertEqual((said["files"], said["unknown_files_kept"]), (0, MANY))
        self.assertEqual(world.json("prune", "--dry-run", "--unknown-files")["files"], MANY)

    def test_keys_come_from_files_credentials_of_systemd_and_the_environment_of_aws(self):
        world = self.place()
        for name in ("ACCESS", "SECRET"):
            del world.environment[f"REPORTCTL_ARTIFACTS_{name}_KEY_FILE"]
        said = world.run("config", "check")
        self.assertEqual(said.code, 78)
        self.assertIn("there are no keys for S3", said.out.decode() + said.err)
        given = {"CREDENTIALS_DIRECTORY": str(world.path / "keys"), "REPORTCTL_ARTIFACTS_ACCESS_KEY_CREDENTIAL": "access",
                 "REPORTCTL_ARTIFACTS_SECRET_KEY_CREDENTIAL": "secret"}
        world.must("config", "check", env=given)
        world.must("config", "check", env={"AWS_ACCESS_KEY_ID": s3.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": s3.SECRET_KEY})
        of_a_role = {"AWS_ACCESS_KEY_ID": s3.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": s3.SECRET_KEY, "AWS_SESSION_TOKEN": "of/a+role=="}
        world.schedules()
        job = world.json("export", "create", "sales", "--wait", env=of_a_role)  # the server refuses a token that is not signed
        url = world.json("export", "link", job["id"], env=of_a_role)["url"]
        self.assertIn("X-Amz-Security-Token=of%2Fa%2Brole%3D%3D", url)
        (world.path / "keys" / "secret").chmod(0o644)
        files = {f"REPORTCTL_ARTIFACTS_{name}_KEY_FILE": world.path / "keys" / name.lower() for name in ("ACCESS", "SECRET")}
        open_to_all = world.run("export", "fetch", job["id"], env=files)
        self.assertEqual(open_to_all.code, 78)
        for told in (open_to_all.err, world.must("config", "show", env=of_a_role).out.decode(), world.must("audit", "list", "--json").out.decode(),
                     world.state.read_bytes().decode("latin-1")):
            self.assertNotIn(s3.SECRET_KEY, told)

    def test_the_bucket_may_be_in_the_name_of_the_host_and_the_region_is_signed(self):
        world = self.place(proxy=False)
        world.schedules()
        world.environment.update(REPORTCTL_ARTIFACTS_ENDPOINT=f"http://localhost:{self.store.port}", REPORTCTL_ARTIFACTS_PATH_STYLE="no")
        job = world.json("export", "create", "sales", "--wait", now=self.today())
        self.assertEqual(list(self.store.objects()), [self.key(job["sha256"])])
        url = world.json("export", "link", job["id"], now=self.today())["url"]
        self.assertTrue(url.startswith(f"http://{s3.BUCKET}.localhost:{self.store.port}/{PREFIX}/"), url)
        self.assertIn("%2Feu-west-3%2Fs3%2Faws4_request", url)
        self.assertEqual(self.curl(world, url).body, world.must("export", "fetch", job["id"], now=self.today()).out)
        world.environment["REPORTCTL_ARTIFACTS_PATH_STYLE"] = "yes"
        url = world.json("export", "link", job["id"], now=self.today())["url"]
        self.assertTrue(url.startswith(f"http://localhost:{self.store.port}/{s3.BUCKET}/{PREFIX}/"), url)
        self.assertEqual(self.curl(world, url).status, 200)

    def today(self, seconds=0):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))

    def test_a_link_is_good_until_it_ends_for_that_file_and_for_reading_only(self):
        world = self.place(proxy=False)
        world.schedules()
        job = world.json("export", "create", "orders-export", "--filter", "mode=summary", "--wait", now=self.today())
        wanted = world.must("export", "fetch", job["id"], now=self.today()).out
        made = world.json("export", "link", job["id"], now=self.today())
        url = made["url"]
        answer = self.curl(world, url)
        self.assertEqual((answer.status, answer.body), (200, wanted))
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        self.assertEqual(query["X-Amz-Expires"], ["3600"])
        self.assertEqual(query["response-content-disposition"], [f'attachment; filename="{job["file_name"]}"'])
        self.assertEqual(self.curl(world, world.json("export", "link", job["id"], now=self.today(3500))["url"]).status, 200)
        expired = self.curl(world, world.json("export", "link", job["id"], now=self.today(3605))["url"])
        self.assertEqual((expired.status, b"Request has expired" in expired.body), (403, True))
        for part, changed in (("expires", url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")), ("key", url.replace(job["sha256"], "0" * 64)),
                              ("date", re.sub(r"(X-Amz-Date=\d{8}T\d{5})\d", lambda found: found[1] + ("1" if found[0][-1] != "1" else "2"), url)),
                              ("name", url.replace("filename", "filenamf")), ("signature", url[:-1] + ("0" if url[-1] != "0" else "1")),
                              ("region", url.replace("eu-west-3", "eu-west-2")), ("nothing", url[:url.index("&X-Amz-Signature")])):
            answer = self.curl(world, changed)
            self.assertIn(answer.status, (400, 403), part)
            self.assertNotIn(wanted[:20], answer.body, part)
        for method in ("PUT", "DELETE", "POST"):
            self.assertEqual(self.curl(world, url, "--request", method).status, 403, method)
        self.assertEqual(self.curl(world, f"{self.store.endpoint}/{s3.BUCKET}/{self.key(job['sha256'])}").status, 403)
        self.assertEqual(self.curl(world, url).body, wanted)

    def test_a_large_report_is_mailed_as_a_link(self):
        world = self.place(proxy=False, mail="max_message_bytes: 100000")
        world.environment["REPORTCTL_MAIL_OVERSIZE"] = "link"
        more = "".join(f"INSERT INTO orders VALUES ({100 + i}, 'shop', 'order {i}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(2500))
        world.make_source(e2e.COMMERCE + more)
        world.schedules(e2e.schedule("orders", "bo@example.org", report="orders-export", more=", params: {mode: summary}"))
        world.must("run-due")
        mail, = self.got_it(world)
        text = mail.get_body(("plain",)).get_content()
        url, = re.findall(r"^http\S+", text, re.M)
        self.assertIn("until 2026-03-17 06:0", text)  # an hour after 05:02
        self.assertEqual(self.curl(world, url).status, 403)  # that is past
        world.must("runs", "resend", world.only_run()["id"], "--only", "all", now=None)
        fresh, = {found for mail in self.got_it(world) for found in re.findall(r"^http\S+", mail.get_body(("plain",)).get_content(), re.M)} - {url}
        self.assertEqual(self.curl(world, fresh).body, world.must("runs", "save", world.only_run()["id"]).out)

    # What fails

    def test_a_wrong_setup_is_told_in_words_and_mails_nothing(self):
        def secret(world):
            (world.path / "keys" / "secret").write_text("another\n")

        def access(world):
            (world.path / "keys" / "access").write_text("AKIDOTHER\n")

        def bucket(world):
            world.environment["REPORTCTL_ARTIFACTS_URL"] = f"s3://nowhere/{PREFIX}"

        def endpoint(world):
            world.environment["REPORTCTL_ARTIFACTS_ENDPOINT"] = f"http://127.0.0.1:{e2e.free_port()}"

        world = self.scheduled(proxy=False)
        job = world.json("export", "create", "sales")["id"]
        world.must("export", "run")
        prepared, environment, keys = world.state.read_bytes(), dict(world.environment), world.path / "keys"
        for spoil, said in ((secret, "the secret key is not the one of the access key (403 SignatureDoesNotMatch"),
                            (access, "the server does not know the access key (403 InvalidAccessKeyId"), (bucket, "there is no such bucket (404 NoSuchBucket"),
                            (endpoint, "no answer: Failed to connect to 127.0.0.1")):
            with self.subTest(said):
                world.put_back(prepared)
                world.environment = dict(environment)
                spoil(world)
                check = world.run("config", "check")
                self.assertEqual(check.code, 78)
                self.assertIn(said, check.out.decode())
                self.assertEqual(world.run("run-due").code, 3)
                run = world.only_run()
                self.assertEqual((run["state"], run["sha256"]), ("failed", None))
                self.assertIn(said, run["reason"])
                self.assertNotIn(s3.SECRET_KEY, run["reason"])
                self.assertEqual(self.got_it(world), [])
                fetched = world.run("export", "fetch", job)
                self.assertEqual((fetched.code, fetched.out), (1 if spoil is endpoint else 78, b""))
                self.assertIn(said, fetched.err)
                for name, text in (("access", s3.ACCESS_KEY), ("secret", s3.SECRET_KEY)):
                    (keys / name).write_text(text)

    def test_a_certificate_must_be_one_that_is_trusted_and_of_that_host(self):
        world = self.scheduled()
        authority = e2e.Authority(world.path / "tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate, authority.key)
        self.proxy.server.socket = context.wrap_socket(self.proxy.server.socket, server_side=True)
        port = self.proxy.server.server_address[1]
        world.environment["REPORTCTL_ARTIFACTS_ENDPOINT"] = f"https://localhost:{port}"
        self.assertEqual(world.run("run-due").code, 3)
        self.assertIn("the server's certificate is not accepted: ", world.only_run()["reason"])
        self.assertEqual((self.proxy.asked, self.got_it(world)), ([], []))
        world.environment["REPORTCTL_ARTIFACTS_CA_FILE"] = str(authority.ca)
        self.assertEqual(world.json("export", "create", "sales", "--wait")["state"], "completed")
        world.environment["REPORTCTL_ARTIFACTS_ENDPOINT"] = f"https://other.localhost:{port}"
        other = world.run("config", "check")
        self.assertEqual(other.code, 78)
        self.assertIn("the server's certificate is not accepted: ", other.out.decode())

    def test_an_authority_that_is_named_replaces_the_systems_and_the_others_are_not_even_looked_for(self):
        strace = e2e.need("strace")
        world = self.world()
        authority, other = e2e.Authority(world.path / "one"), e2e.Authority(world.path / "two", "Other Authority")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate, authority.key)
        proxy = s3.Proxy(port=0)  # no handshake succeeds, so nothing is behind it
        self.closing(proxy.close)
        proxy.server.socket = context.wrap_socket(proxy.server.socket, server_side=True)
        world.environment.update(REPORTCTL_ARTIFACTS_URL=f"s3://{s3.BUCKET}", REPORTCTL_ARTIFACTS_ENDPOINT=f"https://localhost:{proxy.server.server_address[1]}",
                                 AWS_ACCESS_KEY_ID=s3.ACCESS_KEY, AWS_SECRET_ACCESS_KEY=s3.SECRET_KEY)
        looked = {}
        for ca_file in ("", str(other.ca)):
            world.environment["REPORTCTL_ARTIFACTS_CA_FILE"] = ca_file
            trace = world.path / "trace"
            check = world.run("config", "check", prefix=[strace, "-f", "-o", trace, "-e", "trace=%file"])
            self.assertIn("the server's certificate is not accepted: ", check.out.decode())
            looked[ca_file] = "/etc/ssl/certs/" in trace.read_text()
        self.assertEqual(looked, {"": True, str(other.ca): False})
        self.assertEqual(proxy.asked, [])

    def test_a_clock_that_is_wrong_is_told_with_both_times(self):
        world = self.scheduled(proxy=False, clock=3600)
        self.assertEqual(world.run("run-due").code, 3)
        reason = world.only_run()["reason"]
        told = re.search(r"the clocks differ too much: it is (\S+Z) here, and (\w+, .* GMT) there \(403 RequestTimeTooSkewed", reason)
        here = calendar.timegm(time.strptime(told[1], "%Y-%m-%dT%H:%M:%SZ"))
        there = calendar.timegm(time.strptime(told[2], "%a, %d %b %Y %H:%M:%S GMT"))
        self.assertTrue(3590 < there - here < 3610, reason)
        self.assertEqual(self.got_it(world), [])

    def test_what_passes_is_tried_again_and_nobody_notices(self):
        world = self.scheduled()
        for times, (does, method) in enumerate((((500, "InternalError"), "PUT"), ((503, "SlowDown"), "PUT"), ("cut", "PUT"), ("lost", "PUT"), ("cut", "HEAD"))):
            with self.subTest(does=does, method=method):
                self.disturb(does, method, times=1)
                fields = ",".join(["order_number", "placed_at", "customer", "status", "total"][:times + 1])  # another file each time
                job = world.json("export", "create", "orders-export", "--filter", "mode=summary", "--fields", fields, "--wait")
                self.assertEqual(job["state"], "completed", job["reason"])
                self.assertTrue(self.proxy.reached.is_set())
                self.proxy.reached.clear()
        for does in ((500, "InternalError"), "cut", "half"):
            with self.subTest(does=does, method="GET"):
                self.disturb(does, "GET", times=1)
                self.assertEqual(world.must("export", "fetch", job["id"]).out, self.store.objects()[self.key(job["sha256"])].read_bytes())
        self.assertEqual(self.store.open_uploads(), [])

    def test_whatever_goes_wrong_in_whichever_step_of_storing_no_mail_is_sent_and_the_reason_is_kept(self):
        world = self.scheduled()
        prepared = world.state.read_bytes()
        for does, method, said in (((500, "InternalError"), "PUT", "the server answered 500 InternalError: as told"),
                                   ((403, "AccessDenied"), "PUT", "the server answered 403 AccessDenied: as told"),
                                   ((507, "XMinioStorageFull"), "PUT", "the server's disks are full"), ((301, "PermanentRedirect"), None, "the bucket is at another address"),
                                   ((200, "Nonsense"), "HEAD", None), ("cut", "PUT", "no answer: "),
                                   ("silent", "PUT", "the server is silent: "), ("silent", "HEAD", None)):
            with self.subTest(does=does, method=method):
                self.disturb(does, method)
                world.put_back(prepared)
                shutil.rmtree(world.outbox, ignore_errors=True)
                code = world.run("run-due").code
                run = world.only_run()
                if said is None:  # the question whether it is there already may go wrong; then it is stored
                    self.assertEqual((code, run["state"], len(self.got_it(world)), list(self.store.objects())), (0, "delivered", 1, [self.key(run["sha256"])]))
                    for path in self.store.objects().values():
                        path.unlink()
                    continue
                self.assertEqual((code, run["state"], run["sha256"], run["deliveries"][0]["notification"]), (3, "failed", None, True))
                self.assertIn(f"in s3://{s3.BUCKET}/{PREFIX}: {said}", run["reason"])
                self.assertEqual(self.got_it(world), [])
                self.assertEqual({mail["To"].addresses[0].addr_spec for mail in world.outbox_mails()}, e2e.STEWARDS)
                self.assertEqual(self.store.objects(), {})

    def test_whatever_goes_wrong_in_fetching_gives_no_bytes_and_sends_nothing(self):
        world = self.scheduled()
        world.must("run-due")
        run = world.only_run()
        mails = len(world.outbox_mails())
        for does, said in (((500, "InternalError"), "the server answered 500"), ((403, "AccessDenied"), "the server answered 403 AccessDenied: as told"),
                           ((404, "NoSuchKey"), "is lost: it is not in s3://"), ("half", "no answer: "), ("silent", "the server is silent: "),
                           ("slow", "the server is silent: "), ("changed", "was changed after it was stored")):
            with self.subTest(does=does):
                self.disturb(does, "GET")
                kept = world.path / "saved.csv"
                resend = [("runs", "resend", run["id"], "--only", "all")] if isinstance(does, tuple) else []
                for words in [("runs", "save", run["id"], "--output", kept), *resend]:
                    result = world.run(*words)
                    self.assertNotEqual(result.code, 0)
                    self.assertIn(said, result.err)
                self.assertFalse(kept.exists())
                self.assertEqual(world.only_run()["state"], "delivered")  # as it was: it was asked for before anything changed
        self.well()
        self.assertEqual(len(world.outbox_mails()), mails)
        self.assertEqual(world.must("runs", "save", run["id"]).out, self.store.objects()[self.key(run["sha256"])].read_bytes())

    def test_pruning_that_is_refused_says_so_and_is_done_later(self):
        world = self.place()
        world.schedules()
        job = world.json("export", "create", "sales", "--wait")
        self.age()
        self.ended_long_ago(world)
        for does, method, said in (((503, "SlowDown"), "GET", "cannot list the files"), ((403, "AccessDenied"), "DELETE", "cannot remove the file"),
                                   ("silent", "HEAD", "cannot remove the file")):
            with self.subTest(does=does, method=method):
                self.disturb(does, method, words="list-type" if method == "GET" else "")
                result = world.run("prune", now=None)
                self.assertNotEqual(result.code, 0)
                self.assertIn(said, result.err)
                self.assertEqual(list(self.store.objects()), [self.key(job["sha256"])])
        self.well()
        world.must("prune", now=None)
        self.assertEqual(self.store.objects(), {})

    # Large files, stops and kills

    def big(self):
        """An export of some 80 MB, asked for."""
        world = self.place()
        world.environment["REPORTCTL_ARTIFACTS_RESPONSE_TIMEOUT"] = "3s"
        world.make_source(e2e.COMMERCE + f"""UPDATE customers SET name = printf('%.{NAME}c', 'x') WHERE id = 'c1';
            WITH RECURSIVE number(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM number WHERE n < {99 + BIG_ROWS})
            INSERT INTO orders SELECT n, 'shop', 'order ' || n, 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', n FROM number;""")
        world.schedules()
        self.job = world.json("export", "create", "orders-export", "--filter", "mode=summary", "--from", "2026-03-16", "--to", "2026-03-16")["id"]
        return world

    def nothing_is_left(self):
        self.assertEqual((self.store.open_uploads(), self.store.objects()), ([], {}))

    def test_a_large_file_goes_up_in_parts_and_a_failure_in_any_step_leaves_none_of_them(self):
        world = self.big()
        prepared = world.state.read_bytes()
        for does, method, words, said in (((403, "AccessDenied"), "POST", "uploads=", "the server answered 403 AccessDenied: as told"),
                                          ((500, "InternalError"), "PUT", "partNumber=3", "the server answered 500 InternalError"),
                                          ((200, "InternalError"), "POST", "uploadId=", "the server answered 200 InternalError")):
            with self.subTest(does=does, words=words):
                world.put_back(prepared)
                self.disturb(does, method, words=words)
                self.assertEqual(world.run("export", "run").code, 3)
                job = world.json("export", "show", self.job)
                self.assertEqual((job["state"], job["sha256"]), ("failed", None))
                self.assertIn(said, job["reason"])
                self.nothing_is_left()
        world.put_back(prepared)
        trouble = [("PUT", "partNumber=2", (503, "SlowDown")), ("PUT", "partNumber=2", "cut"), ("POST", "uploadId=", "lost")]  # all of it passes

        def rule(method, path, nth):
            if trouble and method == trouble[0][0] and trouble[0][1] in path:
                return trouble.pop(0)[2]

        self.proxy.rule = rule
        self.proxy.asked.clear()
        world.must("export", "run")
        self.assertEqual((trouble, self.store.open_uploads(), len(self.store.objects())), ([], [], 1))
        job = world.json("export", "show", self.job)
        self.assertGreater(job["bytes"], 64 << 20)
        parts = {re.search(r"partNumber=(\d+)", path)[1] for method, path in self.proxy.asked if method == "PUT"}
        self.assertEqual(parts, {str(number + 1) for number in range(-(-job["bytes"] // (16 << 20)))})
        world.must("export", "fetch", self.job, "--output", world.path / "big.csv")
        world.must("run", "orders-export", "--param", "mode=summary", "--from", "2026-03-16", "--to", "2026-03-16", "--output", world.path / "run.csv")
        self.assertTrue((world.path / "big.csv").read_bytes() == (world.path / "run.csv").read_bytes())

    def test_a_stop_in_the_middle_takes_the_parts_back_and_gives_the_export_back(self):
        world = self.big()
        world.environment["REPORTCTL_ARTIFACTS_RESPONSE_TIMEOUT"] = "30s"
        self.disturb("silent", "PUT", words="partNumber=3")
        process = world.start("export", "run")
        self.assertTrue(self.proxy.reached.wait(20))
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        self.assertEqual((process.communicate(timeout=20), process.returncode)[1], 143)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(world.json("export", "show", self.job)["state"], "pending")
        self.nothing_is_left()
        self.well()
        world.must("run-due")
        self.assertEqual(world.json("export", "show", self.job)["state"], "completed")

    def test_a_kill_in_any_step_leaves_work_that_the_next_run_due_does(self):
        world = self.scheduled()
        world.environment["REPORTCTL_ARTIFACTS_RESPONSE_TIMEOUT"] = "30s"
        prepared = world.state.read_bytes()
        for does, method in (("silent", "HEAD"), ("silent", "PUT"), ("lost", "PUT")):
            with self.subTest(does=does, method=method):
                world.put_back(prepared)
                shutil.rmtree(world.outbox, ignore_errors=True)
                self.proxy.reached.clear()
                self.disturb(does, method)
                process = world.start("run-due")
                self.assertTrue(self.proxy.reached.wait(20))
                if does == "lost":
                    e2e.wait_until(self.store.objects, "the file is stored")
                process.kill()
                process.communicate(timeout=20)
                run = world.only_run()
                self.assertEqual((run["state"], run["interrupted"], run["sha256"], self.got_it(world)), ("triggered", True, None, []))
                self.well()
                world.must("run-due")
                run = world.only_run()
                self.assertEqual((run["state"], run["resumed"], len(self.got_it(world))), ("delivered", 1, 1))
                self.assertEqual(list(self.store.objects()), [self.key(run["sha256"])])
                for path in self.store.objects().values():
                    path.unlink()


if __name__ == "__main__":
    os.umask(0o077)
    e2e.main()
