#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An SMTP server that misbehaves as told. Prints its port; on SIGTERM writes what it saw to --log as JSON.

  smtp_script.py --log seen.json --on rcpt='550 5.1.1 no such user' --on dot=drop --on mail@2='421 enough'

Steps:   greeting ehlo starttls auth mail rcpt data body dot rset quit noop; `step@2` is the second time only
Actions: a reply (\\n separates lines, Python escapes work) · drop · hang · half (a reply cut in two) · garbage · delay:SECONDS
"""
import argparse, base64, hmac, json, os, signal, socket, ssl, threading, time

options = argparse.ArgumentParser()
options.add_argument("--log", required=True)
options.add_argument("--on", action="append", default=[])
options.add_argument("--capability", action="append", default=[])
options.add_argument("--after-tls", action="append", default=[], help="capabilities after STARTTLS; default: the same, without STARTTLS")
options.add_argument("--cert")
options.add_argument("--key")
options.add_argument("--implicit-tls", action="store_true")
options.add_argument("--client-ca", help="wants a certificate of the client by this authority")
options.add_argument("--per-connection", type=int, help="452 to MAIL after so many messages on a connection")
options.add_argument("--secret", default="", help="the password that CRAM-MD5 is checked with")
args = options.parse_args()

script = {}
for rule in args.on:
    step, _, action = rule.partition("=")
    script[step] = action
seen = {"connections": 0, "tls": 0, "commands": [], "logins": [], "messages": [], "unfinished": []}
times = {}
lock = threading.Lock()


class Over(Exception):
    pass


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def receive(self):
        piece = self.connection.recv(65536)
        if not piece:
            raise Over
        self.buffer += piece

    def line(self):
        while b"\n" not in self.buffer:
            self.receive()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("latin-1")

    def send(self, text):
        self.connection.sendall(text.encode("latin-1"))

    def hang(self):
        while True:
            self.receive()
            self.buffer = b""

    def step(self, name, usual):
        """Does what the script says, or gives the usual reply. True: the usual happened."""
        with lock:
            times[name] = times.get(name, 0) + 1
            action = script.get(f"{name}@{times[name]}", script.get(name))
        if action is None:
            self.send(usual)
            return True
        if action == "drop":
            raise Over
        if action == "hang":
            self.hang()
        if action == "half":
            self.send(usual[:2])
            raise Over
        if action == "garbage":
            self.send("\x00\xff utter garbage\r\n" * 3)
            raise Over
        if action.startswith("delay:"):
            time.sleep(float(action[6:]))
            self.send(usual)
            return True
        text = action.encode().decode("unicode_escape")
        self.send("".join(line + "\r\n" for line in text.split("\n")))
        return False

    def to_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
        if args.client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(args.client_ca)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.buffer = b""
        with lock:
            seen["tls"] += 1

    def data(self, sender, recipient):
        body = bytearray()
        if script.get("body") == "drop":
            while len(body) < 1000:
                self.receive()
                body += self.buffer
                self.buffer = b""
            raise Over
        if script.get("body") == "hang":
            time.sleep(3600)
        finished = False
        try:
            while True:
                while b"\r\n" not in self.buffer:
                    self.receive()
                lines, _, self.buffer = self.buffer.rpartition(b"\r\n")
                for line in lines.split(b"\r\n"):
                    if finished:
                        self.buffer = line + b"\r\n" + self.buffer
                    elif line == b".":
                        finished = True
                    else:
                        body += (line[1:] if line.startswith(b".") else line) + b"\r\n"
                if finished:
                    return
        finally:
            entry = {"from": sender, "to": recipient, "data": base64.b64encode(bytes(body)).decode()}
            with lock:
                seen["messages" if finished else "unfinished"].append(entry)

    def login(self, words):
        if words[1].upper() == "CRAM-MD5":
            challenge = b"<1896.697170952@script.example>"
            self.send(f"334 {base64.b64encode(challenge).decode()}\r\n")
            user, _, digest = base64.b64decode(self.line()).decode().rpartition(" ")
            right = digest == hmac.new(args.secret.encode(), challenge, "md5").hexdigest()
            with lock:
                seen["logins"].append([user, "CRAM-MD5 " + ("right" if right else "wrong")])
            return
        if words[1].upper() == "XOAUTH2":
            if len(words) < 3:
                self.send("334 \r\n")
            fields = base64.b64decode(words[2] if len(words) > 2 else self.line()).decode().split("\x01")
            with lock:
                seen["logins"].append([fields[0].removeprefix("user="), fields[1].removeprefix("auth=")])
            return
        if words[1].upper() == "PLAIN":
            if len(words) < 3:
                self.send("334 \r\n")
            reply = words[2] if len(words) > 2 else self.line()
            _, user, password = base64.b64decode(reply).split(b"\0")
        else:
            self.send("334 VXNlcm5hbWU6\r\n")
            user = base64.b64decode(self.line())
            self.send("334 UGFzc3dvcmQ6\r\n")
            password = base64.b64decode(self.line())
        with lock:
            seen["logins"].append([user.decode(), password.decode()])

    def serve(self):
        with lock:
            seen["connections"] += 1
        if args.implicit_tls:
            self.to_tls()
        if not self.step("greeting", "220 script.example ESMTP\r\n"):
            self.hang()
        secure = args.implicit_tls
        sender = recipient = None
        taken = 0
        while True:
            line = self.line()
            with lock:
                seen["commands"].append(line)
            words = line.split()
            verb = words[0].upper() if words else ""
            if verb == "EHLO":
                offered = (args.after_tls or [c for c in args.capability if c != "STARTTLS"]) if secure else args.capability
                lines = ["script.example", *offered]
                self.step("ehlo", "".join(f"250-{c}\r\n" for c in lines[:-1]) + f"250 {lines[-1]}\r\n")
            elif verb == "HELO":
                self.send("250 script.example\r\n")
            elif verb == "STARTTLS":
                if self.step("starttls", "220 go on\r\n"):
                    self.to_tls()
                    secure = True
            elif verb == "AUTH":
                if "auth@login" not in script:
                    self.login(words)
                self.step("auth", "235 welcome\r\n")
            elif verb == "MAIL" and args.per_connection and taken >= args.per_connection:
                self.send("452 4.5.3 Too many messages sent\r\n")
            elif verb == "RSET":
                self.step("rset", "250 flushed\r\n")
            elif verb == "MAIL":
                sender = line
                self.step("mail", "250 sender ok\r\n")
            elif verb == "RCPT":
                recipient = line
                self.step("rcpt", "250 recipient ok\r\n")
            elif verb == "DATA":
                if self.step("data", "354 go on\r\n"):
                    self.data(sender, recipient)
                    taken += 1
                    self.step("dot", "250 2.0.0 queued as 1234\r\n")
            elif verb == "NOOP":
                self.step("noop", "250 still here\r\n")
            elif verb == "QUIT":
                self.step("quit", "221 bye\r\n")
                raise Over
            else:
                self.send("500 what?\r\n")


def run(connection):
    session = Session(connection)
    try:
        session.serve()
    except (Over, OSError, ValueError):
        pass
    finally:
        # Not a reset: what was written must arrive.
        try:
            session.connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        session.connection.close()


def finish(*_):
    with lock, open(args.log, "w") as log:
        json.dump(seen, log)
    os._exit(0)


listener = socket.create_server(("127.0.0.1", 0))
signal.signal(signal.SIGTERM, finish)
print(listener.getsockname()[1], flush=True)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=run, args=(accepted,), daemon=True).start()
