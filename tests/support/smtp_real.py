#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""aiosmtpd with STARTTLS and a login (reports, "correct horse"). Prints its port; on SIGTERM writes the messages to --log as JSON."""
import argparse, base64, json, os, signal, ssl, time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, SMTP

options = argparse.ArgumentParser()
options.add_argument("--log", required=True)
options.add_argument("--cert", required=True)
options.add_argument("--key", required=True)
args = options.parse_args()
messages = []


class Handler:
    async def handle_DATA(self, server, session, envelope):
        messages.append({"from": envelope.mail_from, "to": envelope.rcpt_tos, "data": base64.b64encode(envelope.content).decode()})
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, login):
    return AuthResult(success=(login.login, login.password) == (b"reports", b"correct horse"))


class Server(Controller):
    def factory(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
        return SMTP(self.handler, tls_context=context, require_starttls=True, authenticator=authenticate, auth_required=True,
                    decode_data=False, data_size_limit=50_000_000)


def finish(*_):
    with open(args.log, "w") as log:
        json.dump({"messages": messages}, log)
    os._exit(0)


signal.signal(signal.SIGTERM, finish)
server = Server(Handler(), hostname="127.0.0.1", port=0)
# Controller cannot say which port it was given, and tries it by itself.
import socket
with socket.create_server(("127.0.0.1", 0)) as probe:
    server.port = probe.getsockname()[1]
server.start()
print(server.port, flush=True)
while True:
    time.sleep(3600)
