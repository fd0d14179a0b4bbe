"""From times of day at the club to spans of real time, and back. No database in here.

Subtracting two local times forgets that clocks change twice a year. So what
is said in local time becomes UTC first and is compared and counted there.
"""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVERY_DAY = range(7)
MONDAY_TO_FRIDAY = range(5)


class Span(NamedTuple):
    """From a moment up to, but not including, another one; both in UTC."""

    starts_at: datetime
    ends_at: datetime


def window_on(day: date, opens: time, closes: time, zone: ZoneInfo) -> Span:
    """Return a day's opening hours.

    Closing no later than opening means closing on the next day, so midnight to
    midnight is round the clock.
    """
    last_day = day if closes > opens else day + timedelta(days=1)
    return Span(
        datetime.combine(day, opens, zone).astimezone(UTC),
        datetime.combine(last_day, closes, zone).astimezone(UTC),
    )


def minutes_within(
    span: Span,
    opens: time,
    closes: time,
    zone: ZoneInfo,
    weekdays: Container[int] = EVERY_DAY,
) -> int:
    """Count the minutes of a span that lie in the opening hours of these weekdays."""
    inside = timedelta(0)
    # The hours of the day before may reach into the span.
    day = span.starts_at.astimezone(zone).date() - timedelta(days=1)
    while day <= span.ends_at.astimezone(zone).date():
        if day.weekday() in weekdays:
            window = window_on(day, opens, closes, zone)
            starts_at = max(span.starts_at, window.starts_at)
            ends_at = min(span.ends_at, window.ends_at)
            inside += max(ends_at - starts_at, timedelta(0))
        day += timedelta(days=1)
    return inside // timedelta(minutes=1)


def week_of(moment: datetime, zone: ZoneInfo) -> Span:
    """Return the week, Monday to Sunday, in which a moment lies."""
    day = moment.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    return Span(
        datetime.combine(monday, time(0), zone).astimezone(UTC),
        datetime.combine(monday + timedelta(days=7), time(0), zone).astimezone(UTC),
    )
