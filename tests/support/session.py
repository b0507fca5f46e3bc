#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Runs session files: terminal sessions with their exact output.

    REPORTCTL=build/reportctl python3 tests/support/session.py [--only WORDS] [--show] FILE...

A file has cases, apart by a blank line. A case begins with its sentence and reads like a terminal:

    # what holds, as a sentence               (further comment lines may follow)
    % fixture shop                            what is there before (session_fixtures.py)
    % now 2026-03-18T06:00:00Z                REPORTCTL_NOW for what follows (default: kNow below)
    % clock 2026-06-01T12:00:00Z              the clock of the host for what follows, without REPORTCTL_NOW
    $ reportctl schedule list                 bash runs it; `> ` lines below continue the command
    No schedules yet.                         the exact output, stdout and stderr in the order of their writing
    ? 5                                       the exit code, where it is not 0

In the output, `<id>` is 16 hex characters, `<short>` the first eight of them, `<...>` anything within the line, a line of `...` any lines, and the home directory reads `~`.
Every case has a world of its own: home, configuration, state, temporary files. `--show` prints the sessions with what really came out.
"""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import host_clock  # noqa: E402
import session_fixtures  # noqa: E402

kNow = session_fixtures.NOW
kSecondsPerCommand = 60


class Step:
    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line
        self.expected, self.exit = [], 0


class Case:
    def __init__(self, path, sentence, line):
        self.path, self.sentence, self.line, self.steps = path, sentence, line, []


def read_cases(path):
    cases, step, after_blank = [], None, True
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    for number, line in enumerate(lines, 1):
        if line.startswith('# ') and after_blank:
            cases.append(Case(path, line[2:], number))
            step = None
        elif line.startswith('# ') and cases and not cases[-1].steps:
            pass
        elif line.startswith(('$ ', '% ')):
            step = Step('command' if line[0] == '$' else 'directive', line[2:], number)
            cases[-1].steps.append(step)
        elif step and step.kind == 'command' and line.startswith('> ') and not step.expected:
            step.text += '\n' + line[2:]
        elif step and step.kind == 'command' and re.fullmatch(r'\? \d+', line):
            step.exit = int(line[2:])
            step = None
        elif step and step.kind == 'command':
            step.expected.append(line)
        elif line.strip():
            sys.exit(f'{path}:{number}: neither a command nor the output of one: {line}')
        after_blank = not line.strip()
    for case in cases:
        if not case.steps:
            sys.exit(f'{path}:{case.line}: the case has no commands')
        for step in case.steps:
            while step.expected and not step.expected[-1].strip():
                step.expected.pop()
    return cases


def pattern(lines):
    parts = []
    for line in lines:
        if line == '...':
            parts.append(r'(?:[^\n]*\n)*?')
            continue
        words = re.split(r'(<id>|<short>|<\.\.\.>)', line)
        known = {'<id>': '[0-9a-f]{16}', '<short>': '[0-9a-f]{8}', '<...>': r'[^\n]*'}
        parts.append(''.join(known.get(word) or re.escape(word) for word in words) + r'\n')
    return re.compile(''.join(parts))


def matches(expected, actual):
    text = ''.join(line + '\n' for line in actual)
    return pattern(expected).fullmatch(text) is not None


class World:
    """A home that a case has for itself; its path has the same length each time, so that wrapped lines are the same."""

    def __init__(self, top):
        self.home = os.path.join(top, 'h')
        self.stock = os.path.join(top, 'stock')
        self.env = {
            'PATH': os.path.join(top, 'bin') + ':/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': self.home,
            'REPORTCTL_CONFIG': self.home + '/reportctl.yaml', 'REPORTCTL_STATE': self.home + '/state.db',
            'XDG_CONFIG_HOME': self.home + '/.config', 'XDG_STATE_HOME': self.home + '/.local/state',
            'XDG_CACHE_HOME': self.home + '/.cache', 'TMPDIR': self.home + '/tmp', 'NO_COLOR': '1', 'COLUMNS': '80', 'TERM': 'dumb',
            'TZ': 'UTC', 'LC_ALL': 'C.UTF-8', 'LOGNAME': 'root', 'USER': 'root', **host_clock.at(kNow), 'REPORTCTL_NOW': kNow,
        }
        os.makedirs(os.path.join(top, 'bin'))
        os.symlink(os.path.abspath(os.environ['REPORTCTL']), os.path.join(top, 'bin', 'reportctl'))

    def fresh(self):
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home + '/tmp', mode=0o700)
        self.now(kNow)

    def now(self, instant):
        self.env.update(host_clock.at(instant))  # records of the audit log have the time of the host
        self.env['REPORTCTL_NOW'] = instant

    def fixture(self, name):
        """The first use makes it; the next ones get a copy."""
        kept = os.path.join(self.stock, name)
        if not os.path.isdir(kept):
            session_fixtures.FIXTURES[name](self)
            shutil.copytree(self.home, kept, symlinks=True)
            return
        shutil.rmtree(self.home)
        shutil.copytree(kept, self.home, symlinks=True)

    def run(self, command):
        try:
            done = subprocess.run(['/bin/bash', '-c', command], cwd=self.home, env=self.env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=kSecondsPerCommand, check=False)
            code, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as late:
            code, output = 124, (late.stdout or b'') + b'\n(no end after %d seconds)\n' % kSecondsPerCommand
        text = output.decode('utf-8', 'backslashreplace').replace(self.home, '~')
        lines = text.split('\n')
        while lines and not lines[-1].strip():
            lines.pop()
        return code, lines


def run_case(world, case, show):
    """The problems of a case, as text."""
    world.fresh()
    problems = []
    for step in case.steps:
        if step.kind == 'directive':
            word, _, value = step.text.partition(' ')
            if word == 'fixture':
                world.fixture(value)
            elif word == 'now':
                world.now(value)
            elif word == 'clock':
                world.env.update(host_clock.at(value))
            else:
                sys.exit(f'{case.path}:{step.line}: unknown directive {word}')
            if show:
                print('% ' + step.text)
            continue
        code, actual = world.run(step.text)
        if show:
            print('$ ' + step.text.replace('\n', '\n> '))
            print('\n'.join(actual + ([f'? {code}'] if code else [])))
        if code == step.exit and matches(step.expected, actual):
            continue
        want = step.expected + ([f'? {step.exit}'] if step.exit else [])
        have = actual + ([f'? {code}'] if code else [])
        diff = list(difflib.unified_diff(want, have, 'expected', 'actual', lineterm='', n=100))[3:]
        problems.append('\n'.join([f'{case.path}:{step.line}: $ {step.text}'] + diff))
    return problems


def main(arguments):
    show = '--show' in arguments
    only = arguments[arguments.index('--only') + 1] if '--only' in arguments else None
    files = [word for word in arguments if not word.startswith('--') and word != only]
    if not files:
        sys.exit(__doc__)
    passed = failed = 0
    # mkdtemp's names all have the same length.
    top = tempfile.mkdtemp(prefix='s-', dir='/tmp')
    try:
        world = World(top)
        for path in files:
            for case in read_cases(path):
                if only and only not in case.sentence:
                    continue
                if show:
                    print(f'\n# {case.sentence}')
                problems = run_case(world, case, show)
                passed, failed = passed + (not problems), failed + bool(problems)
                if problems and not show:
                    print(f'FAILED: {case.sentence}')
                    print('\n'.join(problems) + '\n')
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
