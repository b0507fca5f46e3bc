#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Plain English: no phrase that reads like a translation, in what users and developers read."""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
DOCUMENTS = re.compile(r'man/|examples/|share/(?!migrations/)|[A-Z]+\.md$')  # released migrations are never edited
SOURCES = re.compile(r'(src|include)/.*\.[ch]pp$')

# A phrase, where a space also matches a line break, and what to write instead.
EVERYWHERE = [
    (r"\b(an own|of one's own)\b", '"its own …", "your own …"'),
    (r'(^|[.:] )Of (a|an|another|the)\b', 'the subject first'),
    (r'\bWho (knows|holds|can|resends|receives)\b', '"Anyone who …", "Users who …"'),
    (r'\b(written|spelled|called) otherwise\b', '"has a different …"'),
    (r'\bupright or across\b', '"portrait or landscape"'),
    (r'\b(a|one) half file\b', '"a partial file"'),
    (r'\bspoil(s|t)?\b', '"affects", "damages"'),
    (r'\bthe words fit\b', '"several … match"'),
    (r'\bthe gravest\b', '"the most serious"'),
    (r'; again for another\b', '"may be repeated"'),
    (r'\bnamed otherwise\b', '"has a different name"'),
    (r'\b(what parts|parts? the fields)\b', '"delimiter"'),
    (r'\bnobody would\b', '"is required", "at least one …"'),
    (r'\bno \w+ is named\b', '"… is required"'),
    (r'\b(does|do) not come (as|in)\b', '"is not available as …"'),
    (r'\b(a|the) yes\b', '"confirmation"'),
]
# The same for phrases that comments or messages still have. Move a line up when they are gone.
IN_DOCUMENTS = [
    (r'\bthe (newest|oldest) first\b', '"newest first"'),
    (r"(?<![Tt]here\s)\b(is|are|was|were) no (?!longer|more\b|less\b|such\b|\w+ (on|in|for)\b)\w+", '"is not a …", "there is no …"'),
    (r'(?<![Tt]here\s)\b(is|are) none\b', '"is not a …", "there are none"'),
    (r'\bis not one\b(?! [a-z])', '"is not a …"'),
    (r'\bso (many|often)\b', 'the name of the number: "N", "at most N", "N times"'),
    (r'\bwork(s|ed|ing)? off\b', '"processes"'),
    (r'\bthat waits?\b(?! (for|in)\b)', '"pending"'),
    (r'\bmend(s|ed)?\b', '"fixes"'),
    (r'\b(is|are|was|were) told\b(?! to\b)', '"is reported", "is notified"'),
    (r'\b(is|are|was|were|be|been) asked\b(?! (to|for)\b)', '"is checked", "is queried"'),
    (r'\b(nobody learns|cannot be told)\b', '"is never revealed", "is not known"'),
    (r'\b(is|are) meant\b', '"is resolved", "is"'),
    (r'\bWho (is no|may not)\b', '"Anyone who …", "Users who …"'),
    (r'\blinks?( has| have| that)? end(s|ed)?\b', '"expires"'),
    (r'\bwhat (goes|went|would go)\b', '"what is deleted"'),
    (r'\bkept aside\b', '"stored for reference"'),
]
TOKEN = re.compile(r'R"(?P<mark>[^()\s]*)\((?P<raw>.*?)\)(?P=mark)"|"(?P<text>(?:\\.|[^"\\\n])*)"|\'(?:\\.|[^\'\\\n])\'|//[/!]?<?(?P<line>[^\n]*)|/\*(?P<block>.*?)\*/', re.S)


def compiled(phrases):
    return [(re.compile(phrase.replace(' ', r'\s+'), re.M), better) for phrase, better in phrases]


def read_by_people(source):
    """Comments and literals of a source, each where it stands; code is NUL, so that no phrase reaches across it."""
    kept = ['\0' if not sign.isspace() else sign for sign in source]
    for token in TOKEN.finditer(source):
        kept[token.start():token.end()] = [' ' if sign != '\n' else sign for sign in source[token.start():token.end()]]
        for group in ('raw', 'text', 'line', 'block'):
            if token.group(group):
                kept[token.start(group):token.end(group)] = token.group(group)
    return ''.join(kept)


def tracked():
    done = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-files', '-z'], cwd=ROOT, capture_output=True, check=True)
    return [name for name in done.stdout.decode().split('\0') if name and os.path.exists(os.path.join(ROOT, name))]


def problems_in(text, phrases):
    for phrase, better in phrases:
        for found in phrase.finditer(text):
            line = text.count('\n', 0, found.start() + len(found.group()) - len(found.group().lstrip())) + 1
            yield line, f'"{" ".join(found.group().split())}": write {better}'


def main():
    everywhere, in_documents = compiled(EVERYWHERE), compiled(EVERYWHERE + IN_DOCUMENTS)
    passed = failed = 0
    for name in tracked():
        if not DOCUMENTS.match(name) and not SOURCES.match(name):
            continue
        with open(os.path.join(ROOT, name), 'rb') as file:
            text = file.read().decode('utf-8', 'replace')
        phrases = everywhere if SOURCES.match(name) else in_documents
        problems = sorted(problems_in(read_by_people(text) if SOURCES.match(name) else text, phrases))
        for line, problem in problems:
            print(f'{name}:{line}: {problem}')
        passed, failed = passed + (not problems), failed + bool(problems)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
