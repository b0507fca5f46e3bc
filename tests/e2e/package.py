#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The Debian package, in a Debian of its own without a network: installed, used by the service user, upgraded, removed, purged; and `cmake --install`."""
import hashlib, os, pathlib, re, shutil, subprocess, sys, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

TREE = pathlib.Path(e2e.REPORTCTL).parent
MADE = e2e.ROOT / "build" / "package"
# What an installation may leave behind, as piuparts sees it: users stay, since files may still be theirs.
STAYS = re.compile(r"/(etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/ld\.so\.cache|var/(cache|log|lib/(dpkg|apt))/.*)$")


def command(*words, **options):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=600, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def archive(suite, depends):
    """A Debian with what the package depends on and no more, packed; made anew for each month's Debian, and kept."""
    wanted = [re.sub(r"\(.*?\)|\|.*", "", name).strip() for name in depends.split(",")]
    month = subprocess.run(["date", "+%Y-%m"], capture_output=True, text=True).stdout
    key = hashlib.sha256(f"{suite} {sorted(wanted)} {month}".encode()).hexdigest()[:16]
    packed = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "reportctl-tests" / f"debian-{key}.tar"
    if not packed.exists():
        packed.parent.mkdir(parents=True, exist_ok=True)
        for old in packed.parent.glob("debian-*.tar"):
            old.unlink()
        part = packed.with_suffix(".part.tar")
        mirror = re.search(r"https?://\S*/debian\b", command("apt-cache", "policy")).group()
        excluded = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("man", "doc", "locale")]
        work = e2e.scratch("mmdebstrap")
        command("mmdebstrap", "--variant=apt", f"--include={','.join(wanted)}", "--dpkgopt=force-unsafe-io", *excluded, suite, part, mirror,
                env={**os.environ, "TMPDIR": str(work)})
        work.rmdir()
        part.rename(packed)
    return packed


