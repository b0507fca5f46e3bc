#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Each room includes only what its row in src/cmake/rooms.cmake names, and a folder that others share, or an engine, nothing of its neighbours."""
import os
import re
import sys

# Folders inside a room that include nothing of their neighbours: what the others build on, and each engine.
APART = {'src/cli/terminal'} | {f'src/source/{engine}' for engine in ('clickhouse', 'duckdb', 'mariadb', 'postgres', 'sqlite')}
ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))


def rows():
    with open(os.path.join(ROOT, 'src/cmake/rooms.cmake'), encoding='utf-8') as file:
        text = re.sub(r'(?m)#.*$', '', file.read())
    uses = {}
    for name, rest in re.findall(r'^reportctl_room\((\w+)([^)]*)\)', text, re.M):
        words = rest.split('LIBRARIES')[0].split()
        uses[name] = set(words[1:]) if words[:1] == ['USES'] else set()
    return uses


def files_of(room):
    for top in ('src', 'include/reportctl'):
        for folder, _, names in os.walk(os.path.join(ROOT, top, room)):
            for name in names:
                if name.endswith(('.cpp', '.hpp')):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def problem_of(path, room, uses):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        lines = file.read().split('\n')
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if not match:
            continue
        parts = match.group(1).split('/')
        if '..' in parts:
            return f'{path}:{number}: includes {match.group(1)}: another room\'s inside'
        # a public header is reportctl/ROOM/…, a private one has no folder, or one within its room
        other = parts[1] if parts[0] == 'reportctl' and len(parts) > 2 else parts[0] if len(parts) > 1 and parts[0] in uses else room
        if other != room and other not in uses[room]:
            return f'{path}:{number}: room {room} may not use {other}'
        folder, first = os.path.dirname(path), parts[0] if len(parts) > 1 else ''
        if folder in APART and first and first != os.path.basename(folder) and os.path.isdir(os.path.join(ROOT, os.path.dirname(folder), first)):
            return f'{path}:{number}: includes {match.group(1)}: {folder} may not use its neighbours'
    return None


def main():
    uses = rows()
    passed, problems = 0, []
    if len(uses) < 10:
        problems.append(f'src/cmake/rooms.cmake: only {len(uses)} rooms found')
    for folder in os.listdir(os.path.join(ROOT, 'include/reportctl')):
        if folder not in uses:
            problems.append(f'include/reportctl/{folder}: a room without a row')
    for room in uses:
        # rooms are in order: a room uses only rooms above it
        above = list(uses)[:list(uses).index(room)]
        for other in uses[room] - set(above):
            problems.append(f'src/cmake/rooms.cmake: {room} uses {other}, which is not above it')
        for path in files_of(room):
            problem = problem_of(path, room, uses)
            problems += [problem] if problem else []
            passed += problem is None
    print(*problems, sep='\n')
    print(f'{passed} passed, {len(problems)} failed')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
