#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Help and manual tell the same story: every command, verb and option is in both. REPORTCTL names the binary."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
MAN = os.path.join(ROOT, 'man')
LONGEST_HELP = 72


def help_of(*words):
    return subprocess.run([os.environ['REPORTCTL'], *words, '--help'], capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C.UTF-8', 'COLUMNS': '80'})


def listed(text, heading):
    """The first words of the lines below a heading of a help text."""
    block = re.search(rf'(?m)^{heading}:\n((?:  .*\n)+)', text)
    return re.findall(r'(?m)^  ([a-z][a-z-]*)  ', block.group(1)) if block else []


def options_in_help(text):
    block = re.search(r'(?m)^(?:Options|Global options[^:]*):\n((?: .*\n)+)', text)
    if not block:
        return set()
    return {word for line in re.findall(r'(?m)^  (-.*)$', block.group(1)) for word in re.findall(r'--[a-z][a-z-]*', re.split(r'  +', line)[0])}


def source_of(page):
    with open(os.path.join(MAN, page), encoding='utf-8') as file:
        return file.read()


def options_in_page(text):
    """Options that the page documents: `.Fl -name` anywhere; those inside literal examples are not marked up."""
    text = re.sub(r'(?ms)^\.Bd -literal.*?^\.Ed', '', text)
    return {'-' + word for word in re.findall(r'\bFl (-[a-z][a-z-]*)', text)} | \
           {'-' + word for word in re.findall(r'[,|] (-[a-z][a-z-]+)', '\n'.join(re.findall(r'(?m)^.*\bFl\b.*$', text)))}


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, holds, problem):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        if not holds:
            print(f'FAILED: {problem}')


def lint(tally):
    own = {os.path.basename(path).rsplit('.', 1)[0] for path in glob.glob(MAN + '/*.[1-8]')}
    for path in sorted(glob.glob(MAN + '/*.[1-8]')):
        done = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', path], capture_output=True, text=True, check=False)
        complaints = [line for line in done.stdout.split('\n') if line.strip()]
        tally.check(not complaints, f'{os.path.basename(path)}: ' + '; '.join(complaints[:4]))
        shown = subprocess.run(['man', '-l', path], capture_output=True, text=True, check=False, env={**os.environ, 'MANWIDTH': '80'})
        tally.check("can't break" not in shown.stderr, f'{os.path.basename(path)}: does not fit 80 columns: {shown.stderr[:200]}')
        for name, section in re.findall(r'(?m)^\.Xr (\S+) (\d)', source_of(path)):
            if name.startswith('reportctl'):
                tally.check(name in own and os.path.exists(f'{MAN}/{name}.{section}'), f'{os.path.basename(path)}: refers to {name}({section})')


def check_help(tally, words):
    done = help_of(*words)
    name = ' '.join(['reportctl', *words])
    lines = done.stdout.rstrip('\n').split('\n')
    tally.check(done.returncode == 0 and not done.stderr, f'{name} --help: exit {done.returncode} {done.stderr}')
    tally.check(len(lines) <= LONGEST_HELP, f'{name} --help: {len(lines)} lines, more than {LONGEST_HELP}')
    tally.check(max(map(len, lines)) <= 80, f'{name} --help: a line of {max(map(len, lines))} characters')
    tally.check(re.search(r'(?m)^Examples:\n  \S', done.stdout), f'{name} --help: no examples')
    tally.check(not re.search(r':INT|:\{|\bREQUIRED\b|TEXT:', done.stdout), f'{name} --help: words of the option parser')
    return done.stdout


def main():
    tally = Tally()
    lint(tally)
    top = check_help(tally, [])
    commands = listed(top, 'Commands')
    tally.check(len(commands) >= 18, f'only {len(commands)} commands in --help')
    main_page = source_of('reportctl.1')
    global_options = options_in_help(top)
    for option in sorted(global_options):
        tally.check(option in options_in_page(main_page), f'reportctl.1: {option} is missing')
    every_option = global_options | {'--help'}
    for command in commands:
        tally.check(re.search(rf'reportctl-{command} 1|\bCm {command}\b', main_page), f'reportctl.1: no word of {command}')
        text = check_help(tally, [command])
        page_name = f'reportctl-{command}.1'
        if not os.path.exists(os.path.join(MAN, page_name)):
            tally.check(False, f'{command} has no page {page_name}')
            continue
        page = source_of(page_name)
        tally.check('.Sh EXAMPLES' in page, f'{page_name}: no EXAMPLES')
        purpose = re.search(r'(?m)^\.Nd (.*)$', page).group(1)
        tally.check(' '.join(text.split()).startswith(f'reportctl {command}: {purpose} '), f'{page_name}: another purpose than in --help')
        known = options_in_help(text)
        for verb in listed(text, 'Verbs'):
            tally.check(re.search(rf'(?m)^\.(Ss|Nm|It).*\b{verb}\b', page), f'{page_name}: no word of the verb {verb}')
            known |= options_in_help(check_help(tally, [command, verb]))
        every_option |= known
        documented = options_in_page(page)
        for option in sorted(known):
            tally.check(option in documented, f'{page_name}: {option} is missing')
        for option in sorted(documented - known - global_options - {'--help'}):
            tally.check(False, f'{page_name}: {option} is not in --help')
    for option in sorted(options_in_page(main_page) - every_option):
        tally.check(False, f'reportctl.1: {option} is in no --help')
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
