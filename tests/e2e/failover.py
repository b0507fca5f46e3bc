#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The pair of hosts of examples/failover: keepalived, two network namespaces at a switch, and a volume that one of them has at a time.

A host is namespaces (network, processes, mounts, its name) with a boot id of its own, as another machine has; killing its first process is its power cut.
"""
import os, pathlib, pwd, signal, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

EXAMPLE = e2e.ROOT / "examples" / "failover"
LIMIT = 120  # seconds; nothing here depends on how long it takes
SEPARATE = ["unshare", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"]
SWITCH = "ip link add switch type bridge mcast_snooping 0 && ip link set switch up && echo up && exec cat"
SETUP = """set -e
hostname "$1"; ip link set lo up
cat /proc/sys/kernel/random/uuid > "$2/$1-boot"; mount --bind "$2/$1-boot" /proc/sys/kernel/random/boot_id
mount -t tmpfs none /run; mount -t tmpfs none /srv; mkdir /srv/reports
mount -t tmpfs -o mode=755 none /etc/keepalived; cp "$3" /etc/keepalived/; cp "$2/keepalived.conf" /etc/keepalived/
echo up; exec cat"""


class Machine:
    """`prefix` runs a command on it."""

    def __init__(self, script, *words):
        self.process = subprocess.Popen([*SEPARATE, "sh", "-c", script, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"up\n":
            raise AssertionError(f"{words} did not start")
        self.pid = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().strip()
        self.prefix = ["nsenter", "--target", self.pid, "--net", "--uts", "--pid", "--mount", "--"]

    def ip(self, *words):
        subprocess.run(["nsenter", "--target", self.pid, "--net", "ip", *words], check=True)

    def cut_power(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


class Host(Machine):
    """Its volume is what stands at attached-NAME."""

    def __init__(self, world, name, switch, address):
        super().__init__(SETUP, "host", name, world.path, EXAMPLE / "take-over")
        switch.ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", self.pid)
        switch.ip("link", "set", name, "master", "switch", "up")
        self.ip("address", "add", address, "dev", "eth0")
        self.ip("link", "set", "eth0", "up")
        self.log = world.path / f"{name}.log"
        fstab = world.path / f"{name}.fstab"
        fstab.write_text(f"{world.path}/attached-{name} /srv/reports none bind 0 0\n")
        self.environment = {"PATH": f"{world.path}:{os.environ['PATH']}:/usr/sbin:/sbin", "LIBMOUNT_FSTAB": str(fstab)}

    def keepalived(self, world):
        with open(self.log, "wb") as log:
            subprocess.Popen([*self.prefix, "keepalived", "--vrrp", "--dont-fork", "--log-console", "--no-syslog", "--log-detail"], stdin=subprocess.DEVNULL, stdout=log,
                             stderr=log, env=world.command_environment(**self.environment))

    def said(self, words):
        return words in self.log.read_text(errors="replace")

    def has_volume(self):
        return subprocess.run([*self.prefix, "mountpoint", "-q", "/srv/reports"], check=False).returncode == 0

    def from_cron(self, world):
        """The line of the README."""
        return subprocess.run([*self.prefix, "sh", "-c", "test ! -d /srv/reports/data || reportctl --really run-due"], stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=LIMIT, env=world.command_environment(**self.environment))


class Failover(e2e.Case):
    def setUp(self):
        super().setUp()
        e2e.need("keepalived")
        if subprocess.run([*SEPARATE, "ip", "link", "add", "name", "cable", "type", "veth"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no network namespaces can be made here")

    def started(self, machine):
        self.closing(machine.cut_power)
        return machine

    def test_a_host_that_dies_in_a_run_is_taken_over_and_everybody_gets_one_mail(self):
        world = self.world()
        (world.path / "reportctl").symlink_to(e2e.REPORTCTL)
        world.config.write_text(world.config.read_text().replace(str(world.state), "/srv/reports/data/state.db").replace(str(world.path / "artifacts"), "/srv/reports/data/artifacts")
                                .replace(str(world.outbox), "/srv/reports/data/outbox") + "instance: reports\n")
        user = pwd.getpwuid(os.geteuid()).pw_name
        (world.path / "keepalived.conf").write_text((EXAMPLE / "keepalived.conf").read_text().replace("/srv/reports reportctl", f"/srv/reports {user}"))
        (world.path / "attached-first" / "data").mkdir(parents=True, mode=0o700)
        switch = self.started(Machine(SWITCH, "switch"))
        first, second = (self.started(Host(world, name, switch, address)) for name, address in (("first", "192.0.2.1/24"), ("second", "192.0.2.2/24")))

        first.keepalived(world)
        e2e.wait_until(first.has_volume, "the first host has the volume")
        second.keepalived(world)
        e2e.wait_until(lambda: second.said("Entering BACKUP STATE"), "the second host stands by")
        world.must("init", prefix=first.prefix, now=e2e.MADE_AT)
        text = e2e.ACCOUNT + "schedules:\n" + e2e.schedule("stock", ["a@example.org", "b@example.org"], "inventory-valuation", "04:00") + \
            e2e.schedule("orders", ["c@example.org", "d@example.org"])
        world.must("apply", "-f", "-", stdin=text.encode(), prefix=first.prefix, now=e2e.MADE_AT)

        world.must("run-due", prefix=first.prefix, now="2026-03-17T04:02:00Z")
        world.make_source(e2e.SLOW_COMMERCE)
        active = world.start("run-due", prefix=first.prefix)
        world.state = world.path / "attached-first" / "data" / "state.db"
        e2e.wait_until(lambda: world.sql("SELECT 1 FROM runs WHERE owner_pid IS NOT NULL"), "the run is taken")
        standby = second.from_cron(world)
        self.assertEqual((standby.returncode, standby.stdout, standby.stderr), (0, b"", b""))
        first.cut_power()
        active.communicate()
        world.make_source(e2e.COMMERCE)
        (world.path / "attached-first").rename(world.path / "attached-second")

        outbox = world.path / "attached-second" / "data" / "outbox" / "new"

        def everybody_has_it():
            turn = second.from_cron(world)
            self.assertEqual((turn.returncode, turn.stdout), (0, b""), turn.stderr)
            return len(list(outbox.iterdir())) >= 4

        e2e.wait_until(everybody_has_it, "the second host goes on")
        everybody_has_it()
        got = sorted(e2e.read_mail(mail.read_bytes())["To"] for mail in outbox.iterdir())
        self.assertEqual(got, ["a@example.org", "b@example.org", "c@example.org", "d@example.org"])
        runs = world.json("runs", "list", prefix=second.prefix)
        self.assertEqual({run["schedule"]: run["state"] for run in runs}, {"stock": "delivered", "orders": "delivered"})


e2e.main()
