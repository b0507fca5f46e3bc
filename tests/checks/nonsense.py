#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Valid files, spoilt at random: never a crash, never a change after a refusal. NONSENSE_SEED repeats a run; NONSENSE_CASES says how many."""
import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import session_fixtures  # noqa: E402
from session import World  # noqa: E402

SEED = int(os.environ.get('NONSENSE_SEED') or random.SystemRandom().randrange(1 << 32))
CASES = int(os.environ.get('NONSENSE_CASES') or 300)
# Done, usage, a broken rule, the configuration. A spoilt path or url may also name what is not there: 5, 12, 13.
ALLOWED = {0, 2, 7, 78}
ALLOWED_CONFIG = ALLOWED | {5, 12, 13}

APPLY = """accounts:
  - id: shop
    name: Shop Ltd
    timezone: Europe/Berlin
    source: shop
    features: [gates]
    brand: {name: Shop, color: "#112233"}
    members:
      - {name: Ann, email: ann@example.com, role: owner}
      - {name: Bo, email: bo@example.com, role: viewer}
schedules:
  - {name: a, account: shop, report: sales, cadence: daily, at: "07:00", to: [ops@example.com, "Site Lead <lead@example.com>"]}
  - name: b
    account: shop
    report: orders-export
    cadence: weekly
    on: mon
    at: "07:30"
    params: {mode: line-items}
    columns: [order_number, line_total]
    csv: {labels: true, delimiter: tab}
    extra: {note: "for the board"}
    to: [a@example.com]
"""

PIECES = [b'\x00', b'\xff', b'\xed\xa0\x80', b'\x1b[31m', b'{', b'}', b'[', b']', b'&a ', b'*a', b'!!binary ', b'---\n', b'...\n', b'? ', b'|\n',
          b'>\n', b'"', b"'", b'\t', b'\r', b': ', b'- ', b'#', b'%', b'@', b'`', b'<<: ', b'~', b'null', b'-1', b'99999999999999999999', b'1e999',
          b'.nan', b'0x7f', b'\xe2\x80\xae', b'\xf0\x9f\xab\x96', b'[' * 200, b'{a: ' * 100, b'A' * 5000, b'\n' * 300, b'{{filters}}', b'{{', b"';--"]


def spoil(data, rng):
    for _ in range(rng.randint(1, 3)):
        at, kind = rng.randrange(len(data) + 1), rng.randrange(8)
        lines = data.split(b'\n')
        line = rng.randrange(len(lines))
        if kind == 0:
            data = data[:at] + rng.choice(PIECES) + data[at:]
        elif kind == 1:
            data = data[:at] + data[at + rng.randint(1, 12):]
        elif kind == 2:
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
        elif kind == 3:
            lines.insert(line, lines[rng.randrange(len(lines))])
            data = b'\n'.join(lines)
        elif kind == 4:
            del lines[line]
            data = b'\n'.join(lines)
        elif kind == 5:
            lines[line] = b'  ' * rng.randint(0, 4) + lines[line].lstrip()
            data = b'\n'.join(lines)
        elif kind == 6:
            head, colon, _ = lines[line].partition(b':')
            lines[line] = head + colon + b' ' + rng.choice(PIECES)
            data = b'\n'.join(lines)
        else:
            data = data[:at]
    return data


def digest(world):
    """What the state file says, but for the audit log: a refusal is recorded there and changes nothing else."""
    database = sqlite3.connect(f'file:{world.home}/state.db?mode=ro', uri=True)
    lines = [line for line in database.iterdump() if not re.match(r'(INSERT INTO|DELETE FROM) "?(audit|sqlite_sequence)\b', line)]
    database.close()
    return hashlib.sha256('\n'.join(lines).encode()).hexdigest()


def main():
    print(f'seed {SEED}')
    rng = random.Random(SEED)
    top = tempfile.mkdtemp(prefix='s-', dir='/tmp')
    passed = failed = 0
    try:
        world = World(top)
        world.fresh()
        world.fixture('gates')
        module, config = world.home + '/catalog.d/gate-visits.yaml', world.home + '/reportctl.yaml'
        valid = {'apply': APPLY.encode()}
        for name, path in (('module', module), ('config', config)):
            with open(path, 'rb') as file:
                valid[name] = file.read()
        spoilt_path = {'apply': world.home + '/f.yaml', 'module': world.home + '/spoilt.yaml', 'config': world.home + '/spoilt.yaml'}
        commands = {'apply': ['reportctl', 'apply', '-f', 'f.yaml', '--dry-run'], 'module': ['reportctl', 'catalog', 'lint', 'spoilt.yaml'],
                    'config': ['reportctl', '--config', world.home + '/spoilt.yaml', 'config', 'show']}
        before = digest(world)
        for number in range(CASES):
            kind = ('apply', 'module', 'config')[number % 3]
            data = spoil(valid[kind], rng)
            with open(spoilt_path[kind], 'wb') as file:
                file.write(data)
            os.chmod(spoilt_path[kind], 0o600)
            runs = [commands[kind]]
            if kind == 'apply' and number % 2:
                runs = [runs[0][:-1]]  # in earnest
            allowed = ALLOWED_CONFIG if kind == 'config' else ALLOWED
            for command in runs:
                try:
                    done = subprocess.run(command, cwd=world.home, env=world.env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                                          check=False)
                    code, errors = done.returncode, done.stderr
                except subprocess.TimeoutExpired:
                    code, errors = 'no end', b''
                after = digest(world)
                problem = None
                if code not in allowed:
                    problem = f'exit code {code}'
                elif code and after != before:
                    problem = f'refused with {code}, but the state file changed'
                elif code and kind == 'apply' and b'f.yaml' not in errors:
                    problem = 'the refusal does not name the file'
                elif b'\x1b' in errors or b'\x00' in errors:
                    problem = 'control characters in the message'
                before = after
                passed, failed = passed + (problem is None), failed + (problem is not None)
                if problem:
                    print(f'FAILED: case {number} ({kind}): {problem}\n{errors.decode("utf-8", "replace")[:500]}\n  file: {data[:1500]!r}')
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
