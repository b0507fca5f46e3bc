#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A name server that takes the question and is silent, in a network of our own: what waits for a name ends after its time limit, in its own words, and a stop
ends it at once."""
import fcntl, os, pathlib, signal, socket, struct, subprocess, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

INSIDE = "REPORTCTL_TEST_OWN_NETWORK"


def silent_name_server():
    """Over UDP: ask again over TCP. There: nothing."""
    asked, told = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.create_server(("127.0.0.1", 53))
    asked.bind(("127.0.0.1", 53))
    held = []

    def answer():
        while True:
            question, client = asked.recvfrom(4096)
            asked.sendto(question[:2] + b"\x83\x80" + question[4:6] + bytes(6) + question[12:], client)

    def accept():
        while True:
            held.append(told.accept())

    for work in (answer, accept):
        threading.Thread(target=work, daemon=True).start()


class Names(e2e.Case):
    def setUp(self):
        super().setUp()
        if not os.environ.get(INSIDE):
            raise AssertionError("not in a network of its own")

    def test_a_mail_server_whose_name_is_not_resolved_is_given_up_in_time(self):
        world = self.world("smtp://mx.silent.test:25", "tls: required\nconnect_timeout: 2s\nresponse_timeout: 2s\n")
        world.schedules(e2e.schedule("one", "a@example.org"))
        done = world.run("run-due")
        self.assertEqual(done.code, 3, done.err)
        self.assertLess(done.seconds, 30)
        self.assertIn("timed out", done.err.lower())

    def test_a_database_whose_name_is_not_resolved_is_given_up_in_time(self):
        world = self.world()
        world.schedules()
        world.config.write_text(world.config.read_text().replace(f"sqlite:{world.source}", "postgresql://x@db.silent.test/x?connect_timeout=2"))
        done = world.run("run", "sales", "--account", "shop", "--from", "2026-03-01", "--to", "2026-03-02")
        self.assertNotEqual(done.code, 0)
        self.assertLess(done.seconds, 30)
        self.assertIn("no answer to the question for the address of db.silent.test in 2 s", done.err)

    def test_a_stop_does_not_wait_for_a_name(self):
        for transport in ("smtp://mx.silent.test:25", None):
            world = self.world(transport, "tls: required\nconnect_timeout: 100s\n" if transport else "")
            world.schedules(e2e.schedule("one", "a@example.org"))
            if not transport:
                world.config.write_text(world.config.read_text().replace(f"sqlite:{world.source}", "postgresql://x@db.silent.test/x?connect_timeout=100"))
            process = world.start("run-due")
            e2e.wait_until(lambda: world.sql("SELECT 1 FROM runs WHERE owner_host IS NOT NULL"), "a run is claimed")
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
            self.assertEqual(process.returncode, 128 + signal.SIGTERM)


if __name__ == "__main__":
    if os.environ.get(INSIDE):
        with tempfile.NamedTemporaryFile("w") as resolv:
            resolv.write("nameserver 127.0.0.1\n")
            resolv.flush()
            with socket.socket() as any_socket:  # SIOCSIFFLAGS: IFF_UP
                fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH22x", b"lo", 1))
            subprocess.run(["mount", "--bind", resolv.name, "/etc/resolv.conf"], check=True)
            silent_name_server()
            e2e.main()
    ours = ["unshare", "--user", "--map-root-user"] if os.geteuid() else ["unshare"]
    ours += ["--mount", "--net", "--propagation", "private"]
    if subprocess.run([*ours, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: names: no network of its own can be made here\n0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    os.execvpe(ours[0], [*ours, sys.executable, __file__, *sys.argv[1:]], {**os.environ, INSIDE: "1"})
