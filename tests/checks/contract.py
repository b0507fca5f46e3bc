#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The tables that reportctl-source(1) promises are those that the program expects, and every compiled-in report finds its data in them."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get('REPORTCTL', str(ROOT / 'build' / 'reportctl'))


def documented():
    text = (ROOT / 'man' / 'reportctl-source.1').read_text(encoding='utf-8')
    block = text[text.index('.Bd -literal'):]
    block = block[:block.index('.Ed')]
    found = re.findall(r'^(\w+)\(([^)]*)\)', block, re.M)
    return {name: [column.strip() for column in columns.split(',')] for name, columns in found}


def main():
    passed = failed = 0

    def check(what, good, why=''):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print(f'FAILED: {what}: {why}')

    with tempfile.TemporaryDirectory() as home:
        def call(*words):
            return subprocess.run([PROGRAM, '--config', f'{home}/reportctl.yaml', *words], env=dict(os.environ, HOME=home), capture_output=True,
                                  text=True, check=False)
        pathlib.Path(home, 'reportctl.yaml').write_text(f'state: {home}/state.db\nsources: {{all: {{url: "sqlite:{home}/all.db"}}}}\n')
        told = call('source', 'contract', '--json')
        expected = {entry['table']: entry['columns'] for entry in json.loads(told.stdout)}
        promised = documented()
        check('the man page has every table', promised == expected, set(map(str, promised.items())) ^ set(map(str, expected.items())))
        database = sqlite3.connect(f'{home}/all.db')
        for name, columns in promised.items():
            database.execute(f'CREATE TABLE {name} ({", ".join(columns)})')
        database.commit()
        database.close()
        checked = call('source', 'check', 'all', '--all', '--json')
        for entry in json.loads(checked.stdout):
            check(f'{entry["report"]} is served by the documented tables', entry['ok'], entry['why'])
        # Every table and every column is needed by someone: what nobody reads is not asked of users.
        for name, columns in promised.items():
            database = sqlite3.connect(f'{home}/all.db')
            database.execute(f'ALTER TABLE {name} RENAME TO away')
            database.commit()
            stopped = [entry for entry in json.loads(call('source', 'check', 'all', '--all', '--json').stdout) if not entry['ok']]
            check(f'somebody reads {name}', stopped and all(f'table {name} (' in entry['why'] for entry in stopped),
                  [entry['why'] for entry in stopped])
            database.execute(f'ALTER TABLE away RENAME TO {name}')
            database.commit()
            database.close()
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
