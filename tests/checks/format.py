#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every tracked C++ file is as clang-format 14 writes it."""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))


def main():
    tool = shutil.which('clang-format-14') or shutil.which('clang-format')
    if not tool:
        print('clang-format is not installed\n0 passed, 1 failed')
        return 1
    listed = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-files', '-z', '*.cpp', '*.hpp'], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split('\0') if name and os.path.exists(os.path.join(ROOT, name))]
    # One call: starting the tool costs more than its work.
    done = subprocess.run([tool, '--dry-run', '-Werror', '--style=file', *names], cwd=ROOT, capture_output=True, text=True, check=False)
    bad = sorted(set(re.findall(r'(?m)^(\S+?):\d+:\d+: error:', done.stderr)))
    if done.returncode and not bad:
        bad = [done.stderr.strip() or f'exit code {done.returncode}']
    for name in bad:
        print(f'{name}: not formatted')
    print(f'{len(names) - len(bad)} passed, {len(bad)} failed')
    return 1 if bad or not names else 0


if __name__ == '__main__':
    sys.exit(main())
