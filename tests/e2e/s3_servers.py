#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""S3 as other servers speak it: object lock, listings without an end, answers that come in drops, halves, other regions, other dates, what they say of refusals;
and two installations with one place for their files. The server here keeps objects in memory and does what each test tells it."""
import base64, hashlib, http.server, json, pathlib, sys, threading, time, urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

DAY = 86400
HEX = "0123456789abcdef"


def error(status, code, message="", more=""):
    return status, {}, f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>".encode()


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


class Server:
    """`hook(handler, path, query, body)` may answer instead: (status, headers, body), or True when it wrote the answer itself."""

    def __init__(self):
        self.objects, self.uploads, self.asked = {}, {}, []
        self.hook = lambda handler, path, query, body: None
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path, _, query = self.path.partition("?")
                query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
                server.asked.append((self.command, path, query))
                answer = server.hook(self, path, query, body) or server.answer(self, path, query, body)
                if answer is True:
                    return
                status, headers, text = answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()

    def page(self, keys, more="", date=iso):
        entries = "".join(f"<Contents><Key>{key}</Key><LastModified>{date(self.objects[key][2])}</LastModified><Size>{len(self.objects[key][0])}</Size></Contents>" for key in keys)
        return 200, {}, f"<ListBucketResult>{entries}{more}</ListBucketResult>".encode()

    def keep(self, key, body, name, at=None):
        self.objects[key] = (body, name, at or time.time())
        return 200, {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}, b""

    def answer(self, handler, path, query, body):
        method, key = handler.command, urllib.parse.unquote(path).partition("/reports/")[2] or ""
        if not key:
            return self.page([key for key in sorted(self.objects) if key.startswith(query.get("prefix", ""))]) if method == "GET" else (200, {}, b"")
        if method == "POST" and "uploads" in query:
            self.uploads["u1"] = ({}, handler.headers.get("x-amz-meta-sha256"))
            return 200, {}, b"<R><UploadId>u1</UploadId></R>"
        if method == "PUT" and "uploadId" in query:
            self.uploads["u1"][0][int(query["partNumber"])] = body
            return 200, {"ETag": '"part"'}, b""
        if method == "POST":
            parts, name = self.uploads.pop("u1")
            self.keep(key, b"".join(parts[number] for number in sorted(parts)), name)
            return 200, {}, b"<R><ETag>whole-1</ETag></R>"
        if method == "DELETE":
            self.uploads.pop("u1", None) if "uploadId" in query else self.objects.pop(key, None)
            return 204, {}, b""
        if method == "PUT":
            return self.keep(key, body, handler.headers.get("x-amz-meta-sha256"))
        if key not in self.objects:
            return error(404, "NoSuchKey")
        kept, name, at = self.objects[key]
        return 200, {"Last-Modified": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at)), **({"x-amz-meta-sha256": name} if name else {})}, kept

    def files(self):
        return [key for key in self.objects if not key.endswith("/reportctl-owner")]


class Case(e2e.Case):
    def place(self, server=None, region="eu-west-3", bucket="reports", **options):
        self.server = server or Server()
        if server is None:
            self.closing(self.server.close)
        world = self.world(**options)
        for name, text in (("access", "AKTEST"), ("secret", "SKTEST")):
            (world.path / name).write_text(text + "\n")
            (world.path / name).chmod(0o600)
        world.environment.update(REPORTCTL_ARTIFACTS_URL=f"s3://{bucket}/kept", REPORTCTL_ARTIFACTS_ENDPOINT=self.server.url, REPORTCTL_ARTIFACTS_REGION=region,
                                 REPORTCTL_ARTIFACTS_ACCESS_KEY_FILE=str(world.path / "access"), REPORTCTL_ARTIFACTS_SECRET_KEY_FILE=str(world.path / "secret"),
                                 REPORTCTL_ARTIFACTS_RESPONSE_TIMEOUT="2s")
        world.schedules()
        return world

    def export(self, world, **options):
        made = world.run("export", "create", "sales", "--from", "2026-03-16", "--to", "2026-03-16", "--wait", "--json", **options)
        return json.loads(made.out)

    def export_id(self, world):
        return world.json("export", "list")[0]["id"]


class Storing(Case):
    def test_a_bucket_with_object_lock_gets_the_checksum_that_it_wants(self):
        world = self.place()

        def locked(handler, path, query, body):
            if handler.command != "PUT":
                return None
            given = handler.headers.get("Content-MD5")
            if not given:
                return error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
            return None if md5(body) == given else error(400, "BadDigest")

        self.server.hook = locked
        self.assertEqual(self.export(world)["state"], "completed")

    def test_a_server_that_keeps_half_is_found_out_at_once(self):
        world = self.place()

        def half(handler, path, query, body):
            if handler.command == "PUT" and not path.endswith("owner"):
                return self.server.keep(path.partition("/reports/")[2], body[:len(body) // 2], handler.headers.get("x-amz-meta-sha256"))

        self.server.hook = half
        made = self.export(world)
        self.assertEqual(made["state"], "failed")
        self.assertIn("the server says that it keeps", made["reason"])

    def test_a_tag_that_is_no_hash_is_no_failure(self):
        world = self.place()
        self.server.hook = lambda handler, path, query, body: handler.command == "PUT" and (*self.server.keep(path.partition("/reports/")[2], body, handler.headers.get(
            "x-amz-meta-sha256"))[:1], {"ETag": '"0123456789abcdef0123456789abcdef"'}, b"")
        self.assertEqual(self.export(world)["state"], "completed")

    def test_errors_that_pass_are_tried_again(self):
        for status, code in ((400, "RequestTimeout"), (408, "RequestTimeout"), (409, "OperationAborted"), (503, "SlowDown"), (403, "SlowDown")):
            with self.subTest(code, status=status):
                world, left = self.place(), [1]

                def once(handler, path, query, body):
                    if handler.command == "PUT" and left[0]:
                        left[0] -= 1
                        return error(status, code, "once")

                self.server.hook = once
                self.assertEqual(self.export(world)["state"], "completed")

    def test_regions_and_buckets_have_the_names_that_their_providers_give_them(self):
        for region in ("RegionOne", "GRA", "eu_west", "default"):
            self.place(region=region).must("config", "check")
        for bucket in ("My_Bucket", "my_bucket", "REPORTS"):
            self.assertIn(f"s3://{bucket}/kept", self.place(bucket=bucket).must("config", "check").out.decode())
        refused = self.place(region="eu/west").run("config", "check")
        self.assertEqual(refused.code, 78)

    def test_what_the_server_says_is_told_and_rights_are_blamed_for_rights_only(self):
        world = self.place()
        for answer, said, not_said in (
                (error(403, "AccessDenied", "Cannot upload files, storage cap exceeded."), "storage cap exceeded", "s3:PutObject"),
                (error(403, "AccessDenied", "Access Denied"), "s3:PutObject", "storage"),
                (error(403, "InvalidObjectState", "not valid for the object's storage class"), "storage class", "s3:PutObject"),
                (error(400, "AuthorizationHeaderMalformed", "expecting 'eu-nl-1'", "<Region>eu-nl-1</Region>"), "set artifacts.region to eu-nl-1", "s3:PutObject"),
                ((403, {"Content-Type": "application/json"}, b'{"message": "Forbidden by the gateway"}'), "Forbidden by the gateway", "s3:PutObject"),
                (error(301, "PermanentRedirect", "", "<Endpoint>reports.s3.example.com</Endpoint>"), "reports.s3.example.com", "s3:PutObject")):
            self.server.hook = lambda handler, path, query, body: answer
            told = world.run("config", "check").out.decode()
            self.assertIn(said, told)
            self.assertNotIn(not_said, told)

    def test_a_completion_that_sends_blanks_for_longer_than_silence_may_last(self):
        world = self.place()
        rows = "".join(f"INSERT INTO orders VALUES ({100 + i}, 'shop', '{'x' * 4000}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(17000))
        world.make_source(e2e.COMMERCE + rows)

        def slow(handler, path, query, body):
            if handler.command == "PUT" and handler.headers.get("Content-MD5") != md5(body):
                return error(400, "BadDigest")
            if handler.command != "POST" or "uploadId" not in query:
                return None
            _, _, text = self.server.answer(handler, path, query, body)
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            for _ in range(8):  # four seconds, a blank each half; silence for more than two would be too much
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.5)
            handler.wfile.write(text)
            handler.close_connection = True
            return True

        self.server.hook = slow
        made = world.json("export", "create", "orders-export", "--filter", "mode=summary", "--from", "2026-03-16", "--to", "2026-03-16", "--wait")
        self.assertEqual(made["state"], "completed", made["reason"])


class Reading(Case):
    def test_a_list_that_has_no_end_or_no_way_on_is_an_error(self):
        world = self.place()
        for number in range(30):
            name = f"{number:064x}"
            self.server.keep(f"kept/{name[:2]}/{name}", b"x" * 1000, name, time.time() - 30 * DAY)
        turns = ["<IsTruncated>true</IsTruncated>"], ["<IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken>"], [
            f"<IsTruncated>true</IsTruncated><NextContinuationToken>{name}</NextContinuationToken>" for name in "ab"]
        for more in turns:
            asked = []

            def listing(handler, path, query, body):
                if "list-type" in query:
                    asked.append(query)
                    return self.server.page(sorted(self.server.objects)[:10], more[len(asked) % len(more)])

            self.server.hook = listing
            refused = world.run("prune", "--dry-run")
            self.assertEqual(refused.code, 1, more)
            self.assertIn("cannot list the files in s3://reports/kept", refused.err)
            self.assertLess(len(asked), 5)
        whole = self.server.page(sorted(self.server.objects))
        for body in (whole[2][:-30], b"<html>It works!</html>", b""):
            self.server.hook = lambda handler, path, query, sent: (*whole[:2], body) if "list-type" in query else None
            refused = world.run("prune", "--dry-run")
            self.assertEqual(refused.code, 1, body)
            self.assertIn("cannot list the files in s3://reports/kept: the answer is no list, or a part of one", refused.err)

    def test_times_are_read_in_every_form_and_an_unreadable_one_is_said(self):
        forms = ("%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT")
        world, name = self.place(), HEX * 4
        for form in forms:
            self.server.keep(f"kept/{name[:2]}/{name}", b"old", name, time.time() - 30 * DAY)
            self.server.hook = lambda handler, path, query, body: "list-type" in query and self.server.page(
                self.server.files(), date=lambda at: time.strftime(form, time.gmtime(at)))
            self.assertEqual(world.json("prune", "--dry-run")["files"], 1, form)
        self.server.hook = lambda handler, path, query, body: "list-type" in query and self.server.page(self.server.files(), date=lambda at: "yesterday")
        refused = world.run("prune", "--dry-run")
        self.assertEqual(refused.code, 1)
        self.assertIn("yesterday", refused.err)

    def test_a_download_without_a_length_is_neither_cut_short_nor_endless(self):
        world = self.place()
        job = self.export(world)
        whole = world.must("export", "fetch", job["id"]).out
        sent = []

        def bare(length):
            def answer(handler, path, query, body):
                if handler.command != "GET" or not path.endswith(job["sha256"]):
                    return None
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                sent.append(0)
                try:
                    while length is None or sent[-1] < length:
                        block = whole if length is None else whole[:length]
                        handler.wfile.write(block)
                        sent[-1] += len(block)
                except OSError:
                    pass
                handler.close_connection = True
                return True
            return answer

        self.server.hook = bare(len(whole))
        self.assertEqual(world.must("export", "fetch", job["id"]).out, whole)
        self.server.hook = bare(len(whole) // 2)
        cut = world.run("export", "fetch", job["id"])
        self.assertEqual((cut.code, cut.out), (1, b""))
        self.assertIn("it ended after", cut.err)
        self.server.hook = bare(None)
        endless = world.run("export", "fetch", job["id"])
        self.assertEqual((endless.code, endless.out), (1, b""))
        self.assertIn("longer than it was", endless.err)
        self.assertLess(sent[-1], 100 << 20)

    def test_a_file_that_is_lost_is_called_lost_and_found_by_state_check(self):
        world = self.place()
        job = self.export(world)
        world.must("state", "check")
        self.server.objects.pop(self.server.files()[0])
        for command in (("export", "fetch", job["id"]), ("export", "link", job["id"])):
            lost = world.run(*command)
            self.assertEqual(lost.code, 5)
            self.assertIn("lost", lost.err)
            self.assertNotIn("pruned", lost.err)
        check = world.run("state", "check")
        self.assertEqual(check.code, 12)
        self.assertIn(f"the file of export {job['id']} is lost", check.out.decode())

    def test_links_end_with_the_session_token_and_with_the_file(self):
        world = self.place(more="retention: {runs: 12h, exports: 30d}\n")
        world.environment["REPORTCTL_ARTIFACTS_LINK_EXPIRY"] = "7d"
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        job = self.export(world, now=now)
        self.assertLess(job["expires_at"], iso(time.time() + 12 * 3600 + 60))
        link = world.json("export", "link", job["id"], now=now)
        self.assertEqual(link["ends"], job["expires_at"])
        for name in ("ACCESS", "SECRET"):
            del world.environment[f"REPORTCTL_ARTIFACTS_{name}_KEY_FILE"]
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        role = {"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": soon}
        self.assertEqual(world.json("export", "link", job["id"], now=now, env=role)["ends"], soon)
        self.assertIn("session token", world.must("config", "check", env=role).out.decode())

    def test_a_bucket_that_keeps_versions_is_said(self):
        world = self.place()
        self.server.hook = lambda handler, path, query, body: "versioning" in query and (200, {}, b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        self.assertIn("keeps old versions", world.must("config", "check").out.decode())


class Sharing(Case):
    def aged(self, days):
        for key in self.server.files():
            self.server.objects[key] = (*self.server.objects[key][:2], time.time() - days * DAY)

    def test_two_installations_with_one_place_do_not_take_each_others_files(self):
        first = self.place()
        job = self.export(first)
        self.aged(30)
        second = self.place(self.server)
        refused = self.export(second)
        self.assertEqual(refused["state"], "failed")
        self.assertIn(str(first.state), refused["reason"])
        for command in (("prune",), ("run-due",)):
            told = second.run(*command, now=None)
            self.assertNotEqual(told.code, 0, command)
            self.assertIn("another state file", told.err)
        first.must("export", "fetch", job["id"])
        self.assertEqual(second.run("state", "adopt", "--artifacts").code, 2)  # not confirmed
        second.must("state", "adopt", "--artifacts", "--yes")
        self.assertEqual(self.export(second)["state"], "completed")
        self.assertIn("another state file", self.export(first)["reason"])

    def test_files_of_a_version_that_signed_nothing_are_taken_by_whoever_knows_one(self):
        first = self.place()
        job = self.export(first)
        self.server.objects.pop("kept/reportctl-owner")
        second = self.place(self.server)
        self.assertIn("this state file knows none of them", self.export(second)["reason"])
        self.export(first)
        self.assertIn("kept/reportctl-owner", self.server.objects)
        first.must("export", "fetch", job["id"])

    def test_a_state_that_moves_takes_its_files_along(self):
        world = self.place()
        job = self.export(world, now=None)
        moved = world.state.with_name("moved.db")
        world.state.rename(moved)
        world.state = moved
        world.configure()
        self.assertEqual(world.run("prune", now=None).code, 12)
        self.assertEqual(world.must("state", "adopt", "--yes").err, "")
        world.must("prune", now=None)
        self.assertEqual(self.export(world, now=None)["state"], "completed")
        world.must("export", "fetch", job["id"], now=None)

    def test_many_unknown_files_stay_until_somebody_says_that_they_may_go(self):
        world = self.place()
        self.export(world)
        for number in range(40):
            name = f"{number:064x}"
            self.server.keep(f"kept/{name[:2]}/{name}", b"x", name, time.time() - 8 * DAY)
        told = world.run("run-due", now=None)
        self.assertEqual((told.code, len(self.server.files())), (3, 41))
        self.assertIn("40 stored files are unknown", told.err)
        self.assertEqual(world.json("prune", now=None)["unknown_files_kept"], 40)
        self.assertEqual(world.json("prune", "--unknown-files", now=None)["files"], 40)
        self.assertEqual(len(self.server.files()), 1)


class Steps(Case):
    def test_a_clock_a_month_ahead_removes_two_days_worth_and_says_so(self):
        world = self.place(clock=True)
        world.must("run-due", now="2026-03-16T12:30:00Z")
        job = self.export(world, now="2026-03-16T13:00:00Z")
        for key in self.server.files():
            self.server.objects[key] = (*self.server.objects[key][:2], 0)
        self.assertIn("look whether the clock", world.must("run-due", now="2026-04-19T12:30:00Z").err)
        world.must("export", "fetch", job["id"], now="2026-03-17T12:00:00Z")
        self.assertIsNone(world.json("export", "show", job["id"], now="2026-03-17T12:00:00Z")["file_pruned_at"])
        world.must("run-due", now="2026-03-17T13:00:00Z")
        world.must("export", "fetch", job["id"], now="2026-03-17T13:00:00Z")

    def test_a_policy_that_was_shortened_by_much_goes_on_by_two_days_a_day(self):
        world = self.place()
        world.must("run-due", now=None)
        job = self.export(world, now=None)
        columns = [row[1] for row in world.sql("PRAGMA table_info(exports)") if row[1] != "number"]
        values = {"id": "printf('e%015d', ?1)", "expires_at": "NULL", **{name: f"{name} - ?1 * {DAY} - 60" for name in ("created_at", "started_at", "finished_at")}}
        for days in range(1, 31):
            world.sql(f"INSERT INTO exports ({', '.join(columns)}) SELECT {', '.join(values.get(name, name) for name in columns)} FROM exports WHERE id = ?2", days, job["id"])
        world.configure(more="retention: {runs: 1d}\n")
        world.sql("UPDATE facts SET value = ?1 WHERE name IN ('last_prune_at', 'pruned_up_to')", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 25 * 3600)))
        self.assertIn("two days", world.must("run-due", now=None).err)
        left = len(world.json("export", "list", "--limit", "100", now=None))
        self.assertEqual(left, 29)  # of 31: the oldest and the one after it
        world.must("prune", now=None)
        self.assertEqual(len(world.json("export", "list", "--limit", "100", now=None)), 1)


if __name__ == "__main__":
    e2e.main()
