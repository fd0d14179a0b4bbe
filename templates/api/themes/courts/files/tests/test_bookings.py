"""House rules for bookings, among them those that only a real database can show."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courts_api.config import Settings
from courts_api.models import Booking, Court, User, utcnow
from tests.conftest import Headers
from tests.race import post_at_once

ZONE = ZoneInfo("Europe/Lisbon")
WEDNESDAY, SATURDAY = 2, 5


def on(weekday: int, clock: str) -> datetime:
    """Return a time of day at the club, on such a weekday in 2 to 8 days."""
    today = utcnow().astimezone(ZONE).date()
    day = today + timedelta(days=2 + (weekday - today.weekday() - 2) % 7)
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def local_clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(ZONE):%H:%M}"


def add_court(session: Session, name: str = "Centre") -> Court:
    court = Court(name=name, surface="clay", opens_at=time(8), closes_at=time(22))
    session.add(court)
    session.commit()
    return court


@pytest.fixture
def court(session: Session) -> Court:
    """Return a court that is open from 8 to 22 o'clock."""
    return add_court(session)


def wish(court: Court, starts_at: datetime, minutes: int = 60) -> dict[str, object]:
    return {
        "court_id": court.id,
        "starts_at": starts_at.isoformat(),
        "minutes": minutes,
    }


def book(
    client: TestClient, headers: Headers, court: Court, clock: str, minutes: int = 60
) -> str:
    body = wish(court, on(WEDNESDAY, clock), minutes)
    response = client.post("/bookings", json=body, headers=headers)
    assert response.status_code == 201, response.text
    url: str = response.headers["Location"]
    assert url == f"/bookings/{response.json()['id']}"
    return url


def refusal(client: TestClient, headers: Headers, body: dict[str, object]) -> str:
    response = client.post("/bookings", json=body, headers=headers)
    assert response.status_code == 409, response.text
    detail: str = response.json()["detail"]
    return detail


def move(session: Session, url: str, starts_at: datetime) -> None:
    """Pretend that a booking begins (or began) at another time."""
    booking = session.get_one(Booking, int(url.split("/")[2]))
    booking.during = Range(starts_at, starts_at + timedelta(minutes=60))
    session.commit()


def test_a_court_is_booked_once_at_a_time(
    client: TestClient, user: Headers, other: Headers, court: Court, session: Session
) -> None:
    url = book(client, user, court, "10:00")
    for clock in ("09:30", "10:00", "10:45"):
        body = wish(court, on(WEDNESDAY, clock))
        assert refusal(client, other, body) == "This court is taken at that time."
    book(client, other, court, "11:00")  # in the moment the first one ends
    book(client, other, add_court(session, "Riverside"), "10:00")
    client.post(f"{url}/cancel", headers=user)
    book(client, other, court, "10:00")


@pytest.mark.parametrize(
    ("weekday", "clock", "minutes", "cost"),
    [
        (WEDNESDAY, "10:00", 90, 90),
        (WEDNESDAY, "16:30", 60, 90),  # half of it in peak time
        (WEDNESDAY, "18:00", 60, 120),
        (WEDNESDAY, "21:00", 60, 60),
        (SATURDAY, "18:00", 60, 60),
    ],
)
def test_peak_time_costs_double(
    client: TestClient,
    user: Headers,
    court: Court,
    weekday: int,
    clock: str,
    minutes: int,
    cost: int,
) -> None:
    body = wish(court, on(weekday, clock), minutes)
    booked = client.post("/bookings", json=body, headers=user).json()
    assert booked["charged_minutes"] == cost
    starts_at, ends_at = (
        datetime.fromisoformat(booked[name]) for name in ("starts_at", "ends_at")
    )
    assert starts_at == on(weekday, clock)
    assert ends_at - starts_at == timedelta(minutes=minutes)


def test_a_week_has_so_many_minutes(
    client: TestClient, user: Headers, other: Headers, court: Court, session: Session
) -> None:
    first = book(client, user, court, "08:00", 120)
    second = book(client, user, court, "10:00", 105)
    reason = "This costs 90 minutes; you have 75 left in that week."
    assert refusal(client, user, wish(court, on(WEDNESDAY, "12:00"), 90)) == reason
    book(client, user, court, "12:00", 75)
    book(client, other, court, "13:15")
    # What was charged for other weeks does not count in this one.
    move(session, first, on(WEDNESDAY, "08:00") - timedelta(days=7))
    move(session, second, on(WEDNESDAY, "08:00") + timedelta(days=7))
    book(client, user, court, "08:00", 120)
    book(client, user, court, "10:00", 105)


def test_who_cancels_late_still_pays(
    client: TestClient, user: Headers, admin: Headers, court: Court, session: Session
) -> None:
    for hours, headers, cost in ((13, user, 0), (11, user, 60), (11, admin, 0)):
        url = book(client, user, court, "10:00")
        move(session, url, utcnow() + timedelta(hours=hours))
        cancelled = client.post(f"{url}/cancel", headers=headers).json()
        assert cancelled["cancelled_at"] is not None
        assert cancelled["charged_minutes"] == cost
        assert client.post(f"{url}/cancel", headers=headers).status_code == 409


