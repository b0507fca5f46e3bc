#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""ClickHouse's engine (libchdb.so) behind its HTTP interface, as far as reportctl speaks it: settings, parameters and the format in the url, the statement in the
body, rows in chunks as the engine makes them, an error behind rows with the tag that the header named, or status 500 with wait_end_of_query. What the engine answers
is ClickHouse's own; that the interface is like ClickHouse's is this file's word.

  clickhouse_server.py LIBRARY DIRECTORY PORT LOGINS [CERTIFICATE KEY]

A file config.xml beside DIRECTORY is the engine's configuration (clusters).
LOGINS: a JSON object of {"name": {"password": "…", "settings": {…}, "front": {…}}}. `front` is for tests of what goes wrong on the way:
  untagged: an older server, whose errors behind rows nothing announces     cut: the connection ends after so many bytes of rows
  endless: no length and no chunks, so that the end is the connection's      dead: so many requests after the first are not answered at all
"""
import base64, ctypes, http.server, json, pathlib, secrets, ssl, string, sys, threading, urllib.parse

POINTER = ctypes.c_void_p
OF_THE_INTERFACE = {"database", "default_format", "wait_end_of_query", "query"}
ENDED = (BrokenPipeError, ConnectionResetError)


class Refused(Exception):
    pass


class Engine:
    def __init__(self, library, directory):
        self.api = ctypes.CDLL(library)
        signatures = {"chdb_connect": (ctypes.POINTER(POINTER), [ctypes.c_int, ctypes.POINTER(ctypes.c_char_p)]), "chdb_close_conn": (None, [ctypes.POINTER(POINTER)]),
                      "chdb_stream_fetch_result": (POINTER, [POINTER, POINTER]), "chdb_stream_cancel_query": (None, [POINTER, POINTER]),
                      "chdb_result_buffer": (POINTER, [POINTER]), "chdb_result_length": (ctypes.c_size_t, [POINTER]), "chdb_result_error": (ctypes.c_char_p, [POINTER]),
                      "chdb_destroy_query_result": (None, [POINTER])}
        for name in ("chdb_query_with_params_n", "chdb_stream_query_with_params_n"):
            signatures[name] = (POINTER, [POINTER, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, POINTER, POINTER, POINTER, POINTER, ctypes.c_size_t])
        for name, (result, arguments) in signatures.items():
            getattr(self.api, name).restype, getattr(self.api, name).argtypes = result, arguments
        config = pathlib.Path(directory).with_name("config.xml")
        words = [b"chdb", f"--path={directory}".encode(), *([f"--config-file={config}".encode()] if config.exists() else [])]
        self.words = (ctypes.c_char_p * len(words))(*words)
        self.first = self.api.chdb_connect(len(words), self.words)  # keeps the engine
        if not self.first:
            sys.exit("libchdb does not start")

    def session(self):
        return Session(self.api, self.api.chdb_connect(len(self.words), self.words))


class Session:
    """Settings of its own, as a request of HTTP has them."""

    def __init__(self, api, connection):
        self.api, self.connection = api, connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.api.chdb_close_conn(self.connection)

    def call(self, function, sql, output, parameters):
        count = len(parameters)
        names = (ctypes.c_char_p * count)(*(name.encode() for name in parameters))
        values = [value.encode("utf-8", "surrogateescape") for value in parameters.values()]
        texts = (ctypes.c_char_p * count)(*values)
        sizes = (ctypes.c_size_t * count)(*map(len, values))
        as_pointer = lambda array: ctypes.cast(array, POINTER) if count else None
        return function(self.connection[0], sql, len(sql), output, len(output), as_pointer(names), None, as_pointer(texts), as_pointer(sizes), count)

    def taken(self, result):
        error = self.api.chdb_result_error(result)
        length = self.api.chdb_result_length(result)
        data = ctypes.string_at(self.api.chdb_result_buffer(result), length) if not error and length else b""
        self.api.chdb_destroy_query_result(result)
        if error:
            raise Refused(error.decode("utf-8", "replace"))
        return data

    def whole(self, sql, output="TSV", parameters={}):
        return self.taken(self.call(self.api.chdb_query_with_params_n, sql, output.encode(), parameters))

    def pieces(self, sql, output, parameters):
        result = self.call(self.api.chdb_stream_query_with_params_n, sql, output.encode(), parameters)
        error = self.api.chdb_result_error(result)
        if error:
            self.api.chdb_destroy_query_result(result)
            raise Refused(error.decode("utf-8", "replace"))
        whole, head = False, b""
        try:
            while data := self.taken(self.api.chdb_stream_fetch_result(self.connection[0], result)):
                # The library makes a file of each piece, a server one of all.
                if not head and output == "RowBinaryWithNamesAndTypes":
                    head = data[:head_size(data)]
                elif head:
                    data = data.removeprefix(head)
                yield data
            whole = True
        finally:
            if not whole:
                self.api.chdb_stream_cancel_query(self.connection[0], result)
            self.api.chdb_destroy_query_result(result)


def number(data, at):
    """LEB128: the number, and the place behind it."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def head_size(data):
    """Of RowBinaryWithNamesAndTypes: how many columns, then their names and types, each behind its length."""
    count, at = number(data, 0)
    for _ in range(2 * count):
        size, at = number(data, at)
        at += size
    return at


