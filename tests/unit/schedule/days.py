#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes days.tsv: the days on which rhythms fire, by dateutil's rules (python3-dateutil), which know nothing of this program.

    python3 days.py > days.tsv
"""
import datetime as dt
import random

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
