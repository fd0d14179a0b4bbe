"""Opening hours, peak time and weeks, also on the nights when clocks change.

Lisbon's clocks skip an hour on 29 March 2026 at 01:00, and repeat one on
25 October 2026 at 02:00.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from courts_api.hours import MONDAY_TO_FRIDAY, Span, minutes_within, week_of, window_on

LISBON = ZoneInfo("Europe/Lisbon")


def span(text: str, minutes: int) -> Span:
    """Return the span that begins at a local time such as 2026-07-01T10:00."""
    starts_at = datetime.fromisoformat(text).replace(tzinfo=LISBON).astimezone(UTC)
    return Span(starts_at, starts_at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("opens", "closes", "start", "minutes", "inside"),
    [
        (time(8), time(22), "2026-07-01T10:00", 90, 90),
        (time(8), time(22), "2026-07-01T08:00", 60, 60),
        (time(8), time(22), "2026-07-01T07:30", 60, 30),
        (time(8), time(22), "2026-07-01T21:45", 60, 15),
        (time(8), time(22), "2026-07-01T23:00", 60, 0),
        (time(18), time(2), "2026-07-01T23:30", 60, 60),  # closes on the next day
        (time(18), time(2), "2026-07-02T01:30", 60, 30),
        (time(0), time(0), "2026-07-01T23:30", 60, 60),  # round the clock
        (time(0), time(0), "2026-03-29T00:30", 60, 60),  # clocks go forward
        (time(0), time(2), "2026-10-25T00:30", 120, 120),  # back: 01:00 comes twice
    ],
)
def test_minutes_within_opening_hours(
    opens: time, closes: time, start: str, minutes: int, inside: int
) -> None:
    assert minutes_within(span(start, minutes), opens, closes, LISBON) == inside


@pytest.mark.parametrize(
    ("day", "minutes"),
    [("2026-07-03", 60), ("2026-07-04", 0), ("2026-07-05", 0), ("2026-07-06", 60)],
)
def test_minutes_within_weekdays(day: str, minutes: int) -> None:
    evening = span(f"{day}T20:00", 120)
    peak = minutes_within(evening, time(17), time(21), LISBON, MONDAY_TO_FRIDAY)
    assert peak == minutes


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 7, 1), 24), (date(2026, 10, 25), 25)],
)
def test_a_day_has_23_to_25_hours(day: date, hours: int) -> None:
    window = window_on(day, time(0), time(0), LISBON)
    assert window.ends_at - window.starts_at == timedelta(hours=hours)


def test_a_week_begins_on_monday_at_the_club() -> None:
    sunday = span("2026-07-05T23:59", 1)
    monday = span("2026-07-06T00:00", 1)
    assert sunday.starts_at.weekday() == 6
    assert week_of(sunday.starts_at, LISBON).ends_at == monday.starts_at
    assert week_of(monday.starts_at, LISBON).starts_at == monday.starts_at
