#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every sentence of reportctl-security(7) stands in tests/README.md with the tests that hold it, or with why none can; and those tests exist."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / 'man' / 'reportctl-security.7'
README = ROOT / 'tests' / 'README.md'
WIDE = 1000


def plain(text):
    return re.sub(r'\s+', ' ', text).strip()


def sentences():
    """Of the page between its head and SEE ALSO, as mandoc prints them."""
    shown = subprocess.run(['mandoc', '-T', 'ascii', '-O', f'width={WIDE}', str(PAGE)], capture_output=True, text=True, check=True).stdout
    shown = re.sub(r'.\x08', '', shown)
    body = shown[shown.index('\nDESCRIPTION'):shown.index('\nSEE ALSO')]
    body = re.sub(r'(?m)^ {3}\S[^\n]*\n', '\n', body[len('\nDESCRIPTION'):])  # without its headings
    return [plain(sentence) for block in re.split(r'\n\s*\n', body) for sentence in re.split(r'(?<=\.)\s{2,}', block.strip()) if sentence]


def rows():
    for line in README.read_text(encoding='utf-8').splitlines():
        cells = [cell.strip() for cell in line.strip('|').split(' | ')]
        if line.startswith('| ') and len(cells) == 2 and not cells[0].startswith(('Sentence', '---')):
            yield cells


def is_there(test):
    """`file: words of its name`."""
    path, _, words = test.partition(': ')
    file = ROOT / 'tests' / path
    return bool(words) and file.exists() and words.replace(' ', '_') in file.read_text(encoding='utf-8').replace(' ', '_')


def main():
    problems, promised, checked = [], sentences(), 0
    table = list(rows())
    for sentence in promised:
        checked += 1
        found = [row for row in table if plain(sentence).startswith(row[0])]
        if len(found) != 1:
            problems.append(f'{README.name}: {len(found)} rows begin this sentence: {sentence}')
    for start, tests in table:
        checked += 1
        if not any(sentence.startswith(start) for sentence in promised):
            problems.append(f'{README.name}: the page has no sentence that begins with: {start}')
        if tests.startswith('–'):
            continue
        for test in re.findall(r'`([^`]+)`', tests) or ['']:
            if not is_there(test):
                problems.append(f'{README.name}: there is no test {test}')
    for problem in problems:
        print(problem)
    print(f'{checked - min(checked, len(problems))} passed, {len(problems)} failed')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
