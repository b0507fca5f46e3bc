# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Nodes of a ClickHouse cluster: servers of Debian 12 (18.16), unpacked by `.ci/packages test`, which today's engine (clickhouse.py) asks over ClickHouse's own protocol
through a Distributed table. The two are eight years apart: a node refuses settings that it does not know, so the wire between takes them all out. What a node
is asked for, its answers and how the engine takes a wire that breaks are ClickHouse's own.

  nodes = [clickhouse_nodes.Node() for _ in range(3)]
  server = clickhouse.Server(nodes=[node.wire.port for node in nodes])    # knows the cluster `nodes`
  nodes[0].run("CREATE TABLE …")                                          # on that node
  nodes[0].wire.cut(50_000)                                               # the wire breaks behind so many bytes of rows
"""
import contextlib, pathlib, shutil, socket, subprocess, tempfile, threading, urllib.parse, urllib.request

import e2e, postgres, relays
from clickhouse_server import number

CONFIG = """<yandex>
<logger><level>warning</level><log>{path}/log</log><errorlog>{path}/errors</errorlog></logger>
<http_port>{http}</http_port><tcp_port>{tcp}</tcp_port><listen_host>127.0.0.1</listen_host>
<path>{path}/data/</path><tmp_path>{path}/tmp/</tmp_path><mark_cache_size>5242880</mark_cache_size>
<users_config>{path}/config.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<profiles><default/></profiles><quotas><default/></quotas>
<users><default><password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
</yandex>
"""
CLUSTER = "<clickhouse><remote_servers><nodes>{}</nodes></remote_servers></clickhouse>"
SHARD = "<shard><replica><host>127.0.0.1</host><port>{}</port></replica></shard>"
QUERY = 1  # the first byte of a packet with a statement


def cluster(ports):
    return CLUSTER.format("".join(SHARD.format(port) for port in ports))


class Node:
    def __init__(self):
        program = relays.unpacked("clickhouse-server", "usr/sbin/clickhouse-server")
        library = relays.unpacked("clickhouse-common", "usr/lib/x86_64-linux-gnu/libclickhouse.so.18.16")
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-clickhouse-node-"))
        self.http, tcp = e2e.free_port(), e2e.free_port()
        (self.path / "config.xml").write_text(CONFIG.format(path=self.path, http=self.http, tcp=tcp))
        with open(self.path / "out", "wb") as out:
            self.process = subprocess.Popen([program, f"--config-file={self.path}/config.xml"], env={"LD_LIBRARY_PATH": str(library.parent), "TZ": "UTC"}, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, cwd="/", preexec_fn=postgres._die_with_parent, start_new_session=True)
        try:
            e2e.wait_for_port(self.http)
            self.wire = Wire(tcp)
        except BaseException:
            self.process.kill()
            raise

    def close(self):
        self.wire.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.path, ignore_errors=True)

    def run(self, sql):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/?" + urllib.parse.urlencode({"query": sql.partition("\n")[0]}), sql.partition("\n")[2].encode(), 60) as answer:
            return answer.read().decode().strip()


class Wire:
    """From a port of its own to a node's. `asked`: the statements that passed."""

    def __init__(self, target):
        self.target, self.left, self.asked = target, None, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        self.listener.close()

    def cut(self, after):
        """None: the wire is whole again."""
        self.left = after

    def serve(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                engine, _ = self.listener.accept()
                node = socket.create_connection(("127.0.0.1", self.target))
                for work in (self.up, self.down):
                    threading.Thread(target=work, args=(engine, node), daemon=True).start()

    def up(self, engine, node):
        with contextlib.suppress(OSError):
            while data := engine.recv(1 << 20):
                # The engine writes a statement as a packet of its own, and its greeting is no statement.
                node.sendall(self.without_settings(data) if data[0] == QUERY else data)
            node.shutdown(socket.SHUT_WR)

    def down(self, engine, node):
        with contextlib.suppress(OSError), engine, node:
            while data := node.recv(1 << 16):
                if self.left is not None and self.asked and not self.asked[-1].startswith("DESC"):
                    data, self.left = data[:self.left], self.left - len(data)
                    engine.sendall(data)
                    if self.left <= 0:
                        self.left = 0
                        engine.shutdown(socket.SHUT_RDWR)  # wakes the other thread, which would keep the socket open
                        return
                else:
                    engine.sendall(data)

    def without_settings(self, packet):
        at = text(packet, 1)[1] + 1  # the kind, the id of the query, whose query it is
        for _ in range(3):
            at = text(packet, at)[1]
        interface, at = packet[at], at + 1
        if interface == 1:  # TCP: who asks, with which version
            for _ in range(3):
                at = text(packet, at)[1]
            for _ in range(3):
                at = number(packet, at)[1]
        begin = text(packet, at)[1]  # behind the quota's key
        end = begin
        while True:  # they end with an empty name; then come the stage, whether it is compressed, and the statement
            end = packet.index(b"\0", end)
            with contextlib.suppress(IndexError):
                stage, at = number(packet, end + 1)
                compressed, at = number(packet, at)
                statement, at = text(packet, at)
                if stage < 5 and compressed < 2 and statement.startswith((b"SELECT ", b"DESC ")):
                    self.asked.append(statement.decode())
                    return packet[:begin] + packet[end:]
            end += 1


def text(packet, at):
    size, at = number(packet, at)
    if at + size > len(packet):
        raise IndexError(at)
    return packet[at:at + size], at + size
