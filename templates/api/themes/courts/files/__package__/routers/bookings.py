"""Bookings, what they cost of a player's week, and giving them back."""

from datetime import UTC, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from courts_api.access import Permission
from courts_api.config import Settings
from courts_api.db import SessionDep
from courts_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    may,
    needs,
    problems,
)
from courts_api.hours import MONDAY_TO_FRIDAY, Span, minutes_within, week_of
from courts_api.models import Booking, Court, User, utcnow
from courts_api.routers.courts import find_court
from courts_api.schemas.common import Page
from courts_api.schemas.play import BookingIn, BookingOut

router = APIRouter(prefix="/bookings", tags=["bookings"])

Player = Annotated[User, needs(Permission.BOOK)]


def find_booking(
    booking_id: int, session: Session, user: User, *, lock: bool = False
) -> Booking:
    """Return a booking or answer 404; other players' bookings look like none."""
    booking = session.get(Booking, booking_id, with_for_update=lock)
    if booking is None or not (
        booking.user_id == user.id or may(user, Permission.RUN_CLUB)
    ):
        raise HTTPException(404, "There is no such booking.")
    return booking


def spent_minutes(user: User, week: Span, session: Session) -> int:
    """Add up what a player was charged for bookings that begin in a week."""
    begins = func.lower(Booking.during)
    query = select(func.coalesce(func.sum(Booking.charged_minutes), 0)).where(
        Booking.user_id == user.id, begins >= week.starts_at, begins < week.ends_at
    )
    return session.scalars(query).one()


def charge(
    span: Span, court: Court, user: User, session: Session, settings: Settings
) -> int:
    """Return the minutes that a booking costs, or answer 409 if it is not allowed."""
    zone = settings.club_timezone
    minutes = (span.ends_at - span.starts_at) // timedelta(minutes=1)
    if minutes > settings.longest_minutes:
        raise HTTPException(
            409, f"Players book at most {settings.longest_minutes} minutes at a time."
        )
    if minutes_within(span, court.opens_at, court.closes_at, zone) < minutes:
        raise HTTPException(409, "This court is not open all that time.")
    peak = minutes_within(
        span, settings.peak_from, settings.peak_until, zone, MONDAY_TO_FRIDAY
    )
    cost = minutes + peak * (settings.peak_factor - 1)
    spent = spent_minutes(user, week_of(span.starts_at, zone), session)
    left = max(settings.weekly_minutes - spent, 0)
    if cost > left:
        raise HTTPException(
            409, f"This costs {cost} minutes; you have {left} left in that week."
        )
    return cost


@router.get("", responses=problems(401, 403, 422, 503))
def list_bookings(
    session: SessionDep, user: Player, paging: PagingDep
) -> Page[BookingOut]:
    """List bookings, latest first: players see their own, managers all."""
    query = select(Booking)
    if not may(user, Permission.RUN_CLUB):
        query = query.where(Booking.user_id == user.id)
    return fetch_page(
        session, query, BookingOut, paging, Booking.during.desc(), Booking.id
    )


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 422, 503))
def book(
    body: BookingIn,
    session: SessionDep,
    user: Player,
    settings: SettingsDep,
    response: Response,
) -> BookingOut:
    """Book a court.

    The account's row lock makes a player's own requests take turns, so that
    the weekly minutes hold. Players who want the same court are kept apart by
    the exclusion constraint. ``ON CONFLICT`` is more than a shorter way to
    catch its error: plain inserts that wait for each other would deadlock.
    """
    session.refresh(user, with_for_update=True)
    court = find_court(body.court_id, session)
    runs_club = may(user, Permission.RUN_CLUB)
    days = settings.manager_days_ahead if runs_club else settings.days_ahead
    now = utcnow()
    if not now < body.starts_at <= now + timedelta(days=days):
        raise HTTPException(409, f"You can book from now on up to {days} days ahead.")
    starts_at = body.starts_at.astimezone(UTC)
    span = Span(starts_at, starts_at + timedelta(minutes=body.minutes))
    cost = 0 if runs_club else charge(span, court, user, session, settings)
    booking = session.scalar(
        insert(Booking)
        .values(
            court_id=court.id,
            user_id=user.id,
            during=Range(*span),
            charged_minutes=cost,
        )
        .on_conflict_do_nothing(constraint="ex_bookings_one_at_a_time")
        .returning(Booking)
    )
    if booking is None:
        raise HTTPException(409, "This court is taken at that time.")
    session.commit()
    response.headers["Location"] = f"/bookings/{booking.id}"
    return BookingOut.model_validate(booking)


@router.get("/{booking_id}", responses=problems(401, 403, 404, 422, 503))
def show_booking(booking_id: PathId, session: SessionDep, user: Player) -> BookingOut:
    """Show one booking to its player or to a manager."""
    return BookingOut.model_validate(find_booking(booking_id, session, user))


@router.post("/{booking_id}/cancel", responses=problems(401, 403, 404, 409, 422, 503))
def cancel(
    booking_id: PathId, session: SessionDep, user: Player, settings: SettingsDep
) -> BookingOut:
    """Give the time back; a player who does so late still pays for it."""
    booking = find_booking(booking_id, session, user, lock=True)
    now = utcnow()
    if booking.cancelled_at is not None or booking.starts_at <= now:
        raise HTTPException(409, "This booking has begun or was cancelled.")
    in_time = booking.starts_at - now >= timedelta(hours=settings.free_cancel_hours)
    if in_time or may(user, Permission.RUN_CLUB):
        booking.charged_minutes = 0
    booking.cancelled_at = now
    session.commit()
    return BookingOut.model_validate(booking)
