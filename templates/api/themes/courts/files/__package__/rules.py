"""The club's house rules; the environment can change each of them."""

from datetime import time
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings


class Rules(BaseSettings):
    """Where the clocks of the club hang, and how much a player may book."""

    club_timezone: ZoneInfo = ZoneInfo("Europe/Lisbon")
    days_ahead: int = Field(default=14, ge=1, le=365)
    manager_days_ahead: int = Field(default=365, ge=1, le=3650)
    longest_minutes: int = Field(default=120, ge=30)
    weekly_minutes: int = Field(default=300, ge=30)
    # Monday to Friday; a minute of peak time counts as this many.
    peak_from: time = time(17)
    peak_until: time = time(21)
    peak_factor: int = Field(default=2, ge=1)
    free_cancel_hours: int = Field(default=12, ge=0, le=720)