def code_of(words):
    digits = words.partition("Code: ")[2].partition(".")[0]
    return digits if digits.isdigit() else "1000"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    engine = logins = None
    dead = {}

    def log_message(self, *_):
        pass

    def login(self):
        kind, _, written = self.headers.get("Authorization", "").partition(" ")
        name, _, password = base64.b64decode(written).decode("utf-8", "replace").partition(":") if kind == "Basic" else ("default", "", "")
        login = self.logins.get(name)
        if login is None or login.get("password", "") != password:
            raise Refused(f"Code: 516. DB::Exception: {name}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)")
        return name, login

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True, errors="surrogateescape"))
        try:
            try:
                name, login = self.login()
            except Refused as refused:
                return self.refuse(refused, 403)
            self.front = login.get("front", {})
            if "dead" in self.front:
                self.dead[name] = self.dead.get(name, -1) + 1
                if 0 < self.dead[name] <= self.front["dead"]:
                    self.close_connection = True
                    return None
            with self.engine.session() as session:
                try:
                    self.set_up(session, login, query)
                    return self.answer(session, body, query)
                except Refused as refused:
                    return self.refuse(refused, 404 if code_of(str(refused)) in ("60", "81") else 500)
        except ENDED:
            self.close_connection = True

    def set_up(self, session, login, query):
        database = query.get("database", "default")
        if database != "default":
            session.whole(f'USE "{database}"'.encode())
        own = {name: value for name, value in query.items() if name not in OF_THE_INTERFACE and not name.startswith("param_")}
        for settings in (login.get("settings", {}), {name: own[name] for name in sorted(own, key=lambda name: name == "readonly")}):
            if settings:
                quoted = ((name, str(value).replace("\\", "\\\\").replace("'", "\\'")) for name, value in settings.items())
                session.whole(("SET " + ", ".join(f"{name} = '{value}'" if value != "{}" else f"{name} = {{}}" for name, value in quoted)).encode())

    def answer(self, session, sql, query):
        output = query.get("default_format", "TabSeparated")
        parameters = {name.removeprefix("param_"): value for name, value in query.items() if name.startswith("param_")}
        streams = sql.lstrip(b" (\n").upper().startswith((b"SELECT", b"WITH"))
        pieces = session.pieces(sql, output, parameters) if streams else iter([session.whole(sql, output, parameters)])
        if query.get("wait_end_of_query") == "1":
            pieces = iter([b"".join(pieces)])
        first = next(pieces, b"")
        tag = "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("X-ClickHouse-Format", output)
        if not self.front.get("untagged"):
            self.send_header("X-ClickHouse-Exception-Tag", tag)
        self.chunked = not self.front.get("endless")
        self.send_header(*(("Transfer-Encoding", "chunked") if self.chunked else ("Connection", "close")))
        self.end_headers()
        left = self.front.get("cut", 1 << 62)
        try:
            self.piece(first[:left])
            left -= len(first)
            for data in pieces:
                if left <= 0:
                    break
                self.piece(data[:left])
                left -= len(data)
        except Refused as refused:
            words = str(refused)
            if self.front.get("untagged"):
                self.piece(words.encode())
            else:
                self.piece(f"\r\n__exception__\r\n{tag}\r\n{words}\r\n{len(words.encode())} {tag}\r\n__exception__\r\n".encode())
                left = 0
        finally:
            if streams:
                getattr(pieces, "close", lambda: None)()
        if left > 0 and self.chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
        self.close_connection = left <= 0 or not self.chunked

    def piece(self, data):
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if self.chunked else data)
            self.wfile.flush()

    def refuse(self, refused, status):
        words = str(refused).encode()
        self.send_response(status)
        self.send_header("X-ClickHouse-Exception-Code", code_of(str(refused)))
        self.send_header("Content-Length", str(len(words) + 1))
        self.end_headers()
        self.wfile.write(words + b"\n")
        self.wfile.flush()


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_):  # a client that went away
        pass


if __name__ == "__main__":
    threading.stack_size(64 << 20)
    Handler.engine = Engine(sys.argv[1], sys.argv[2])
    Handler.logins = json.loads(sys.argv[4])
    server = Server(("127.0.0.1", int(sys.argv[3])), Handler)
    if len(sys.argv) > 5:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[5], sys.argv[6])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
