#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes days.tsv: the days on which rhythms fire, by dateutil's rules and numpy's business days (python3-dateutil, python3-numpy),
which know nothing of this program.

    python3 days.py > days.tsv
"""
import datetime as dt
import pathlib
import random

import numpy as np
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

DAYS = [MO, TU, WE, TH, FR, SA, SU]
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WORKDAYS = (MO, TU, WE, TH, FR)


def ordinal(number):
    return "last" if number < 0 else f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def days(first, last, frequency, **rules):
    start = dt.datetime.combine(first, dt.time())
    return [at.date() for at in rrule(frequency, dtstart=start, until=dt.datetime.combine(last, dt.time()), **rules)]


def moved(found, step):
    """From a Saturday or Sunday to the next workday in that direction."""
    for day in found:
        while day.weekday() > 4:
            day += dt.timedelta(step)
        yield day


def write(cadence, options, first, last, found):
    inside = sorted({day for day in found if first <= day <= last})
    print(cadence, options, first, last, " ".join(map(str, inside)), sep="\t")


chance = random.Random(20261129)
for year in (2023, 2027):
    first, last = dt.date(year, 1, 1), dt.date(year + 3, 12, 31)
    wide = (first - dt.timedelta(400), last + dt.timedelta(70))
    for number in (1, 2, 3, 10, 15, -1):
        write(f"monthly {ordinal(number)} workday", "", first, last, days(*wide, MONTHLY, byweekday=WORKDAYS, bysetpos=number))
    for number in (1, 2, 3, 4, -1):
        at = chance.randrange(7)
        write(f"monthly {ordinal(number)} {NAMES[at]}", "", first, last, days(*wide, MONTHLY, byweekday=DAYS[at](number)))
    for text, day in (("1", 1), ("15", 15), ("last", -1)):
        start = (wide[0].replace(day=1), wide[1])
        write(f"monthly {text} or next workday", "", first, last, moved(days(*start, MONTHLY, bymonthday=day), 1))
        write(f"monthly {text} or previous workday", "", first, last, moved(days(*start, MONTHLY, bymonthday=day), -1))
    write("monthly last", "", first, last, days(*wide, MONTHLY, bymonthday=-1))
    for _ in range(4):
        some = sorted(chance.sample(range(12), chance.randrange(1, 6)))
        number = chance.randrange(1, 16)
        write(f"monthly {ordinal(number)} workday", "months=" + ",".join(MONTHS[m] for m in some), first, last,
              days(*wide, MONTHLY, bymonth=[m + 1 for m in some], byweekday=WORKDAYS, bysetpos=number))
    last = dt.date(year, 12, 31)
    write("weekly workdays", "", first, last, days(first, last, DAILY, byweekday=WORKDAYS))
    for _ in range(4):
        some = sorted(chance.sample(range(7), chance.randrange(1, 5)))
        write("weekly " + ",".join(NAMES[d] for d in some), "", first, last, days(first, last, WEEKLY, byweekday=[DAYS[d] for d in some]))
    for weeks in (2, 3, 5):
        some = sorted(chance.sample(range(7), 2))
        start = first + dt.timedelta(chance.randrange(60))
        end = last - dt.timedelta(chance.randrange(60))
        monday = start - dt.timedelta(start.weekday())
        found = days(monday, end, WEEKLY, interval=weeks, byweekday=[DAYS[d] for d in some])
        write("weekly " + ",".join(NAMES[d] for d in some), f"weeks={weeks} start={start} end={end}", first, last,
              [day for day in found if day >= start])


def calendar(name):
    """Holidays and worked days of one of the files beside this one."""
    holidays, worked = [], []
    for line in (pathlib.Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line[:1].isdigit():
            holidays.append(line[:10])
        elif line.startswith("+"):
            worked.append(np.datetime64(line[1:11]))
    return holidays, worked


def month_starts(first, last):
    return [dt.date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]


first, last = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
for name in ("de.txt", "closed.txt"):
    holidays, worked = calendar(name)
    every = np.arange(np.datetime64(first) - 40, np.datetime64(last) + 40)
    workdays = [day.astype(object) for day in every if np.is_busday(day, holidays=holidays) or day in worked]
    write("weekly workdays", f"calendar={name}", first, last, workdays)
    write("weekly workdays,sun", f"calendar={name}", first, last, [d.astype(object) for d in every if d.astype(object) in workdays or d.astype(object).weekday() == 6])
    for number in (1, 2, 6, 15, -1):
        found = []
        for start in month_starts(first, last):
            month = [day for day in workdays if (day.year, day.month) == (start.year, start.month)]
            found.append(month[-1] if number < 0 or number > len(month) else month[number - 1])
        write(f"monthly {ordinal(number)} workday", f"calendar={name}", first, last, found)
# Without worked days numpy itself counts and moves.
holidays = calendar("closed.txt")[0]
for number in (1, 3, 5):
    write(f"monthly {ordinal(number)} workday", "calendar=closed.txt", first, last,
          [np.busday_offset(start, number - 1, roll="forward", holidays=holidays).astype(object) for start in month_starts(first, last)])
for day in (1, 15, 20):
    dates = [start.replace(day=day) for start in month_starts(dt.date(2025, 1, 1), dt.date(2028, 12, 31))]
    for word, roll in (("next", "forward"), ("previous", "backward")):
        write(f"monthly {day} or {word} workday", "calendar=closed.txt", first, last,
              [np.busday_offset(date, 0, roll=roll, holidays=holidays).astype(object) for date in dates])
