#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads an XLSX, JSON or JSON Lines file with readers that are not ours and prints its table as a JSON array of rows of texts, each
value as CSV would have it. usage: read_file.py FORMAT FILE"""
import datetime
import decimal
import json
import re
import sys
import zoneinfo

EPOCH = datetime.datetime(1899, 12, 30)
SECOND = datetime.timedelta(seconds=1)


def exact_rows(text):
    return json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=list)


def json_text(value):
    if value is None or isinstance(value, bool):
        return {None: '', True: 'true', False: 'false'}[value]
    return value


def json_table(objects):
    names = [[name for name, _ in one] for one in objects]
    assert all(one == names[0] for one in names), 'objects of different keys'
    return names[:1] + [[json_text(value) for _, value in one] for one in objects]


def hours(seconds):
    return '%d:%02d:%02d' % (seconds // 3600, seconds // 60 % 60, seconds % 60)


def xlsx_text(cell, zone):
    from openpyxl.utils.escape import unescape
    value, pattern = cell.value, cell.number_format
    if value is None:
        return ''
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if pattern == '[h]:mm:ss':
        if isinstance(value, datetime.datetime):
            value -= EPOCH
        elif isinstance(value, datetime.time):
            value = datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
        return hours(round(value / SECOND))
    if pattern == 'yyyy-mm-dd':
        return value.date().isoformat()
    if pattern == 'yyyy-mm-dd hh:mm:ss':
        value = (value + SECOND / 2).replace(microsecond=0, tzinfo=zoneinfo.ZoneInfo(zone))
        return value.isoformat()
    places = len(pattern.partition('.')[2].rstrip('%'))
    assert pattern.rstrip('%').partition('.')[0] in ('#,##0', '0'), pattern
    exact = decimal.Decimal(repr(value)) * (100 if pattern.endswith('%') else 1)
    return format(exact.quantize(decimal.Decimal(1).scaleb(-places)), 'f')


def xlsx_table(path):
    import openpyxl.utils
    book = openpyxl.load_workbook(path)
    assert (book.sheetnames[0], book.sheetnames[-1]) == ('Report', 'Summary'), book.sheetnames
    assert book.active.title == 'Summary', book.active.title
    table, zones = [], []
    for name in book.sheetnames[:-1]:
        last = openpyxl.utils.range_boundaries(book[name].auto_filter.ref)[3]  # rows of nothing but nulls are no rows in the file
        rows = list(book[name].iter_rows(max_row=max(last, book[name].max_row)))
        header = [cell.value for cell in rows[0]]
        zones = [(re.findall(r'\((\w+(?:/\w+)?)\)$', text or '') or ['UTC'])[0] for text in header]
        table += [header] if not table else []
        table += [[xlsx_text(cell, zone) for cell, zone in zip(row, zones)] for row in rows[1:]]
    return table


def main():
    form, path = sys.argv[1:]
    if form == 'xlsx':
        table = xlsx_table(path)
    else:
        with open(path, encoding='utf-8', newline='') as file:
            text = file.read()
        table = json_table(exact_rows(text) if form == 'json' else [exact_rows(line) for line in text.split('\n')[:-1]])
    json.dump(table, sys.stdout)


if __name__ == '__main__':
    main()
