# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""An S3 server of a test's own (s3_server.js), and a proxy before it that breaks what it is told to.

  server = s3.Server()                       # a new, empty bucket; gone with close()
  proxy = s3.Proxy(server.port)              # proxy.rule = lambda method, path, nth: None | "cut" | "silent" | (503, "SlowDown")

The server is of npm (npm.py). `s3.py serve` is the server for other languages: it
prints `ENDPOINT DIRECTORY`, and ends with the program that started it.
"""
import ctypes, http.client, http.server, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, threading, unittest

import npm

PACKAGES = {"s3rver": "3.7.1", "@smithy/signature-v4": "5.3.5", "@aws-crypto/sha256-js": "5.2.0"}
BUCKET, ACCESS_KEY, SECRET_KEY = "reports", "AKIDTESTS", "secret/key+of=the/tests"
HERE = pathlib.Path(__file__).resolve().parent
ROOM_FOR_ERRORS = 2000


def packages():
    return npm.packages("s3", PACKAGES)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Server:
    """`clock`: seconds by which its clock is ahead."""

    def __init__(self, clock=0):
        modules = packages() / "node_modules"
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-s3-"))
        self.process = subprocess.Popen(["node", str(HERE / "s3_server.js"), str(self.path), BUCKET, ACCESS_KEY, SECRET_KEY, str(clock)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_die_with_parent,
                                        env={**os.environ, "NODE_PATH": str(modules), "NODE_NO_WARNINGS": "1"})
        line = self.process.stdout.readline()
        if not line.strip().isdigit():
            raise AssertionError("the S3 server does not start: " + self.process.stderr.read().decode("utf-8", "replace")[-ROOM_FOR_ERRORS:])
        self.port = int(line)
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def objects(self):
        """The keys that are stored, and their files."""
        top = self.path / BUCKET
        suffix = "._S3rver_object"
        return {str(path.relative_to(top))[:-len(suffix)]: path for path in sorted(top.rglob("*" + suffix))
                if path.name != "reportctl-owner" + suffix}

    def open_uploads(self):
        return [path for path in self.path.rglob("key") if path.is_file() and (path.parent / "metadata").is_file()]

    def close(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()
        self.process.stderr.close()
        shutil.rmtree(self.path, ignore_errors=True)


class Proxy:
    """Passes everything on, Host included, so that signatures hold. `rule(method, path, nth)` is asked before each request; it may return
    (status, code) to answer so, "cut" to end the connection, "half" to end it in the middle of the answer, "lost" to do what was asked and
    then end it, "changed" to flip a bit of the answer, "silent" to say nothing until the test is over,
    "slow" to answer a byte now and then."""

    def __init__(self, port):
        proxy = self
        self.rule = lambda method, path, nth: None
        self.asked = []
        self.over = threading.Event()
        self.reached = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                        self.send_header(name, value)
                length = next((value for name, value in headers if name.lower() == "content-length"), None) if self.command == "HEAD" else len(body)
                self.send_header("Content-Length", str(length or 0))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def cut(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def handle_one(self):
                proxy.asked.append((self.command, self.path))
                does = proxy.rule(self.command, self.path, len(proxy.asked))
                if does is not None:
                    proxy.reached.set()
                if does == "silent":
                    proxy.over.wait(60)
                    return self.cut()
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if does == "cut":
                    return self.cut()
                if isinstance(does, tuple):
                    status, code = does
                    text = f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode()
                    return self.answer(status, [("Content-Type", "application/xml")], text)
                inner = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                inner.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    inner.putheader(name, value)
                inner.endheaders(body or None)
                reply = inner.getresponse()
                content, headers = reply.read(), reply.getheaders()
                inner.close()
                if does == "lost":
                    return self.cut()
                if does == "half":
                    self.send_response(reply.status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content[:len(content) // 2])
                    self.wfile.flush()
                    return self.cut()
                if does == "slow":
                    self.send_response(reply.status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    for position in range(len(content)):
                        if proxy.over.wait(0.05):
                            break
                        self.wfile.write(content[position:position + 1])
                        self.wfile.flush()
                    return self.cut()
                if does == "changed":
                    content = content[:-1] + bytes([content[-1] ^ 1])
                return self.answer(reply.status, headers, content)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):  # the other end has gone
                pass

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__" and sys.argv[1:] == ["serve"]:
    try:
        serving = Server()
    except unittest.SkipTest as reason:
        print(f"skipped: {reason}", flush=True)
        sys.exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    print(serving.endpoint, serving.path / BUCKET, flush=True)
    signal.sigwait([signal.SIGTERM])
    serving.close()
