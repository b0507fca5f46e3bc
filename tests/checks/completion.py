#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What a real bash completes. REPORTCTL names the binary."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
from session import World  # noqa: E402

# The words on the line, the last one being completed; what must be offered; what must not.
CASES = [
    (['sch'], ['schedule'], ['runs']),
    (['run'], ['run', 'run-due', 'runs'], ['schedule']),
    ([''], ['schedule', 'apply', 'status', 'completion'], ['xyzzy']),
    (['xyz'], [], ['schedule']),
    (['schedule', ''], ['add', 'edit', 'list', 'show', 'validate', 'next', 'preview', 'test', 'pause', 'resume', 'remove', 'reassign'], ['apply']),
    (['schedule', 're'], ['resume', 'remove', 'reassign'], ['add']),
    (['schedule', 'add', 'x', '--cad'], ['--cadence'], ['--at']),
    (['run', '--form'], ['--format'], []),
    (['run', 'sa'], ['sales'], ['orders-export']),
    (['schedule', 'show', 'dai'], ['daily-sales'], []),
    (['schedule', 'reassign', 'dai'], ['daily-sales'], []),
    (['import-legacy', '--'], ['--account', '--map', '--ignore', '--dry-run'], ['--prune']),
    (['schedule', 'add', 'x', '--report', 'cust'], ['customer-spend'], ['sales']),
    (['schedule', 'list', '--account', 's'], ['shop'], []),
    (['completion', ''], ['bash', 'zsh', 'fish'], []),
    (['catalog', 'show', 'inv'], ['inventory-valuation'], []),
    (['export', ''], ['create', 'list', 'show', 'fetch', 'link', 'cancel', 'run', 'prune'], ['add']),
    (['export', 'create', 'sa'], ['sales'], ['orders-export']),
    (['export', 'create', 'sales', '--ran'], ['--range'], ['--from']),
    (['export', 'create', 'sales', '--range', 'last_'], ['last_7d', 'last_14d', 'last_30d', 'last_90d', 'last_week', 'last_month', 'last_quarter', 'last_year'], ['yesterday']),
    (['export', 'create', 'sales', '--format', ''], ['csv', 'xlsx', 'json'], []),
    (['schedule', 'add', 'x', '--report', 'sales', '--format', ''], ['csv', 'xlsx', 'pdf'], ['json', 'jsonl']),
    (['schedule', 'add', 'x', '--format', ''], ['csv', 'xlsx', 'pdf'], ['json', 'jsonl']),
    (['run', 'sales', '--format', ''], ['csv', 'json', 'jsonl'], []),
    (['export', 'create', 'sales', '--fields', ''], ['currency', 'orders'], ['sku']),
    (['export', 'create', 'orders-export', '--filter', 'mode', '='], ['summary', 'line-items'], []),
    (['export', 'list', '--outcome', ''], ['pending', 'processing', 'completed', 'failed', 'cancelled'], ['delivered']),
    (['runs', 'list', '--outcome', 'd'], ['delivered', 'delivery_failed'], ['pending']),
    (['webhook', 'deliveries', '--outcome', '='], ['queued', 'refused'], []),
    (['runs', 'list', '--outcome', 'failed,unk'], ['failed,unknown'], ['unknown']),
    (['schedule', 'add', 'x', '--timezone', 'Europe/B'], ['Europe/Berlin', 'Europe/Brussels'], ['Asia/Tokyo']),
    (['audit', 'list', '--event', ''], ['ScheduledReportConfigured', 'AccountAdded'], ['run', 'export']),
    (['audit', 'list', '--subject', 'dai'], ['daily-sales'], []),
    (['recipient', ''], ['remove', 'allow', 'list'], ['add']),
    (['prune', '--'], ['--dry-run', '--limit'], ['--account']),
    (['webhook', ''], ['add', 'list', 'remove', 'test', 'deliveries'], ['edit']),
    (['webhook', 'add', 'https://x.example/', '--outcomes', ''], ['all', 'failures'], ['some']),
]
GATE_CASES = [
    # bash cuts at = and at :, and wants back only what follows
    (['run', 'gate-visits', '--scope', ''], ['account', 'depot:north', 'depot:south'], ['depot:far']),
    (['run', 'gate-visits', '--scope', 'depot', ':'], ['north', 'south'], ['far', 'account']),
    (['run', 'gate-visits', '--scope', 'depot', ':', 'n'], ['north'], ['south']),
    (['run', 'gate-visits', '--param', 'ga'], ['gates='], []),
    (['run', 'gate-visits', '--scope', 'depot', ':', 'north', '--param', 'gates', '='], ['g1'], ['g2', 'g9']),
    (['schedule', 'add', 'x', '--report', 'gate-visits', '--scope', '=', 'depot', ':', 'south', '--param', 'gates', '=', 'g'], ['g2'], ['g1', 'g9']),
    (['catalog', 'choices', 'gate-visits', ''], ['gates'], []),
    (['catalog', 'choices', 'gate-visits', 'gates', '--scope', 'depot', ':', 's'], ['south'], ['far']),
]

