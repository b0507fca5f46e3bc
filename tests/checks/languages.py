#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Languages: every file of share/languages has every word, with the values and the plural forms of the English one, and every word is used."""
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FORMS = ('point', 'thousands', 'day', 'month', 'day_of_month', 'months', 'one', 'words')


def values(text):
    return sorted(re.findall(r'{(\w+)}', text))


def forms(word):
    return word if isinstance(word, dict) else {'': word}


def compare(name, language, english):
    wrong = [f'{name}: {key} is missing' for key in FORMS if not language.get(key)]
    wrong += [f'{name}: {key} is not known' for key in language if key not in FORMS]
    if wrong:
        return wrong
    if len(language['months']) != 12 or len(set(language['months'])) != 12:
        wrong.append(f'{name}: months are not twelve names')
    for key, parts in (('day', ('YYYY', 'MM', 'DD')), ('month', ('YYYY', 'MM')), ('day_of_month', ('D', 'MMM'))):
        left = language[key]
        for part in parts:
            if left.count(part) != 1:
                wrong.append(f'{name}: {key} needs {part} once')
            left = left.replace(part, '', 1)
    words, asked = language['words'], english['words']
    wrong += [f'{name}: words.{key} is missing' for key in asked if key not in words]
    wrong += [f'{name}: words.{key} is not known' for key in words if key not in asked]
    for key in asked.keys() & words.keys():
        here, there = forms(words[key]), forms(asked[key])
        if here.keys() != there.keys():
            wrong.append(f'{name}: words.{key} needs {" and ".join(there) or "one form"}')
            continue
        for form, text in here.items():
            if not isinstance(text, str) or not text.strip():
                wrong.append(f'{name}: words.{key} {form} is no text')
            elif set(values(text)) - {'count'} != set(values(there[form])) - {'count'}:
                wrong.append(f'{name}: words.{key} {form} has {values(text)}, not {values(there[form])}')
            elif form == 'other' and ('count' in values(text)) != ('count' in values(there[form])):
                wrong.append(f'{name}: words.{key} {form} has {values(text)}, not {values(there[form])}')
            elif not form and 'count' in values(text):
                wrong.append(f'{name}: words.{key} has a {{count}} and no plural')
    return wrong


def unused(english):
    """Keys are written out in the sources, so a word that no quoted text is equal to is never said."""
    texts = [path.read_text(encoding='utf-8') for path in (ROOT / 'src').rglob('*.cpp')]
    quoted = set(re.findall(r'"(\w+)"', '\n'.join(texts)))
    for path in (ROOT / 'share/templates').iterdir():
        quoted |= set(re.findall(r'{{say\.(\w+)}}', path.read_text(encoding='utf-8')))
    said = {key for text in texts for key in re.findall(r'(?:words_?|language)\.(?:say|count)\(\s*"(\w+)"', text)}
    for path in (ROOT / 'share/templates').iterdir():
        said |= set(re.findall(r'{{say\.(\w+)}}', path.read_text(encoding='utf-8')))
    return ([f'nothing says words.{key}' for key in english['words'] if key not in quoted]
            + [f'words.{key} is said and is in no language' for key in said if key not in english['words']])


def main():
    files = sorted((ROOT / 'share/languages').glob('*.yaml'))
    read = {path.name: yaml.safe_load(path.read_text(encoding='utf-8')) for path in files}
    english = read['en.yaml']
    wrong = unused(english)
    for name, language in read.items():
        wrong += compare(name, language, english)
    for line in wrong:
        print(line)
    if len(read) < 2:
        wrong.append('there is one language')
        print(wrong[-1])
    print(f'{max(0, len(read) * len(english["words"]) - len(wrong))} passed, {len(wrong)} failed')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
