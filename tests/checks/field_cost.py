#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A new field of a schedule costs at most six files: a made-up one is added to a copy of the sources, which still compile and carry it through."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MOST = 6
# file: (after this line, this is added)
PATCH = {
    'include/reportctl/schedule/schedule.hpp': [('  std::string no_data;  ///< empty, send or skip\n', '  std::string note;\n'),
                                                ('  std::optional<NoData> no_data;  ///< empty: the policy\'s\n', '  std::string note;\n')],
    'src/schedule/fields.cpp': [('      row("extra", {.kind = FieldKind::json}, member<&Draft::extra>, member<&Definition::extra>),\n',
                                 '      row("note", {}, member<&Draft::note>, member<&Definition::note>),\n')],
    'src/validation/check_draft.cpp': [('  definition.extra = check_extra(draft.extra, later);\n', '  definition.note = trim(draft.note);\n')],
    'src/cli/schedules/schedule_options.cpp': [('    {"description", "--description", "TEXT", "what it is for"},\n', '    {"note", "--note", "TEXT", "a note"},\n')],
    'man/reportctl-schedule.1': [('.It Fl -extra Ar JSON\n', '.It Fl -note Ar TEXT\n')],
    'man/reportctl-schedule.5': [('.It Li description\nText.\n', '.It Li note\nText.\n')],
}
# What a field passes on its way; each follows the table, and so needs no line for a new one.
FOLLOWERS = ['src/store/definition.cpp', 'src/manage/apply_file.cpp', 'src/manage/field_diff.cpp', 'src/cli/schedules/schedule_show.cpp',
             'src/manage/records.cpp', 'src/run/export_request.cpp']
PROOF = r"""
#include <cstdio>
#include <nlohmann/json.hpp>
#include "reportctl/schedule/fields.hpp"
using namespace reportctl::schedule;
int main() {
  Definition stored, read;
  stored.note = "made up";
  for (const auto& field : fields()) field.read(read_json(to_json(field.kind, field.text(stored))), read);
  const auto draft = draft_of(read);
  std::printf("%s|%s|%s\n", draft.note.c_str(), field("note").text(read).values.at(0).c_str(), read == stored ? "same" : "other");
}
"""


def compiled(copy, *words):
    rooms = [f'-I{copy}/src/{room}' for room in ('base', 'schedule', 'validation', 'cli')]
    return subprocess.run([os.environ.get('CXX', 'g++'), '-std=c++20', f'-I{copy}/include', *rooms, *words], capture_output=True, text=True, check=False)


def main():
    passed = failed = 0

    def check(what, good, why=''):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print(f'FAILED: {what}: {why}')

    with tempfile.TemporaryDirectory() as home:
        copy = pathlib.Path(home)
        for folder in ('include', 'src', 'man'):
            shutil.copytree(ROOT / folder, copy / folder)
        for name, additions in PATCH.items():
            text = (copy / name).read_text(encoding='utf-8')
            for after, added in additions:
                check(f'{name} has the place where the field goes', text.count(after) == 1, after)
                text = text.replace(after, after + added)
            (copy / name).write_text(text, encoding='utf-8')
        check(f'a field costs at most {MOST} files', len(PATCH) <= MOST, len(PATCH))
        for name in ('src/validation/check_draft.cpp', 'src/cli/schedules/schedule_options.cpp'):
            done = compiled(copy, '-fsyntax-only', str(copy / name))
            check(f'{name} compiles with the field', done.returncode == 0, done.stderr[:2000])
        (copy / 'proof.cpp').write_text(PROOF, encoding='utf-8')
        sources = [str(copy / 'src' / name) for name in ('schedule/fields.cpp', 'schedule/schedule.cpp', 'schedule/cadence.cpp', 'schedule/condition.cpp', 'schedule/rhythm.cpp', 'schedule/calendar.cpp', 'schedule/part_list.cpp', 'schedule/part_field.cpp', 'schedule/also_field.cpp', 'base/text.cpp', 'base/json.cpp')]
        # Addresses, times and zones, which the proof does not come by, are left out of it.
        done = compiled(copy, '-O0', '-no-pie', '-o', str(copy / 'proof'), str(copy / 'proof.cpp'), *sources, '-lfmt', '-lutf8proc', '-Wl,--unresolved-symbols=ignore-all')
        check('the table links with the field', done.returncode == 0, done.stderr[:2000])
        if done.returncode == 0:
            told = subprocess.run([str(copy / 'proof')], capture_output=True, text=True, check=False).stdout
            check('the field goes through the state, the draft and the text', told == 'made up|made up|same\n', told)
    for name in FOLLOWERS:
        text = (ROOT / name).read_text(encoding='utf-8')
        check(f'{name} follows the table', 'schedule::fields()' in text)
        for plain in ('definition.description', 'draft.description'):
            check(f'{name} names no plain field', plain not in text, plain)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
