#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes years.tsv: when random rhythms fire during twenty years and what their runs cover, by dateutil, numpy's business days and zoneinfo,
which know nothing of this program. Each line ends with how many slots there are, and the SHA-256 of their lines `SLOT FIRST LAST BEFORE`: the
days of the period, and the slot before, at which since_previous begins. years.txt is the calendar that some of the rhythms go by.

    python3 years.py > years.tsv
"""
import datetime as dt
import functools
import hashlib
import pathlib
import random
from zoneinfo import ZoneInfo

import numpy as np
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
DAYS = [MO, TU, WE, TH, FR, SA, SU]
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
CALENDAR = pathlib.Path(__file__).parent / "years.txt"
ZONES = [  # and the first of the twenty years
    ("UTC", 2025), ("Europe/Berlin", 2025), ("America/New_York", 2025),
    ("America/Santiago", 2022),     # the gap is at midnight
    ("Australia/Lord_Howe", 2025),  # half an hour
    ("Africa/Casablanca", 2024),    # twice a year around Ramadan
    ("Africa/Cairo", 2010),         # given up, and taken up again; the gap is at midnight
    ("America/Nuuk", 2020),         # the gap ends at midnight, and the offset changes
    ("America/St_Johns", 2005),     # at one minute past midnight
    ("Asia/Beirut", 2015), ("Asia/Kathmandu", 2020),
    ("Asia/Pyongyang", 2010),       # another offset, without summer
    ("America/Caracas", 2005),
    ("Pacific/Apia", 2005),         # a day that never was
]
chance = random.Random(20261129)


def ordinal(number):
    return "last" if number < 0 else f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def write_calendar():
    """Holidays from 2004 to 2046, closed weeks, and Saturdays that are worked."""
    lines = {}
    for year in range(2004, 2047):
        for _ in range(chance.randrange(8, 14)):
            lines[dt.date(year, 1, 1) + chance.randrange(365) * DAY] = "holiday"
        closed = dt.date(year, chance.randrange(1, 13), chance.randrange(1, 28))
        for days in range(chance.randrange(5, 20)):
            lines[closed + days * DAY] = "closed"
        for _ in range(3):
            day = dt.date(year, 1, 1) + chance.randrange(358) * DAY
            lines["+", day + (5 - day.weekday()) % 7 * DAY] = "worked"
    with open(CALENDAR, "w", encoding="utf-8") as file:
        for day, word in lines.items():
            if not isinstance(day, tuple):
                file.write(f"{day} {word}\n")
            elif day[1] not in lines:
                file.write(f"+{day[1]} {word}\n")
        file.write("until 2046-12-31\n")


@functools.cache
def workdays(with_calendar):
    """All of them, from 2003 to 2047."""
    holidays, worked = [], set()
    for line in CALENDAR.read_text(encoding="utf-8").splitlines() if with_calendar else ():
        if line.startswith("+"):
            worked.add(line[1:11])
        elif line[0].isdigit():
            holidays.append(line[:10])
    every = np.arange(np.datetime64("2003-01-01"), np.datetime64("2047-12-31"))
    busy = np.is_busday(every, holidays=holidays) | np.isin(every.astype(str), list(worked))
    return [day.astype(object) for day in every[busy]]


@functools.lru_cache(None)
def fires(zone, day, time):
    """The first minute whose local clock shows the day and time or later."""
    wanted = dt.datetime.combine(day, time)
    at = wanted.replace(tzinfo=zone).astimezone(dt.timezone.utc)
    if at.astimezone(zone).replace(tzinfo=None) == wanted:
        return at
    at = wanted.replace(tzinfo=dt.timezone.utc) - 15 * dt.timedelta(hours=1)
    while at.astimezone(zone).replace(tzinfo=None) < wanted:
        at += MINUTE
    return at


def rule(first, last):
    """A cadence, its options, and its days around these."""
    with_calendar = chance.random() < 0.6
    options = ["calendar=years.txt"] if with_calendar else []
    start, end = (dt.datetime.combine(day, dt.time()) for day in (first, last))
    kind = chance.choice(["daily", "weekly", "weekly", "monthly", "monthly", "monthly"])
    if kind == "daily":
        return "daily", "", [day.date() for day in rrule(DAILY, dtstart=start, until=end)]
    if kind == "weekly":
        if chance.random() < 0.4:
            return "weekly workdays", " ".join(options), [day for day in workdays(with_calendar) if first <= day <= last]
        some = sorted(chance.sample(range(7), chance.randrange(1, 5)))
        weeks = chance.choice([1, 1, 2, 3])
        monday = start - start.weekday() * DAY
        found = [day.date() for day in rrule(WEEKLY, dtstart=monday, until=end, interval=weeks, byweekday=[DAYS[d] for d in some])]
        counted = [f"weeks={weeks}", f"start={first}"] if weeks > 1 else []
        return "weekly " + ",".join(NAMES[d] for d in some), " ".join(counted), found
    months = sorted(chance.sample(range(12), chance.randrange(1, 7))) if chance.random() < 0.5 else list(range(12))
    if len(months) < 12:
        options.append("months=" + ",".join(MONTHS[m] for m in months))
    wanted = [m + 1 for m in months]
    number = chance.choice([1, 2, 3, 4, -1])
    form = chance.choice(["date", "weekday", "workday", "workday", "moved", "moved"])
    if form == "date":
        date = chance.choice([1, 10, 28, 29, 30, 31])
        found = [day.date() for day in rrule(MONTHLY, dtstart=start, until=end, bymonth=wanted, bymonthday=[*range(28, date + 1)] or date,
                                             bysetpos=-1)] if date > 28 else \
                [day.date() for day in rrule(MONTHLY, dtstart=start, until=end, bymonth=wanted, bymonthday=date)]
        return f"monthly {date}", " ".join(options), found
    if form == "weekday":
        at = chance.randrange(7)
        found = rrule(MONTHLY, dtstart=start, until=end, bymonth=wanted, byweekday=DAYS[at](number))
        return f"monthly {ordinal(number)} {NAMES[at]}", " ".join(options), [day.date() for day in found]
    if form == "workday":
        number = chance.choice([1, 2, 5, 10, 15, -1])
        by_month = {}
        for day in workdays(with_calendar):
            by_month.setdefault((day.year, day.month), []).append(day)
        found = [days[number - 1 if 0 < number <= len(days) else -1] for (year, month), days in by_month.items() if month in wanted]
        return f"monthly {ordinal(number)} workday", " ".join(options), [day for day in found if first <= day <= last]
    date, word = chance.choice([1, 15, 31]), chance.choice(["next", "previous"])
    days = workdays(with_calendar)
    found = []
    for at in rrule(MONTHLY, dtstart=start, until=end, bymonth=wanted, bymonthday=[28, 29, 30, 31] if date == 31 else date, bysetpos=-1):
        place = np.searchsorted(days, at.date())
        found.append(days[place] if days[place] == at.date() or word == "next" else days[place - 1])
    return f"monthly {'last' if date == 31 else date} or {word} workday", " ".join(options), found


def times():
    form = chance.randrange(3)
    if form == 0:
        step = chance.choice([15, 30, 45, 60, 120])
        begin, count = chance.randrange(0, 1440 - 5 * step, 15), chance.randrange(3, 6)
        found = [begin + step * i for i in range(count)]
    else:
        pool = [0, 30, 90, 120, 150, 180, 420, 1380, 1410, 1425]
        found = sorted(chance.sample(pool, 1 if form == 1 else chance.randrange(2, 5)))
    return [dt.time(minute // 60, minute % 60) for minute in found]


def occurrences(zone, days, at):
    """Each instant once, with the last day for which it fires, and the first of those days whose first time it is."""
    found = {}
    for day in sorted(set(days)):
        for time in at:
            found.setdefault(fires(zone, day, time), []).append(day)
    return sorted(found.items())


def lines(zone, days, at, first, last):
    days = sorted(set(days))
    place = {day: i for i, day in enumerate(days)}
    joined = {}  # a day whose first time falls together with that of the day before is one occurrence with it
    for before, day in zip(days, days[1:]):
        joined[day] = fires(zone, before, at[0]) == fires(zone, day, at[0])
    before = None
    for slot, of in occurrences(zone, days, at):
        day = max(of)
        if before is not None and first <= slot.date() <= last:
            begins = days[place[day] - (2 if joined[day] else 1)]
            yield f"{slot:%Y-%m-%dT%H:%M:%SZ} {begins} {day - DAY} {before:%Y-%m-%dT%H:%M:%SZ}"
        before = slot


write_calendar()
for name, year in ZONES:
    for _ in range(9):
        first, last = dt.date(year, 3, 1), dt.date(year + 20, 2, 28)
        cadence, options, days = rule(first - 500 * DAY, last + 100 * DAY)
        at = times()
        found = list(lines(ZoneInfo(name), days, at, first, last))
        told = hashlib.sha256("\n".join(found).encode()).hexdigest()
        print(name, cadence, options, ",".join(time.strftime("%H:%M") for time in at), first, last, len(found), told, sep="\t")
