# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What webhooks are sent to."""
import http.server, json, socket, ssl, threading


class Receiver:
    """HTTPS on a free loopback port. `requests` holds (path, headers, body); `answer` is a status, (status, headers, body), or a function of the request.
    `opened` is called for each connection."""

    def __init__(self, authority=None, address=("127.0.0.1", 0), opened=None):
        self.requests, self.answer, self.cut = [], 204, 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                request = (self.path, dict(self.headers.items()), body)
                receiver.requests.append(request)
                answer = receiver.answer(request) if callable(receiver.answer) else receiver.answer
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, content = answer if isinstance(answer, tuple) else (answer, {}, b"")
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(content)
                except OSError:
                    receiver.cut += 1  # who asked is gone

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET

            def get_request(self):
                pair = super().get_request()
                if opened:
                    opened()
                return pair

            def handle_error(self, request, address):
                pass

        self.server = Server(address, Handler)
        if authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority.certificate, authority.key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if authority else 'http'}://localhost:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def ids(self):
        return [headers["X-Reportctl-Delivery"] for _, headers, _ in self.requests]

    def bodies(self):
        return [json.loads(body) for _, _, body in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
