#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""An installation belongs to one Unix user: root sets it up for that user, and leaves nothing in it that keeps the user out."""
import os, pathlib, pwd, shutil, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

USER = pwd.getpwnam("daemon")


def owners(top):
    return {pathlib.Path(path).owner() for folder, folders, files in os.walk(top) for path in [folder, *(os.path.join(folder, name) for name in files)]}


class RootRanIt(e2e.Case):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can do this")
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="root-", dir="/tmp"))
        self.top.chmod(0o755)
        self.closing(shutil.rmtree, self.top)
        self.program = self.top / "reportctl"
        shutil.copy(e2e.REPORTCTL, self.program)
        self.config, self.state = self.top / "etc" / "reportctl.yaml", self.top / "lib" / "state.db"

    def run_as(self, user, *words):
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
        done = subprocess.run([*prefix, self.program, "--config", self.config, *words], capture_output=True, text=True, cwd=self.top, check=False,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.top), "REPORTCTL_STATE": str(self.state)})
        return done.returncode, done.stdout + done.stderr

    def test_root_sets_it_up_for_a_service_user_who_then_owns_everything_but_the_configuration(self):
        code, said = self.run_as(None, "init", "--demo", "--user", USER.pw_name)
        self.assertEqual(code, 0, said)
        self.assertEqual(owners(self.top / "lib"), {USER.pw_name})
        self.assertEqual(self.config.owner(), "root")
        code, said = self.run_as(USER, "run-due")
        self.assertEqual(code, 0, said)
        self.assertEqual(owners(self.top / "lib"), {USER.pw_name})

    def test_root_is_sent_to_the_user_and_leaves_nothing_behind(self):
        self.run_as(None, "init", "--demo", "--user", USER.pw_name)
        for words in (["run-due"], ["status"], ["state", "backup", str(self.top / "lib" / "b.db")], ["state", "restore", str(self.state), "--yes"], ["init"]):
            code, said = self.run_as(None, *words)
            self.assertEqual(code, 12, said)
            self.assertIn(f"sudo -u {USER.pw_name} reportctl", said)
        self.state.unlink()
        code, said = self.run_as(None, "init")
        self.assertEqual(code, 12, said)
        self.assertIn("directory of another user", said)
        self.assertEqual(owners(self.top / "lib"), {USER.pw_name})

    def test_doctor_finds_what_root_left_behind_and_root_gives_it_back(self):
        self.run_as(None, "init", "--demo", "--user", USER.pw_name)
        left = self.top / "lib" / "artifacts" / "ab"
        left.mkdir(mode=0o700)
        code, said = self.run_as(USER, "doctor")
        self.assertEqual(code, 3, said)
        self.assertIn(f"1 file belongs to another user: {left}", said)
        self.assertIn("sudo reportctl doctor --repair", said)
        code, said = self.run_as(USER, "doctor", "--repair")
        self.assertEqual(code, 4, said)
        self.assertEqual(self.run_as(None, "doctor", "--repair"), (0, f"1 file given to {USER.pw_name}: {left}\n"))
        self.assertEqual(self.run_as(None, "doctor", "--repair"), (0, f"all belongs to {USER.pw_name}\n"))
        self.assertEqual(owners(self.top / "lib"), {USER.pw_name})
        self.assertNotIn("belongs to another user", self.run_as(USER, "doctor")[1])
        self.assertEqual(self.run_as(USER, "run-due")[0], 0)

    def test_only_root_sets_it_up_for_somebody_else_and_only_for_somebody_there_is(self):
        self.assertEqual(self.run_as(None, "init", "--user", "nobody-of-that-name")[0], 5)
        (self.top / "etc").mkdir(mode=0o777)
        (self.top / "etc").chmod(0o777)
        self.assertEqual(self.run_as(USER, "init", "--user", "root")[0], 4)
        (self.top / "etc").chmod(0o755)
        (self.top / "lib").mkdir()
        code, said = self.run_as(None, "init", "--user", USER.pw_name)
        self.assertEqual(code, 6, said)
        self.assertFalse(self.state.exists())


if __name__ == "__main__":
    e2e.main()