def test_what_has_begun_is_not_cancelled(
    client: TestClient, user: Headers, court: Court, session: Session
) -> None:
    url = book(client, user, court, "10:00")
    move(session, url, utcnow() - timedelta(minutes=1))
    assert client.post(f"{url}/cancel", headers=user).status_code == 409


def test_players_book_while_the_court_is_open(
    client: TestClient, user: Headers, court: Court
) -> None:
    reason = "This court is not open all that time."
    for clock in ("07:30", "21:30", "23:00"):
        assert refusal(client, user, wish(court, on(WEDNESDAY, clock))) == reason
    body = wish(court, on(WEDNESDAY, "10:00"), 135)
    assert refusal(client, user, body) == "Players book at most 120 minutes at a time."


@pytest.mark.parametrize(
    "starts_at",
    [
        utcnow() - timedelta(minutes=1),
        utcnow() + timedelta(days=14, minutes=5),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
    ],
)
def test_players_book_two_weeks_ahead(
    client: TestClient, user: Headers, court: Court, starts_at: datetime
) -> None:
    reason = "You can book from now on up to 14 days ahead."
    assert refusal(client, user, wish(court, starts_at)) == reason


def test_managers_book_without_limits(
    client: TestClient, admin: Headers, court: Court
) -> None:
    tournament = wish(court, utcnow() + timedelta(days=90), 720)
    booked = client.post("/bookings", json=tournament, headers=admin)
    assert booked.status_code == 201
    assert booked.json()["charged_minutes"] == 0
    assert refusal(client, admin, tournament) == "This court is taken at that time."


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"court_id": 999999}, 404),
        ({"court_id": "1"}, 422),
        ({"minutes": 15}, 422),
        ({"minutes": 50}, 422),
        ({"minutes": "60"}, 422),
        ({"starts_at": "2026-07-01T10:00:00"}, 422),  # where?
        ({"user_id": 1}, 422),
    ],
)
def test_bad_bookings_are_refused(
    client: TestClient,
    user: Headers,
    court: Court,
    change: dict[str, object],
    status: int,
) -> None:
    body = wish(court, on(WEDNESDAY, "10:00")) | change
    assert client.post("/bookings", json=body, headers=user).status_code == status


def test_players_see_and_cancel_only_their_own_bookings(
    client: TestClient, user: Headers, other: Headers, admin: Headers, court: Court
) -> None:
    url = book(client, user, court, "10:00")
    for headers, total, status in ((user, 1, 200), (other, 0, 404), (admin, 1, 200)):
        assert client.get("/bookings", headers=headers).json()["total"] == total
        assert client.get(url, headers=headers).status_code == status
    assert client.post(f"{url}/cancel", headers=other).status_code == 404


def test_free_time_is_what_bookings_leave(
    client: TestClient, user: Headers, court: Court
) -> None:
    url = f"/courts/{court.id}/free"

    def free(day: str) -> list[tuple[str, str]]:
        spans = client.get(url, params={"day": day}, headers=user).json()
        return [
            (local_clock(span["starts_at"]), local_clock(span["ends_at"]))
            for span in spans
        ]

    day = f"{on(WEDNESDAY, '10:00'):%Y-%m-%d}"
    assert free(day) == [("08:00", "22:00")]
    book(client, user, court, "08:00")
    book(client, user, court, "12:00")
    cancelled = book(client, user, court, "14:00")
    client.post(f"{cancelled}/cancel", headers=user)
    assert free(day) == [("09:00", "12:00"), ("13:00", "22:00")]
    for far_away in ("0001-01-01", "2020-02-02", "9999-12-31"):
        assert free(far_away) == []


def test_the_database_itself_keeps_bookings_apart(
    client: TestClient, user: Headers, court: Court, session: Session
) -> None:
    url = book(client, user, court, "10:00")
    first = session.get_one(Booking, int(url.split("/")[2]))
    second = Booking(court_id=court.id, user_id=first.user_id, charged_minutes=0)
    second.during = Range(first.ends_at - timedelta(seconds=1), first.ends_at)
    session.add(second)
    with pytest.raises(IntegrityError, match="ex_bookings_one_at_a_time"):
        session.flush()


def test_players_race_for_a_court(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    court = add_court(committed)
    players = [User(email=f"p{n}@example.org", password_hash="-") for n in range(8)]
    committed.add_all(players)
    committed.commit()
    begin = on(WEDNESDAY, "10:00")
    wishes = [
        (header_for(player), wish(court, begin + timedelta(minutes=5 * n)))
        for n, player in enumerate(players)
    ]
    statuses = post_at_once(settings, "/bookings", wishes)
    assert statuses == [201] + [409] * 7
    assert len(committed.scalars(select(Booking)).all()) == 1


def test_one_player_cannot_race_past_the_weekly_minutes(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    courts = [add_court(committed, f"Court {n}") for n in range(8)]
    player = User(email="p@example.org", password_hash="-")
    committed.add(player)
    committed.commit()
    begin = on(WEDNESDAY, "10:00")
    wishes = [(header_for(player), wish(court, begin, 90)) for court in courts]
    statuses = post_at_once(settings, "/bookings", wishes)
    assert statuses == [201] * 3 + [409] * 5
