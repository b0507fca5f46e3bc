#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Webhooks to names that lead elsewhere: a name server that changes its mind between two questions, gives inner addresses beside outer ones, or hides them in IPv6.

All of it is in a network namespace of its own, which has the addresses and the name server."""
import os, pathlib, socket, struct, subprocess, sys, threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e
from receiver import Receiver

OUTER, OTHER, INNER, OUTER6 = "93.184.216.34", "93.184.216.35", "10.0.0.5", "2606:2800:220:1::5"
SEPARATE = ["unshare", "--net", "--mount", "--fork", "--kill-child"]
SETUP = """set -e
ip link set lo up
for address in 93.184.216.34/32 93.184.216.35/32 10.0.0.5/32 169.254.169.254/32; do ip address add "$address" dev lo; done
ip -6 address add 2606:2800:220:1::5/128 dev lo nodad
mount --bind "$1" /etc/resolv.conf
shift; exec "$@"
"""


class Names:
    """The name server. `answers` is a list of addresses, or a function of how often it was asked for an address before; `asked` counts the questions for IPv4."""

    def __init__(self):
        self.answers, self.asked, self.alias = [], 0, None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, who = self.socket.recvfrom(512)
            end = question.index(b"\0", 12) + 5
            kind = struct.unpack(">H", question[end - 4:end - 2])[0]
            now = self.answers(self.asked) if callable(self.answers) else self.answers
            self.asked += kind == 1
            records = []
            owner = b"\xc0\x0c"
            if self.alias:
                name = b"".join(bytes([len(label)]) + label.encode() for label in self.alias.split(".")) + b"\0"
                records.append(owner + struct.pack(">HHIH", 5, 1, 0, len(name)) + name)
                owner = name
            for address in now:
                data = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
                if kind == {4: 1, 16: 28}[len(data)]:
                    records.append(owner + struct.pack(">HHIH", kind, 1, 0, len(data)) + data)
            self.socket.sendto(question[:2] + struct.pack(">HHHHH", 0x8180, 1, len(records), 0, 0) + question[12:end] + b"".join(records), who)


class Doors:
    """Receivers at several addresses, behind one port; `opened` has each address that was connected to, whatever was said then."""

    def __init__(self, case, authority, *addresses):
        self.at, self.opened = {}, []
        port = 0
        for address in addresses:
            self.at[address] = receiver = Receiver(authority, (address, port), lambda who=address: self.opened.append(who))
            case.closing(receiver.close)
            port = receiver.port
        self.port = port


class WebhookNames(e2e.Case):
    names = None

    def setUp(self):
        super().setUp()
        WebhookNames.names = WebhookNames.names or Names()
        self.names.alias = None
        self.world = e2e.World(policy="retries: 0")
        self.closing(self.world.close)
        self.authority = e2e.Authority(self.world.path / "tls")
        self.authority.certificate, self.authority.key = self.authority.sign("hooks", "serverAuth", "DNS:hooks.example.com")
        secrets = self.world.path / "webhook-secrets"
        (secrets / "shop").mkdir(parents=True)
        (secrets / "shop" / "hook").write_text("secret\n")
        (secrets / "shop" / "hook").chmod(0o600)
        self.world.configure(policy="retries: 0", more=f"webhooks: {{ca_file: {self.authority.ca}, secret_dir: {secrets}}}\n")
        self.world.schedules(e2e.schedule("morning", "a@example.org"))

    def doors(self, *addresses):
        doors = Doors(self, self.authority, *addresses)
        self.hook = self.world.json("webhook", "add", f"https://hooks.example.com:{doors.port}/in", "--secret-file", "hook", now=e2e.MADE_AT)["id"]
        return doors

    def told(self):
        """What became of one event: (accepted, or what was said)."""
        result = self.world.run("webhook", "test", self.hook)
        return result.code == 0, result.out.decode() + result.err

    def test_a_name_is_asked_once_for_each_message_and_the_address_is_judged_that_is_connected_to(self):
        doors = self.doors(OUTER, INNER)
        self.names.asked = 0
        self.names.answers = lambda before: [OUTER if before % 2 == 0 else INNER]
        for round in range(4):
            told, said = self.told()
            self.assertEqual(told, round % 2 == 0, said)
            self.assertEqual(self.names.asked, round + 1)
            if not told:
                self.assertIn("10.0.0.5 is a private address", said)
        self.assertEqual(doors.opened, [OUTER, OUTER])
        self.assertEqual(doors.at[INNER].requests, [])

    def test_of_inner_and_outer_addresses_only_outer_ones_are_connected_to(self):
        doors = self.doors(OUTER, INNER, "127.0.0.1", "169.254.169.254", OUTER6)
        for answers in ([INNER, OUTER], [OUTER, INNER], ["127.0.0.1", "169.254.169.254", INNER, OUTER], [OUTER6, INNER], ["::1", INNER, OUTER]):
            with self.subTest(answers):
                self.names.answers = answers
                told, said = self.told()
                self.assertTrue(told, said)
        self.assertLessEqual(set(doors.opened), {OUTER, OUTER6})

    def test_an_outer_address_where_nobody_answers_opens_no_inner_one(self):
        doors = self.doors(INNER, "127.0.0.1")
        self.names.answers = [OTHER, INNER, "127.0.0.1"]
        told, said = self.told()
        self.assertFalse(told, said)
        self.assertEqual(doors.opened, [])

    def test_inner_addresses_are_known_in_any_spelling(self):
        doors = self.doors(INNER, "127.0.0.1", "169.254.169.254")
        for address, kind in (("10.0.0.5", "private"), ("127.0.0.1", "loopback"), ("169.254.169.254", "metadata"), ("0.0.0.0", "unspecified"), ("::1", "loopback"),
                              ("::", "unspecified"), ("::ffff:10.0.0.5", "private"), ("::ffff:127.0.0.1", "loopback"), ("::ffff:169.254.169.254", "metadata"),
                              ("::127.0.0.1", "reserved"), ("64:ff9b::a00:5", "private"), ("2002:a00:5::1", "private"), ("fe80::1", "link-local"),
                              ("fd00::1", "private"), ("fd00:ec2::254", "metadata"), ("100.64.0.1", "shared"), ("224.0.0.1", "multicast")):
            with self.subTest(address):
                self.names.answers = [address]
                told, said = self.told()
                self.assertFalse(told, said)
                self.assertIn(f"a {kind} address, which `webhooks.allow_private` does not name", said)
        self.names.alias = "localhost"
        self.names.answers = ["127.0.0.1"]
        self.assertIn("loopback", self.told()[1])
        self.assertEqual(doors.opened, [])

    def test_a_run_tells_a_name_that_turned_inwards_nothing(self):
        doors = self.doors(OUTER, INNER)
        self.names.answers = [INNER]
        self.world.must("run-due")
        found = self.world.json("webhook", "deliveries")
        self.assertEqual([(one["state"], one["reason_class"]) for one in found], [("refused", "address")])
        self.assertEqual(doors.opened, [])


if __name__ == "__main__":
    if os.environ.get("REPORTCTL_TEST_NAMES") != "inside":
        resolv = e2e.scratch("names") / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:3\n")
        words = [*SEPARATE, "sh", "-c", SETUP, "sh", str(resolv)]
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
            print("skipped: no network namespaces can be made here\n0 passed, 0 failed, 1 skipped")
            sys.exit(0)
        os.execvpe(words[0], [*words, sys.executable, *sys.argv], {**os.environ, "REPORTCTL_TEST_NAMES": "inside"})
    e2e.main()
