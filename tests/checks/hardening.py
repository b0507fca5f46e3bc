#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The binary is hardened, and starts with the C library alone: the libraries that it opens on first use are those that src/ names, each with the
package to install. REPORTCTL names it."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Everything else is opened on first use, or linked in: a command that does not need a library does not pay for loading it.
AT_START = re.compile(r'lib[cm]\.so\.6|ld-linux-[\w-]+\.so\.\d+')


def opened_on_first_use():
    """{library: package} as src/base/lazy_library.cpp lists them, and the libraries that the rooms open."""
    table = (ROOT / 'src/base/lazy_library.cpp').read_text(encoding='utf-8')
    packages = dict(re.findall(r'\{"(lib[^"]*\.so\.\d+)", "([^"]*)"\}', table))
    texts = (path.read_text(encoding='utf-8') for path in (ROOT / 'src').rglob('*.cpp'))
    return packages, {name for text in texts for name in re.findall(r'LazyLibrary\s+\w+\s*[({]"([^"]*)"', text)}


def readelf(*arguments):
    return subprocess.run(['readelf', '-W', *arguments, os.environ['REPORTCTL']], capture_output=True, text=True, check=True).stdout


def main():
    header, segments, dynamic, symbols = readelf('-h'), readelf('-l'), readelf('-d'), readelf('--dyn-syms')
    needed = re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic)
    stack = re.search(r'(?m)^\s*GNU_STACK.*$', segments)
    writable_code = [line for line in segments.split('\n') if re.match(r'\s*LOAD', line) and re.search(r'\bRWE\b', line)]
    facts = {
        'position independent (PIE)': 'DYN' in re.search(r'Type:\s+(\S+)', header).group(1) and 'INTERP' in segments,
        'all symbols bound at start (BIND_NOW)': bool(re.search(r'BIND_NOW|FLAGS_1.*\bNOW\b', dynamic)),
        'relocations read-only (RELRO)': 'GNU_RELRO' in segments,
        'no executable stack': bool(stack) and 'RWE' not in stack.group(0) and ' E ' not in stack.group(0),
        'no memory both writable and executable': not writable_code,
        'checked C functions (FORTIFY)': bool(re.search(r'__(memcpy|printf|snprintf|vsnprintf|read|memset|memmove|fprintf|realpath)_chk', symbols)),
        'stack protector': '__stack_chk_fail' in symbols,
        'no RPATH': not re.search(r'\((RPATH|RUNPATH)\)', dynamic),
        'no text relocations': 'TEXTREL' not in dynamic,
    }
    packages, opened = opened_on_first_use()
    content = pathlib.Path(os.environ['REPORTCTL']).read_bytes()
    for library in needed:
        facts[f'loads only the C library at start, not {library}'] = bool(AT_START.fullmatch(library))
    for library in sorted(opened | set(packages)):
        facts[f'opens {library} on first use, and knows its package'] = library in opened and library in packages and library.encode() in content
    failed = [fact for fact, holds in facts.items() if not holds]
    for fact in failed:
        print(f'FAILED: {fact}')
    if failed:
        print('needed: ' + ' '.join(needed))
    print(f'{len(facts) - len(failed)} passed, {len(failed)} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
