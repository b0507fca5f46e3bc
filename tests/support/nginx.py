# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""nginx with the site of examples/nginx, on loopback, for one world: set up as its README says, with only ports and paths replaced.

  site = nginx.Site(world)        # world.environment now has the directory and its links
  site.curl(url)                  # Answer(status, body, headers)
"""
import collections, ctypes, grp, os, re, secrets, signal, subprocess

import e2e

Answer = collections.namedtuple("Answer", "status body headers")
SITE = e2e.ROOT / "examples" / "nginx" / "reportctl.conf"


def curl(url, *words, path):
    """What curl gets for an address."""
    body, headers = path / "curl.body", path / "curl.headers"
    body.write_bytes(b"")
    done = subprocess.run([e2e.need("curl"), "-sS", "--path-as-is", "--max-time", "20", "-o", body, "-D", headers, "-w", "%{http_code}", *words, url],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=e2e.PATIENCE, env={"PATH": os.environ["PATH"]})
    if done.returncode:
        raise AssertionError(f"curl {url}: {done.stderr.decode()}")
    lines = headers.read_text().splitlines()
    return Answer(int(done.stdout), body.read_bytes(), {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if ": " in line)})


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Site:
    def __init__(self, world):
        program = e2e.need("nginx")
        self.path = world.path / "nginx"
        self.path.mkdir()
        self.files = world.path / "files"
        self.port = e2e.free_port()
        self.authority = e2e.Authority(self.path / "tls")
        self.files.mkdir()
        user = ""
        if os.geteuid() == 0:  # as on a real host: the web server may read what its group may
            os.chown(self.files, 0, grp.getgrnam("www-data").gr_gid)
            world.path.chmod(0o711)
            user = "user www-data;"
        self.files.chmod(0o2750)
        secret = secrets.token_hex(32)
        self.secret = self.path / "link-secret"
        self.include = self.path / "reportctl-link-secret.conf"
        for file, text in ((self.secret, secret + "\n"), (self.include, f'set $reportctl_link_secret "{secret}";\n')):
            file.write_text(text)
            file.chmod(0o600)
        text = SITE.read_text()
        for written, meant in (("    listen 443 ssl;\n", f"    listen 127.0.0.1:{self.port} ssl;\n"), ("    listen [::]:443 ssl;\n", ""),
                               ("/etc/letsencrypt/live/reports.example.com/fullchain.pem", str(self.authority.certificate)),
                               ("/etc/letsencrypt/live/reports.example.com/privkey.pem", str(self.authority.key)),
                               ("/etc/nginx/reportctl-link-secret.conf", str(self.include)), ("/srv/reportctl-files", str(self.files)),
                               ("/var/log/nginx/reportctl-links.log", str(self.path / "links.log"))):
            assert written in text, written
            text = text.replace(written, meant)
        (self.path / "site.conf").write_text(text)
        temporary = "".join(f"{kind}_temp_path {self.path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        main = self.path / "nginx.conf"
        main.write_text(f"daemon off; pid {self.path}/pid; error_log {self.path}/error.log; worker_processes 1; {user} events {{ }}\n"
                        f"http {{ {temporary} access_log {self.path}/access.log; include {self.path}/site.conf; }}\n")
        command = [program, "-p", self.path, "-c", main, "-e", self.path / "error.log"]
        tried = subprocess.run([*command, "-t"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=e2e.PATIENCE)
        assert tried.returncode == 0, tried.stderr.decode()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_die_with_parent)
        e2e.wait_for_port(self.port)
        self.base = f"https://localhost:{self.port}/files"
        world.environment.update(REPORTCTL_ARTIFACTS_URL=f"file:{self.files}", REPORTCTL_ARTIFACTS_LINK_BASE=self.base,
                                 REPORTCTL_ARTIFACTS_LINK_SECRET_FILE=str(self.secret))

    def curl(self, url, *words):
        return curl(url, "--cacert", self.authority.ca, *words, path=self.path)

    def logged(self):
        """All that nginx has written down."""
        return "".join(file.read_text() for file in self.path.glob("*.log"))

    def close(self):
        self.process.terminate()
        self.process.wait(10)


PARTS = re.compile(r"(?P<base>https?://[^/]+/files)/(?P<shard>..)/(?P<hash>[0-9a-f]{64})/(?P<name>[^?]+)\?md5=(?P<md5>[\w-]+)&expires=(?P<expires>\d+)")