class Debian:
    """An unpacked root; commands run in it without a network."""

    def __init__(self, packed):
        self.path = e2e.scratch("debian")
        command("tar", "-xf", packed, "-C", self.path)
        (self.path / "etc/dpkg/dpkg.cfg.d/99mmdebstrap").unlink()
        (self.path / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (self.path / "usr/sbin/policy-rc.d").chmod(0o755)

    def run(self, *words, user="root", **environment):
        as_user = [] if user == "root" else ["runuser", "-u", user, "--"]
        done = subprocess.run(["unshare", "--mount", "--net", "sh", "-c", 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', self.path,
                               *as_user, *words],
                              capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **environment})
        return e2e.Result(done.returncode, done.stdout, done.stderr, 0)

    def must(self, *words, **options):
        done = self.run(*words, **options)
        if done.code != 0:
            raise AssertionError(f"{words} ended with {done.code}\n{done.out}\n{done.err}")
        return done.out

    def install(self, package):
        shutil.copy(package, self.path / "root")
        self.must("apt-get", "install", "--yes", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", f"/root/{package.name}")
        (self.path / "root" / package.name).unlink()

    def files(self):
        found = set()
        for folder, folders, names in os.walk(self.path):
            if folder == str(self.path):
                folders[:] = [name for name in folders if name not in ("proc", "sys", "dev", "tmp")]
            found.update(os.path.join(folder, name)[len(str(self.path)):] for name in folders + names)
        return {name for name in found if not STAYS.search(name)}

    def listed(self, name):
        """Mode, owner and group, as the Debian calls them."""
        return self.must("stat", "-c", "%a %U:%G", name).strip()


def older(package, place):
    """The same package under the version before, with another default configuration, as a release before would have had."""
    folder = place / "package"
    command("dpkg-deb", "-R", package, folder)
    control = folder / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 0.0.9", control.read_text()))
    with (folder / "etc/reportctl/reportctl.yaml").open("a") as config:
        config.write("# as it was\n")
    (folder / "DEBIAN/md5sums").unlink()
    return pathlib.Path(command("dpkg-deb", "--root-owner-group", "-Znone", "-b", folder, place / "reportctl_0.0.9.deb").split("'")[3])


@unittest.skipUnless(os.geteuid() == 0, "only root can make a Debian of its own")
class Package(e2e.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        command(e2e.ROOT / ".ci/build", "package", env={**os.environ, "TREE": str(TREE)})
        cls.package, = MADE.glob("*.deb")
        cls.depends = command("dpkg-deb", "-f", cls.package, "Depends")
        cls.packed = archive(re.search(r"VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text()).group(1), cls.depends)

    def debian(self):
        made = Debian(self.packed)
        self.addCleanup(shutil.rmtree, made.path)
        return made

    def place(self, name):
        made = e2e.scratch(name)
        self.addCleanup(shutil.rmtree, made)
        return made

    def test_lintian_finds_no_error_and_no_warning(self):
        found = subprocess.run(["lintian", "--tag-display-limit", "0", self.package], capture_output=True, text=True).stdout
        self.assertEqual([line for line in found.splitlines() if line[:2] in ("E:", "W:")], [])

    def test_it_depends_on_every_library_that_is_opened_on_first_use(self):
        named = (TREE / "generated/include/reportctl/base/library_files.hpp").read_text()
        packages = re.findall(r'LibraryFile k\w+\{"[^"]+", "([^"]+)"\}', named)
        self.assertGreater(len(packages), 10)
        self.assertEqual([name for name in packages if name not in re.split(r"[ ,]+", self.depends)], [])

    def test_after_installation_the_service_user_can_work_and_a_report_arrives(self):
        debian = self.debian()
        debian.install(self.package)
        self.assertEqual([debian.listed(name) for name in ("/etc/reportctl/reportctl.yaml", "/var/lib/reportctl", "/var/lib/reportctl/state.db")],
                         ["640 root:reportctl", "700 reportctl:reportctl", "600 reportctl:reportctl"])
        checked = debian.must("reportctl", "config", "check", user="reportctl")
        self.assertNotIn("problem", checked)
        self.assertIn("/etc/reportctl/reportctl.yaml", checked)
        self.assertIn(" 0 active", debian.must("reportctl", "status", user="reportctl"))
        self.assertEqual(debian.must("reportctl", "run-due", user="reportctl"), "")
        refused = debian.run("reportctl", "run-due")
        self.assertIn("sudo -u reportctl", refused.err)  # root would leave files that the service user cannot write
        # Every format, and mails: all libraries are there.
        here = ("--config", "/tmp/demo.yaml", "--state", "/tmp/demo/state.db")
        debian.must("reportctl", *here, "init", "--demo", user="reportctl")
        self.assertEqual(debian.run("reportctl", *here, "run-due", user="reportctl"), e2e.Result(0, "", "", 0))
        self.assertTrue(list((debian.path / "tmp/demo/outbox/new").iterdir()))
        for format, beginning in (("csv", b"date,"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
            debian.must("reportctl", *here, "run", "sales", "--account", "shop", "--window", "last_month", "--format", format, "-o", "/tmp/file", user="reportctl")
            self.assertTrue((debian.path / "tmp/file").read_bytes().startswith(beginning), format)
        (debian.path / "tmp/pq.yaml").write_text("sources: {pq: {url: 'postgresql://x@127.0.0.1:1/x'}}\n")
        missing = debian.run("reportctl", "--config", "/tmp/pq.yaml", "--state", "/tmp/demo/state.db", "config", "check", user="reportctl")
        self.assertIn("Network is unreachable", missing.out + missing.err)  # so the library is there

    def test_the_timer_is_on_its_units_are_valid_and_the_manual_and_completions_are_in_their_places(self):
        debian = self.debian()
        debian.install(self.package)
        self.assertEqual(debian.must("systemctl", "is-enabled", "reportctl.timer").strip(), "enabled")
        debian.must("cp", "/usr/share/doc/reportctl/examples/systemd/reportctl-failure.service", "/etc/systemd/system")
        found = debian.run("systemd-analyze", "verify", "--man=no", "reportctl.timer", "reportctl.service", "reportctl-failure.service")
        self.assertEqual((found.code, found.out + found.err), (0, ""))
        started = re.search(r"ExecStart=(.*)", (debian.path / "lib/systemd/system/reportctl.service").read_text()).group(1)
        self.assertEqual(debian.run(*started.split(), user="reportctl", STATE_DIRECTORY="/var/lib/reportctl"), e2e.Result(0, "", "", 0))
        present = debian.files()
        for page in (e2e.ROOT / "man").iterdir():
            self.assertIn(f"/usr/share/man/man{page.suffix[1:]}/{page.name}.gz", present)
        for place in ("bash-completion/completions/reportctl", "zsh/vendor-completions/_reportctl", "fish/vendor_completions.d/reportctl.fish",
                      "doc/reportctl/copyright", "doc/reportctl/changelog.gz", "doc/reportctl/CHANGELOG.md.gz", "doc/reportctl/examples/sudo/reportctl"):
            self.assertIn(f"/usr/share/{place}", present)

    def test_an_upgrade_keeps_state_configuration_and_what_the_operator_decided(self):
        debian = self.debian()
        debian.install(older(self.package, self.place("older")))
        config = debian.path / "etc/reportctl/reportctl.yaml"
        config.write_text(config.read_text().replace("# as it was", "policy: {retries: 2}\nsources: {shop: {url: 'sqlite:/srv/shop.db'}}"))
        for words in (("account", "add", "shop", "--name", "Shop Ltd", "--timezone", "Europe/Berlin"),
                      ("member", "add", "ann@example.com", "--account", "shop", "--role", "owner")):
            debian.must("reportctl", *words, user="reportctl")
        debian.must("systemctl", "disable", "reportctl.timer")
        before = [debian.must("reportctl", *words, user="reportctl") for words in (("account", "list", "--json"), ("member", "list", "--json"))]
        debian.install(self.package)
        self.assertIn(command("dpkg-deb", "-f", self.package, "Version"), debian.must("dpkg-query", "-W", "-f", "${Version}\n", "reportctl"))
        self.assertEqual([debian.must("reportctl", *words, user="reportctl") for words in (("account", "list", "--json"), ("member", "list", "--json"))], before)
        self.assertRegex(debian.must("reportctl", "config", "show", user="reportctl"), r"policy\.retries +2 +/etc/reportctl/reportctl\.yaml")
        self.assertEqual(debian.listed("/etc/reportctl/reportctl.yaml"), "640 root:reportctl")
        self.assertEqual(debian.run("systemctl", "is-enabled", "reportctl.timer").out.strip(), "disabled")
        debian.must("reportctl", "audit", "verify", user="reportctl")

    def test_remove_keeps_state_and_configuration_and_purge_leaves_nothing(self):
        debian = self.debian()
        before = debian.files()
        debian.install(self.package)
        debian.must("apt-get", "remove", "--yes", "reportctl")
        left = debian.files()
        self.assertLessEqual({"/etc/reportctl/reportctl.yaml", "/var/lib/reportctl/state.db"}, left)
        self.assertNotIn("/usr/bin/reportctl", left)
        debian.install(self.package)
        debian.must("reportctl", "status", user="reportctl")
        debian.must("apt-get", "purge", "--yes", "reportctl")
        self.assertEqual(debian.files() - before, set())
        self.assertEqual(before - debian.files(), set())

    def test_cmake_installs_the_same_below_another_prefix_and_keeps_a_configuration(self):
        place = self.place("installed")
        install = lambda: command("cmake", "--install", TREE, "--prefix", "/usr/local", env={**os.environ, "DESTDIR": str(place)})
        install()
        config = place / "etc/reportctl/reportctl.yaml"
        self.assertIn("state: /var/lib/reportctl/state.db", config.read_text())
        self.assertIn("ExecStart=/usr/local/bin/reportctl run-due", (place / "usr/local/lib/systemd/system/reportctl.service").read_text())
        config.write_text("# ours\n")
        install()
        self.assertEqual(config.read_text(), "# ours\n")
        command(place / "usr/local/bin/reportctl", "--version")


if __name__ == "__main__":
    e2e.main()
