#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""OpenSSH's server on loopback with keys, port and configuration of its own, that speaks SFTP and nothing else.

  server = sftp_server.Server()     # server.user logs in with server.key; server.home is where it stores; gone with close()
  proxy = sftp_server.Proxy(server.port)  # proxy.bytes_left = N: so many more bytes go to the server, then both sides are cut off

`sftp_server.py --dir DIR --log FILE` is the server for other languages: it prints its port and ends on SIGTERM.
"""
import argparse, os, pathlib, pwd, resource, shutil, signal, socket, subprocess, sys, tempfile, threading, time

SSHD = "/usr/sbin/sshd"


def keygen(path, kind="ed25519"):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Server:
    """As root its user is nobody, so that rights count; else whoever runs the test. `largest`: no file may become larger (as on a full disk)."""

    def __init__(self, directory=None, largest=None):
        self.path = pathlib.Path(directory or tempfile.mkdtemp(prefix="reportctl-sftp-"))
        self.path.chmod(0o755)
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.home, self.key, self.known_hosts = self.path / "home", self.path / "user", self.path / "known_hosts"
        self.home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.home, self.user)
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        for name in ("host", "user"):
            keygen(self.path / name)
        shutil.copy(self.path / "user.pub", self.path / "authorized")
        self.port = free_port()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {' '.join((self.path / 'host.pub').read_text().split()[:2])}\n")
        self.known_hosts.chmod(0o644)
        (self.path / "config").write_text("\n".join([
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {self.path}/host", f"AuthorizedKeysFile {self.path}/authorized", "PidFile none",
            "UsePAM no", "StrictModes no", "PasswordAuthentication no", "Subsystem sftp internal-sftp", f"ForceCommand internal-sftp -d {self.home}"]) + "\n")

        def limit():
            if largest is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

        self.process = subprocess.Popen([SSHD, "-D", "-f", str(self.path / "config"), "-E", str(self.path / "log")], stdin=subprocess.DEVNULL,
                                        preexec_fn=limit, restore_signals=False)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise AssertionError("sshd does not start: " + (self.path / "log").read_text()[-2000:])
                time.sleep(0.02)

    def url(self, path="", port=None):
        return f"sftp://{self.user}@127.0.0.1:{port or self.port}/{path or str(self.home).lstrip('/')}"

    def files(self):
        """{path below the home: content}."""
        return {str(path.relative_to(self.home)): path.read_bytes() for path in sorted(self.home.rglob("*")) if path.is_file()}

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.path, ignore_errors=True)


class Proxy:
    """Passes bytes on until `bytes_left` (None: no end) to the server are used up; `connections` counts."""

    def __init__(self, port):
        self.bytes_left, self.connections, self.upstream = None, 0, port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self.upstream))
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, target, counted):
        try:
            while data := source.recv(16384):
                if counted and self.bytes_left is not None:
                    self.bytes_left -= len(data)
                    if self.bytes_left < 0:
                        break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listening.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--log", required=True)
    options.add_argument("--dir", required=True)
    chosen = options.parse_args()
    server = Server(chosen.dir)

    def finish(*_):
        server.process.terminate()
        pathlib.Path(chosen.log).write_text("{}")
        os._exit(0)

    signal.signal(signal.SIGTERM, finish)
    print(server.port, flush=True)
    while True:
        time.sleep(3600)
