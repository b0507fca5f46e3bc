#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Letters a second against Postfix's smtp-source, both into smtp-sink over loopback, runs interleaved; prints a table and asserts nothing.

  smtp_against_smtp_source.py BUILD/tests/contract_delivery [ROUNDS]
"""
import os, socket, statistics, subprocess, sys, time

PROGRAM = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 9
TOOLS = "/usr/sbin"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("smtp-sink does not answer")


def timed(command, env=None):
    start = time.perf_counter()
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(title, count, size):
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([f"{TOOLS}/smtp-sink", *user, f"127.0.0.1:{port}", "100"], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        env = dict(os.environ, REPORTCTL_SPEED_URL=f"smtp://127.0.0.1:{port}", REPORTCTL_SPEED_COUNT=str(count), REPORTCTL_SPEED_SIZE=str(size))
        ours = [PROGRAM, "--no-skip", "--test-case=speed:*"]
        # -d: the connection is kept; -s 1: one of them
        peer = [f"{TOOLS}/smtp-source", "-d", "-s", "1", "-m", str(count), "-l", str(size), "-f", "reports@example.com", "-t", "rec@example.com",
                f"127.0.0.1:{port}"]
        times = {"ours": [], "peer": []}
        for _ in range(ROUNDS):
            times["peer"].append(timed(peer))
            times["ours"].append(timed(ours, env))
    finally:
        sink.terminate()
        sink.wait()
    mine, theirs = statistics.median(times["ours"]), statistics.median(times["peer"])
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["peer"]))
    print(f"{title:34} {mine * 1000:8.0f} ms {theirs * 1000:8.0f} ms   median ratio {ratio:.2f}   least {min(times['ours']) / min(times['peer']):.2f}")


print(f"{'':34} {'ours':>11} {'smtp-source':>11}")
measure("1,000 letters of 20 KB", 1000, 20000)
measure("10 letters of 25 MB", 10, 25_000_000)
