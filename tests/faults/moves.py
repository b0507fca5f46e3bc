#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at the system calls of `account move` and `account receive`, each repeated until it is done: the account works in exactly one of two installations at
any moment, and its mails come once. REPORTCTL_FAULTS=whole kills at every call."""
import pathlib, re, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

CALLS = ["pwrite64", "fdatasync", "fsync", "unlink", "openat", "ftruncate"]
DAY_AFTER = "2026-03-18T05:01:00Z"


class Moves(e2e.Case):
    def setUp(self):
        super().setUp()
        self.old, self.new = self.world(), self.world()
        for world in (self.old, self.new):
            world.configure()
            world.make_source(e2e.COMMERCE)
        self.old.schedules(e2e.schedule("one", "ann@example.org"))
        self.new.must("init")
        self.old.must("run-due")
        self.file = self.old.path / "shop.account"
        self.kept = {}
        for world in (self.old, self.new):
            self.kept[world] = world.path / "kept"
            shutil.copytree(world.state.parent, self.kept[world])

    def fresh(self):
        for world, kept in self.kept.items():
            shutil.rmtree(world.state.parent)
            shutil.copytree(kept, world.state.parent)
        for path in self.file.parent.glob("*.account*"):
            path.unlink()

    def traced(self, world, *words, inject=None):
        trace = world.path / "trace"
        options = ["-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(CALLS)] + (["-e", f"inject={inject}"] if inject else [])
        return world.run(*words, prefix=[e2e.need("strace"), *options]), trace.read_text(errors="replace")

    def works_in(self):
        return [world for world in (self.old, self.new)
                if world.sql("SELECT 1 FROM schedules WHERE account = 'shop' AND is_active = 1")]

    def finish(self):
        """As an operator would: again, with another name where the file was begun and nothing is in it."""
        again = self.old.run("account", "move", "shop", "--to", self.file, "--yes")
        file = self.file
        if again.code == 6 and "exists already" in again.err:
            file = self.file.with_name("second.account")
            again = self.old.run("account", "move", "shop", "--to", file, "--yes")
        assert again.code == 0 or "was moved away" in again.err, again.err
        assert self.works_in() == [], "it works while it is on its way"
        received = self.new.run("account", "receive", file)
        assert received.code == 0 or "was received from this file" in received.err, received.err

    def test_a_kill_at_any_call_leaves_the_account_working_in_one_place(self):
        move, receive = ("account", "move", "shop", "--to", self.file, "--yes"), ("account", "receive", self.file)
        for world, words in ((self.old, move), (self.new, receive)):
            self.fresh()
            if world is self.new:
                self.old.must(*move)
            _, trace = self.traced(world, *words)
            counts = {call: len(re.findall(rf"^\d+ +{call}\(", trace, re.M)) for call in CALLS}
            for call, count in counts.items():
                for when in faults.chosen(count, 5):
                    with self.subTest(words=words[1], call=call, when=when):
                        self.fresh()
                        if world is self.new:
                            self.old.must(*move)
                        self.traced(world, *words, inject=f"{call}:signal=KILL:when={when}")
                        assert len(self.works_in()) <= 1
                        if world is self.old:
                            self.finish()
                        else:
                            again = self.new.run(*receive)
                            assert again.code == 0 or "was received from this file" in again.err, again.err
                        assert self.works_in() == [self.new]
                        for each in (self.old, self.new):
                            each.must("run-due", now=DAY_AFTER)
                            each.must("state", "check")
                        slots = self.new.sql("SELECT slot FROM runs WHERE account = 'shop' AND state = 'delivered'")
                        assert len(slots) == 2, slots
                        assert len(self.old.sql("SELECT slot FROM runs WHERE account = 'shop'")) == 1


if __name__ == "__main__":
    e2e.main()
