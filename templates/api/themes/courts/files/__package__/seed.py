"""Sample data: four courts, a manager, and players with bookings around today."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from courts_api.access import Role
from courts_api.accounts import save_user
from courts_api.config import Settings
from courts_api.models import Booking, Court, utcnow

COURTS = [
    ("Centre", "clay", time(8), time(22)),
    ("Riverside", "clay", time(8), time(22)),
    ("Old Lawn", "grass", time(9), time(19, 30)),
    ("The Hangar", "hard", time(6), time(0)),
]
# Who plays on which court: in how many days, from what hour, for how many minutes.
BOOKINGS = [
    ("beatriz@example.org", "Centre", -5, 10, 90),
    ("beatriz@example.org", "Centre", 2, 10, 90),
    ("kofi@example.org", "Old Lawn", -3, 14, 60),
    ("kofi@example.org", "Centre", 2, 12, 60),
    ("yuki@example.org", "The Hangar", 1, 7, 45),
    ("yuki@example.org", "Riverside", 8, 9, 120),
]


def add_samples(session: Session, password_hash: str, settings: Settings) -> int:
    """Add the sample data unless there are courts; returns how many rows it added."""
    if session.scalar(select(Court.id).limit(1)) is not None:
        return 0
    save_user(session, "manager@example.org", password_hash, Role.MANAGER)
    courts = {
        name: Court(name=name, surface=surface, opens_at=opens_at, closes_at=closes_at)
        for name, surface, opens_at, closes_at in COURTS
    }
    session.add_all(courts.values())
    session.flush()
    zone = settings.club_timezone
    today = utcnow().astimezone(zone).date()
    for email, name, in_days, hour, minutes in BOOKINGS:
        day = today + timedelta(days=in_days)
        starts_at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        booking = Booking(
            court_id=courts[name].id,
            user_id=save_user(session, email, password_hash, Role.PLAYER).id,
            during=Range(starts_at, starts_at + timedelta(minutes=minutes)),
            charged_minutes=minutes,
        )
        session.add(booking)
    return len(COURTS) + len(BOOKINGS)
