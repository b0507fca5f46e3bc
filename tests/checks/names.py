#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Names and shapes: the top level, no unfinished places, licence headers, sizes, and templates that always escape."""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
TOP = {'CMakeLists.txt', 'debian', 'src', 'include', 'share', 'man', 'tests', 'examples', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE'}
# In quotes, the last one is the currency code that means none.
UNFINISHED = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX(?!")']) + r')\b')
# Numbers of requirements that nothing in this repository explains.
UNEXPLAINED = re.compile(r'\b(?:F|C|O|FR|NFR)-\d{2,3}\b')
LONGEST = 400
SOURCE = ('.cpp', '.hpp', '.cmake', '.py', '.sh')


def tracked():
    done = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-files', '-z'], cwd=ROOT, capture_output=True, check=True)
    return [name for name in done.stdout.decode().split('\0') if name and os.path.exists(os.path.join(ROOT, name))]


def problems_of(name):
    top = name.split('/')[0]
    if top not in TOP and not top.startswith('.'):
        yield 'not in the fixed top level'
    with open(os.path.join(ROOT, name), 'rb') as file:
        data = file.read()
    if b'\0' in data:
        return
    text = data.decode('utf-8', 'replace')
    lines = text.split('\n')
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield f'{number}: unfinished: {line.strip()}'
        if UNEXPLAINED.search(line):
            yield f'{number}: a number that nothing here explains: {line.strip()}'
    if name.endswith(SOURCE) or os.path.basename(name) == 'CMakeLists.txt':
        if 'SPDX-License-Identifier: MIT' not in '\n'.join(lines[:4]):
            yield 'no SPDX header'
    if name.endswith('.cpp') and len(lines) - 1 > LONGEST and 'Over 400 lines:' not in '\n'.join(lines[:12]):
        yield f'{len(lines) - 1} lines, and no `Over 400 lines: WHY` in its head'
    if name.endswith('.mustache') and re.search(r'\{\{\s*[{&]', text):
        yield 'a value that is not escaped'


def main():
    passed, failed = 0, 0
    for name in tracked():
        problems = list(problems_of(name))
        for problem in problems:
            print(f'{name}: {problem}')
        passed, failed = passed + (not problems), failed + bool(problems)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
