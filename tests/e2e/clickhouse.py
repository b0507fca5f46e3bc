#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Reports from ClickHouse's engine behind a front of ours: the same bytes as from SQLite, TLS always verified, passwords never shown, and no half report."""
import json, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import clickhouse, e2e

ASKED = ("run", "sales", "--account", "shop", "--window", "yesterday")
SECRET = "correct-horse-77"


class ClickHouse(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.authority = e2e.Authority(e2e.scratch("tls"))
        cls.addClassCleanup(lambda: e2e.shutil.rmtree(cls.authority.ca.parent, ignore_errors=True))
        cls.server = clickhouse.Server(tls=(cls.authority.certificate, cls.authority.key),
                                       logins={"secret": {"password": SECRET, "settings": {"readonly": 2}}, "writer": {}, "cut": {"front": {"cut": 150}}})
        cls.addClassCleanup(cls.server.close)

    def shop(self):
        """A world whose source is in ClickHouse; its data are also in the SQLite file world.source."""
        world = self.world()
        world.schedules()
        self.server.copy_of(world.source, "shop")
        self.closing(self.server.run, "DROP DATABASE shop SYNC")
        return world

    def asked(self, world, user="reports", more=None, words=ASKED, **environment):
        url = self.server.url("shop", user, f"?sslrootcert={self.authority.ca}" if more is None else more)
        return world.run(*words, env={"REPORTCTL_SOURCES_SHOP_URL": url, **environment})

    def test_a_report_has_the_bytes_of_sqlite_over_tls_that_is_verified(self):
        world = self.shop()
        answer = self.asked(world)
        self.assertEqual((answer.code, answer.out), (0, world.must(*ASKED).out), answer.err)
        stranger = e2e.Authority(self.authority.directory / "stranger")
        for more in ("", f"?sslrootcert={stranger.ca}"):
            answer = self.asked(world, more=more)
            self.assertEqual(answer.code, 13, answer.err)
            self.assertIn("source shop: cannot connect", answer.err)
            self.assertIn("sslrootcert", answer.err)
            self.assertEqual(answer.out, b"")
        self.assertEqual(self.asked(world, more="?sslmode=disable").code, 78)
        answer = world.run(*ASKED, env={"REPORTCTL_SOURCES_SHOP_URL": "clickhouse+http://reports@db.example.com/shop"})
        self.assertEqual(answer.code, 78)
        self.assertIn("clear text", answer.err)

    def test_a_password_is_read_from_its_file_and_never_shown(self):
        world = self.shop()
        file = world.path / "password"
        texts = []
        for written, code in ((SECRET, 0), ("battery-staple-99", 13)):
            file.write_text(written + "\n")
            file.chmod(0o600)
            answer = self.asked(world, "secret", REPORTCTL_SOURCES_SHOP_PASSWORD_FILE=file)
            self.assertEqual(answer.code, code, answer.err)
            texts.append(answer.err + answer.out.decode())
            answer = self.asked(world, "secret", words=("source", "check"), REPORTCTL_SOURCES_SHOP_PASSWORD_FILE=file)
            self.assertEqual(answer.code, code, answer.err)
            texts.append(answer.err + answer.out.decode())
        self.assertIn("Authentication failed", texts[2])
        self.assertIn("password_file", texts[2])
        self.assertIn("Authentication failed", texts[3])
        self.assertIn("source shop: check the user in the source's url and its password_file", texts[3])
        in_url = self.asked(world, f"secret:{SECRET}")
        self.assertEqual(in_url.code, 78)
        for text in [*texts, in_url.err]:
            self.assertNotIn(SECRET, text)
            self.assertNotIn("battery", text)

    def test_an_answer_that_breaks_off_gives_no_report(self):
        world = self.shop()
        answer = self.asked(world, "cut", words=(*ASKED, "--output", world.path / "report.csv"))
        self.assertEqual(answer.code, 13, answer.err)
        self.assertIn("the connection was lost", answer.err)
        self.assertFalse((world.path / "report.csv").exists())

    def test_source_check_knows_it(self):
        world = self.shop()
        check = ("source", "check", "--json")
        answer = self.asked(world, words=check)
        self.assertEqual([row for row in json.loads(answer.out) if not row["report"]], [], answer.err)
        self.assertNotIn("may write", answer.err)
        self.assertIn("the login may write", self.asked(world, "writer", words=check).err)
        self.server.run("ALTER TABLE orders RENAME COLUMN placed_at TO put_at", "shop")
        answer = self.asked(world, words=check)
        self.assertIn("placed_at", next(row["why"] for row in json.loads(answer.out) if row["report"] == "sales"), answer.err)


if __name__ == "__main__":
    e2e.main()
