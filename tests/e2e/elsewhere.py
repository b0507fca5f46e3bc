#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A store of files and a source that send us elsewhere, by redirects or by proxies of the environment: nobody there is asked, and no secret gets there."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e
from receiver import Receiver

STATUSES = (301, 302, 303, 307, 308)
SECRET = "correct-horse-77"


class Elsewhere(e2e.Case):
    def setUp(self):
        super().setUp()
        self.here, self.target = Receiver(), Receiver()
        for one in (self.here, self.target):
            self.closing(one.close)
        self.places = (f"http://127.0.0.1:{self.target.port}/there", f"//localhost:{self.target.port}/there", "file:///etc/passwd",
                       f"http://user:secret@localhost:{self.target.port}/there")
        self.secret = None

    def made(self):
        world = self.world()
        self.secret = world.path / "secret"
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        return world

    def redirects(self):
        for status in STATUSES:
            for place in self.places:
                with self.subTest(status=status, place=place):
                    self.here.requests.clear()
                    self.here.answer = (status, {"Location": place, "Refresh": f"0; url={place}"}, b"")
                    yield status
                    self.assertNotEqual(self.here.requests, [])
                    self.assertEqual(self.target.requests, [])

    def proxies(self):
        proxy = f"http://127.0.0.1:{self.target.port}"
        return {name: proxy for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}

    def test_a_store_of_files(self):
        world = self.made()
        world.schedules(e2e.schedule("sales", "bo@example.org"))
        world.environment.update(REPORTCTL_ARTIFACTS_URL="s3://bucket/reports", REPORTCTL_ARTIFACTS_ENDPOINT=f"http://127.0.0.1:{self.here.port}",
                                 REPORTCTL_ARTIFACTS_REGION="eu-west-3", REPORTCTL_ARTIFACTS_ACCESS_KEY_FILE=str(self.secret),
                                 REPORTCTL_ARTIFACTS_SECRET_KEY_FILE=str(self.secret))
        for status in self.redirects():
            check = world.run("config", "check")
            self.assertEqual(check.code, 78, check.out)
            self.assertIn(f"the server sends us elsewhere ({status}", check.out.decode())
            self.assertIn("redirects are not followed", check.out.decode())
        self.here.answer = 500
        self.here.requests.clear()
        world.run("config", "check", env=self.proxies())
        self.assertNotEqual(self.here.requests, [])
        self.assertEqual(self.target.requests, [])

    def test_a_source(self):
        world = self.made()
        world.schedules()
        url = {"REPORTCTL_SOURCES_SHOP_URL": f"clickhouse+http://reports@127.0.0.1:{self.here.port}/shop", "REPORTCTL_SOURCES_SHOP_PASSWORD_FILE": str(self.secret)}
        words = ("run", "sales", "--account", "shop", "--window", "yesterday")
        for status in self.redirects():
            asked = world.run(*words, env=url)
            self.assertEqual((asked.code, asked.out), (13, b""), asked.err)
            self.assertIn(str(status), asked.err)
            self.assertNotIn("passwd", asked.err)
            self.assertNotIn(SECRET, asked.err)
        self.here.answer = 500
        self.here.requests.clear()
        world.run(*words, env={**url, **self.proxies()})
        self.assertNotEqual(self.here.requests, [])
        self.assertEqual(self.target.requests, [])


if __name__ == "__main__":
    e2e.main()
