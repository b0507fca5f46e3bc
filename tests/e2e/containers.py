#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every container is another host with process ids of its own: with `instance` they are one installation, and see of each other who lives."""
import os, pathlib, shutil, signal, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, yaml

CONTAINER = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"]



class Containers(e2e.Case):
    def setUp(self):
        super().setUp()
        if subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no namespaces can be made here")

    def named(self, **options):
        world = self.world(more="instance: nightly\n", **options)
        world.schedules(e2e.schedule("one", "a@example.org"))
        return world

    def test_containers_of_one_instance_share_a_state_file(self):
        server = self.server()
        world = self.named(transport=server.url)
        world.must("run-due", prefix=CONTAINER)
        world.must("run-due", prefix=CONTAINER, now="2026-03-18T05:02:00Z")
        world.must("run-due", now="2026-03-19T05:02:00Z")
        self.assertEqual(server.recipients(), ["a@example.org"] * 3)

    def test_without_a_name_another_container_is_another_host_and_told_what_to_do(self):
        world = self.world()
        world.schedules(e2e.schedule("one", "a@example.org"))
        world.must("run-due", prefix=CONTAINER, code=12)
        said = world.run("run-due", prefix=CONTAINER).err
        self.assertIn("belongs to another host or instance", said)
        self.assertIn("`instance` in reportctl.yaml", said)
        self.assertEqual(world.runs(), [])

    def test_a_state_of_another_instance_is_refused_until_it_is_adopted(self):
        world = self.named()
        world.must("run-due")
        world.config.write_text(world.config.read_text().replace("instance: nightly", "instance: staging"))
        self.assertEqual(world.run("run-due").code, 12)
        world.must("state", "adopt", "--yes")
        world.must("run-due")

    def test_what_a_living_container_works_on_is_left_alone_and_taken_over_when_it_is_killed(self):
        server = self.server()
        world = self.named(transport=server.url)
        world.make_source(e2e.SLOW_COMMERCE)
        first = world.start("run-due", prefix=CONTAINER)
        e2e.wait_until(lambda: world.sql("SELECT 1 FROM runs WHERE owner_pid IS NOT NULL"), "the run is taken")
        second = world.run("run-due", prefix=CONTAINER)
        self.assertEqual(second.code, 0, second.err)
        self.assertEqual(server.recipients(), [])
        self.assertEqual(world.only_run()["state"], "triggered")
        first.send_signal(signal.SIGKILL)
        first.communicate()
        world.make_source(e2e.COMMERCE)
        world.must("run-due", prefix=CONTAINER)
        self.assertEqual(server.recipients(), ["a@example.org"])
        self.assertEqual(world.only_run()["resumed"], 1)

    def test_the_pod_of_the_example_runs(self):
        documents = list(yaml.safe_load_all((e2e.ROOT / "examples" / "kubernetes" / "cronjob.yaml").read_text()))
        written = next(one for one in documents if one["kind"] == "ConfigMap")["data"]["reportctl.yaml"]
        pod = next(one for one in documents if one["kind"] == "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        user = pod["securityContext"]
        top = pathlib.Path(e2e.tempfile.mkdtemp(prefix="pod-", dir="/tmp"))
        self.closing(shutil.rmtree, top)
        top.chmod(0o755)
        for place in map(pathlib.Path, ("/etc/reportctl", "/var/lib/reportctl")):  # to be mounted on, in the container alone
            if not place.exists():
                place.mkdir()
                self.closing(place.rmdir)
        for folder in ("etc", "lib", "secrets"):
            (top / folder).mkdir()
        config = yaml.safe_load(written)
        self.assertEqual(config["mail"].pop("password_file"), "/run/secrets/reportctl/mail")
        config["mail"] = {"transport": "maildir:/var/lib/reportctl/data/outbox", "from": config["mail"]["from"]}
        config["sources"] = {"shop": {"url": "sqlite:/etc/reportctl/shop.db"}}
        (top / "etc" / "reportctl.yaml").write_text(yaml.safe_dump(config))
        (top / "etc" / "reportctl.yaml").chmod(0o644)
        (top / "etc").chmod(0o777)  # as a ConfigMap's, on a mount that is read-only
        world = self.world()
        world.make_source(e2e.COMMERCE, top / "etc" / "shop.db")
        (top / "etc" / "shop.db").chmod(0o644)
        (top / "lib").chmod(0o2775)  # fsGroup
        os.chown(top / "lib", 0, user["fsGroup"])
        shutil.copy(e2e.REPORTCTL, top / "reportctl")

        def container(*words, stdin=b""):
            mounts = (f"mount --bind {top}/etc /etc/reportctl && mount -o remount,bind,ro /etc/reportctl"
                      f" && mount --bind {top}/lib /var/lib/reportctl && exec setpriv --reuid={user['runAsUser']} --regid={user['runAsGroup']} --clear-groups"
                      f' --no-new-privs {top}/reportctl "$@"')
            return subprocess.run([*CONTAINER, "sh", "-c", mounts, "pod", *words], input=stdin, capture_output=True, check=False, timeout=e2e.PATIENCE,
                                  env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "REPORTCTL_CONFIG": "/etc/reportctl/reportctl.yaml",
                                       "REPORTCTL_NOW": e2e.NOW})

        def must(*words, **options):
            done = container(*words, **options)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            return done.stdout

        for one in [*pod["initContainers"], *pod["containers"]]:
            must(*one["args"])
        text = e2e.ACCOUNT + "schedules:\n" + e2e.schedule("one", "a@example.org")
        must("apply", "-f", "-", stdin=text.encode())
        for one in [*pod["initContainers"], *pod["containers"]]:
            must(*one["args"])
        self.assertIn(b"one", must("schedule", "list", "--account", "shop"))


e2e.main()