SCRIPT = r'''
source <(reportctl completion bash) || exit 9
spec=$(complete -p reportctl) || exit 8
[[ $spec =~ -F\ ([^ ]+) ]] || exit 7
COMP_WORDS=(reportctl "$@"); COMP_CWORD=$#
COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
"${BASH_REMATCH[1]}" reportctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
'''


# The first Tab loads the function from fpath, and wants words then.
ZSH = r'''
fpath=($PWD $fpath); autoload -Uz compinit; compinit -D -u
compadd() { print -l -- ${(P)@[-1]}; }; _files() { print files; }
words=(reportctl "$@"); CURRENT=$#words; _reportctl
'''
FISH = 'source _reportctl.fish; complete --do-complete "reportctl $argv"'


def first_words(world, shell, words):
    """What a shell offers that has just been started."""
    script = subprocess.run(['reportctl', 'completion', shell], cwd=world.home, env=world.env, capture_output=True, check=True).stdout
    with open(os.path.join(world.home, {'zsh': '_reportctl', 'fish': '_reportctl.fish'}[shell]), 'wb') as file:
        file.write(script)
    command = ['zsh', '-f', '-c', ZSH, 'zsh', *words] if shell == 'zsh' else ['fish', '--no-config', '-c', FISH, *words]
    done = subprocess.run(command, cwd=world.home, env=world.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return {word.split('\t')[0] for word in done.stdout.split('\n') if word}, done.stderr


def main():
    top = tempfile.mkdtemp(prefix='s-', dir='/tmp')
    passed = failed = 0
    try:
        world = World(top)
        for fixture, words, offered, absent in [('daily', *case) for case in CASES] + [('gates', *case) for case in GATE_CASES]:
            world.fresh()
            world.fixture(fixture)
            done = subprocess.run(['bash', '-c', SCRIPT, 'bash', *words], cwd=world.home, env=world.env, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, check=False)
            got = {word.strip() for word in done.stdout.split('\n') if word.strip()}
            good = done.returncode == 0 and set(offered) <= got and not got & set(absent) and not done.stderr
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f'FAILED: reportctl {" ".join(words)}<TAB>: offers {sorted(got)}, expected {offered} and not {absent}; '
                      f'exit {done.returncode} {done.stderr.strip()}')
        for shell, check in (('zsh', ['zsh', '-n']), ('fish', ['fish', '--no-execute'])):
            if not shutil.which(shell):
                continue
            script = subprocess.run(['reportctl', 'completion', shell], cwd=world.home, env=world.env, capture_output=True, check=False).stdout
            done = subprocess.run([*check, '/dev/stdin'], input=script, capture_output=True, check=False)
            passed, failed = passed + (done.returncode == 0), failed + (done.returncode != 0)
            if done.returncode:
                print(f'FAILED: {shell}: {done.stderr.decode()}')
            got, errors = first_words(world, shell, ['sch'])
            good = got == {'schedule'} and not errors
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f'FAILED: {shell}: reportctl sch<TAB> offers {sorted(got)}: {errors}')
            for words, wants_files in ((['apply', '-f', ''], True), (['runs', 'list', '--since', ''], False), (['schedule', 'show', 'zz'], False)):
                got, errors = first_words(world, shell, words)
                good = bool(got) == wants_files and not errors and '@files' not in got
                passed, failed = passed + good, failed + (not good)
                if not good:
                    print(f'FAILED: {shell}: reportctl {" ".join(words)}<TAB> offers {sorted(got)}: {errors}')
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
