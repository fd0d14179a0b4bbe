"""Opening hours as rules. Everything here is local time, on the clock at the door."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hours.data import sound

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 60  # days


@dataclass(frozen=True)
class Span:
    """From when until when it is open on one day; the end is no longer open."""

    opens: time
    closes: time


@dataclass(frozen=True)
class Place:
    """A week that repeats, and days on which it does not count."""

    week: dict[str, list[Span]]
    closed: frozenset[date]

    def spans(self, day: date) -> list[Span]:
        """List when the place is open on a day."""
        if day in self.closed:
            return []
        return self.week.get(DAYS[day.weekday()], [])

    def is_open(self, at: datetime) -> bool:
        """Say whether the place is open at a moment."""
        return any(
            span.opens <= at.time() < span.closes for span in self.spans(at.date())
        )

    def next_change(self, at: datetime) -> datetime | None:
        """Say when it opens or closes next; None if not in the next weeks."""
        return next((moment for moment in self.changes(at) if moment > at), None)

    def changes(self, at: datetime) -> Iterator[datetime]:
        """Yield the openings and closings from this day on."""
        for ahead in range(LOOK_AHEAD):
            day = at.date() + timedelta(days=ahead)
            for span in self.spans(day):
                yield datetime.combine(day, span.opens, at.tzinfo)
                yield datetime.combine(day, span.closes, at.tzinfo)


@dataclass(frozen=True)
class Timetable:
    """All places of a town."""

    timezone: ZoneInfo
    places: dict[str, Place]


def parse_span(text: str) -> Span:
    """Read ``09:00-17:30``."""
    opens, closes = (time.fromisoformat(part) for part in text.split("-"))
    if opens >= closes:
        raise ValueError(f"{text} ends before it begins")
    return Span(opens, closes)


def parse_day(texts: list[str]) -> list[Span]:
    """Read the spans of a day, which must be in order and apart."""
    spans = [parse_span(text) for text in texts]
    for earlier, later in pairwise(spans):
        if later.opens <= earlier.closes:
            raise ValueError(f"{texts} overlap or are out of order")
    return spans


def parse_timetable(data: Any) -> Timetable:  # noqa: ANN401  (any JSON)
    """Check the hours, so that no typing error sends people to a locked door."""
    with sound("the opening hours"):
        places = {}
        for name, place in data["places"].items():
            unknown = set(place["week"]) - set(DAYS)
            if unknown:
                raise ValueError(f"{name} opens on {unknown}")
            week = {day: parse_day(texts) for day, texts in place["week"].items()}
            if not any(week.values()):
                raise ValueError(f"{name} never opens")
            closed = frozenset(date.fromisoformat(day) for day in place["closed"])
            places[name] = Place(week, closed)
        if not places:
            raise ValueError("no place")
        return Timetable(ZoneInfo(data["timezone"]), places)
