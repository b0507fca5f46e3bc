#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes occurrences.tsv: when schedules fire around DST changes, by Python's zoneinfo and brute force.

An occurrence of local day D at time T is the first minute whose local clock shows (D, T) or later: for a time that exists that is the time
itself, for one that exists twice its first occurrence, for one in a gap the first minute after the gap.

    python3 occurrences.py > occurrences.tsv
"""
import calendar
import datetime as dt
from zoneinfo import ZoneInfo

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def fires(zone, day, time):
    wanted = dt.datetime.combine(day, time)
    # No offset is further than 15 hours from UTC, and no zone skips more than a day.
    utc = wanted.replace(tzinfo=dt.timezone.utc) - 15 * dt.timedelta(hours=1)
    while utc.astimezone(zone).replace(tzinfo=None) < wanted:
        utc += MINUTE
    return utc


def days(cadence, first, last):
    kind, _, argument = cadence.partition(" ")
    day = first
    while day <= last:
        if kind == "daily":
            yield day
        elif kind == "weekly" and day.isoweekday() == int(argument):
            yield day
        elif kind == "monthly" and day.day == min(int(argument), calendar.monthrange(day.year, day.month)[1]):
            yield day
        day += DAY


CASES = [  # zone, days around which something happens
    ("America/New_York", ["2025-03-09", "2025-11-02", "2040-03-11", "2040-11-04"]),
    ("Europe/Berlin", ["2025-03-30", "2025-10-26", "2040-03-25", "2040-10-28"]),
    ("Australia/Lord_Howe", ["2025-04-06", "2025-10-05", "2040-04-01", "2040-10-07"]),
    ("America/Santiago", ["2025-04-05", "2025-09-07"]),   # the gap is at midnight
    ("Pacific/Apia", ["2011-12-30"]),                     # a day that never was
    ("Africa/Casablanca", ["2024-03-10", "2024-04-14"]),  # Ramadan
    ("America/Nuuk", ["2024-03-31", "2024-10-27"]),       # the gap ends at midnight
    ("Asia/Beirut", ["2024-03-31", "2024-10-27"]),
    ("America/St_Johns", ["2010-11-07", "2011-03-13"]),   # changes at one minute past midnight
    ("Asia/Kathmandu", ["2025-06-01"]),
    ("UTC", ["2024-02-29"]),
]
TIMES = ["00:00", "00:01", "00:30", "01:30", "01:59", "02:00", "02:15", "02:30", "03:00", "06:00", "23:01", "23:30", "23:59"]

for name, moments in CASES:
    zone = ZoneInfo(name)
    for moment in map(dt.date.fromisoformat, moments):
        for time in map(dt.time.fromisoformat, TIMES):
            spans = {"daily": 4}
            if time.hour in (2, 6) and time.minute in (0, 30):
                spans |= {"weekly 1": 20, f"weekly {moment.isoweekday()}": 20, "monthly 31": 70, f"monthly {moment.day}": 70}
            for cadence, span in spans.items():
                found = sorted({fires(zone, day, time) for day in days(cadence, moment - span * DAY, moment + span * DAY)})
                print(name, cadence, time.strftime("%H:%M"), " ".join(t.strftime("%Y-%m-%dT%H:%M:%SZ") for t in found), sep="\t")
