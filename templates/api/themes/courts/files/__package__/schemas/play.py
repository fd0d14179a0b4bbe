"""Courts and bookings as JSON."""

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from courts_api.schemas.common import Id, Model, Text


def check_time_of_day(value: time) -> time:
    """Accept what a clock on the wall shows."""
    if value.tzinfo or value.second or value.microsecond:
        raise ValueError("a time of day is hours and minutes, such as 07:30")
    return value


def start_of_minute(moment: datetime) -> datetime:
    """Drop the seconds."""
    return moment.replace(second=0, microsecond=0)


Surface = Literal["clay", "grass", "hard"]
TimeOfDay = Annotated[time, AfterValidator(check_time_of_day)]
Moment = Annotated[AwareDatetime, AfterValidator(start_of_minute)]
Minutes = Annotated[int, Field(strict=True, ge=30, le=720, multiple_of=15)]


class CourtIn(Model):
    """New court; its hours are in local time, 00:00 to 00:00 is round the clock."""

    name: Text
    surface: Surface
    opens_at: TimeOfDay
    closes_at: TimeOfDay


class CourtOut(Model):
    """Court as shown to clients."""

    id: int
    name: str
    surface: Surface
    opens_at: time
    closes_at: time


class SpanOut(Model):
    """Time during which a court is free."""

    starts_at: datetime
    ends_at: datetime


class BookingIn(Model):
    """Court, beginning and length of a booking."""

    court_id: Id = Field(strict=True)
    starts_at: Moment
    minutes: Minutes


class BookingOut(Model):
    """Booking as shown to whoever made it; ``charged_minutes`` is what it costs."""

    id: int
    court_id: int
    user_id: int
    starts_at: datetime
    ends_at: datetime
    charged_minutes: int
    cancelled_at: datetime | None
