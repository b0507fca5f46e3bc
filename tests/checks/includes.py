#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every source compiles by itself: without the other files of its unit and without precompiled headers, so it includes what it uses.

The compiler only reads (-fsyntax-only). A file that passed is read again when it, its command or a header that it includes has changed.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TREE = ROOT / 'build/single'
OPTIONS = ['-DREPORTCTL_UNITY=OFF', '-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON', '-DREPORTCTL_TESTS=OFF', '-DCMAKE_BUILD_TYPE=Debug']


def must(*words):
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f'{" ".join(words)}\n{done.stdout}{done.stderr}\n0 passed, 1 failed')
    return done.stdout


def digest(command, files):
    whole = hashlib.sha256(command.encode())
    for name in files:
        whole.update(pathlib.Path(name).read_bytes())
    return whole.hexdigest()


def read_alone(entry):
    """The compiler's complaint, or None."""
    stamp = TREE / 'read' / (os.path.relpath(entry['file'], ROOT).replace('/', '+') + '.json')
    try:
        known = json.loads(stamp.read_text())
        if digest(entry['command'], known['files']) == known['digest']:
            return None
    except (OSError, ValueError, KeyError):
        pass
    command = re.sub(r' -o \S+ -c ', ' -fsyntax-only -MD -MF - ', entry['command'])
    done = subprocess.run(shlex.split(command), cwd=TREE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stderr
    files = [str(TREE / name) for name in done.stdout.split(':', 1)[1].replace('\\\n', ' ').split() if not name.startswith('/usr/')]
    stamp.write_text(json.dumps({'files': files, 'digest': digest(entry['command'], files)}))
    return None


def main():
    must('cmake', '-S', '.', '-B', str(TREE), '-G', 'Ninja', *OPTIONS)
    (TREE / 'read').mkdir(exist_ok=True)
    entries = [entry for entry in json.loads((TREE / 'compile_commands.json').read_text()) if entry['file'].startswith(f'{ROOT}/src/')]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = list(pool.map(read_alone, entries))
    for complaint in filter(None, complaints):
        print(complaint)
    failed = len(complaints) - complaints.count(None)
    print(f'{len(complaints) - failed} passed, {failed} failed')
    return 1 if failed or len(complaints) < 200 else 0


if __name__ == '__main__':
    sys.exit(main())
