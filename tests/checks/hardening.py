#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The binary is hardened, and starts without the libraries that it opens on first use. REPORTCTL names it."""
import os
import re
import subprocess
import sys

# Opened on first use, or linked in: a command that does not need them does not pay for loading them.
NOT_NEEDED = ['libstdc++', 'libcurl', 'libgmime', 'libcrypto', 'libssl', 'libcctz', 'libidn2', 'libglib', 'libpq']


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
    for library in NOT_NEEDED:
        facts[f'does not load {library} at start'] = not any(name.startswith(library) for name in needed)
    failed = [fact for fact, holds in facts.items() if not holds]
    for fact in failed:
        print(f'FAILED: {fact}')
    if failed:
        print('needed: ' + ' '.join(needed))
    print(f'{len(facts) - len(failed)} passed, {len(failed)} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
