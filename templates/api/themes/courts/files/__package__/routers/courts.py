"""Courts and their free time; managers add courts."""

from datetime import date, timedelta

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courts_api.access import Permission
from courts_api.db import SessionDep
from courts_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    needs,
    problems,
)
from courts_api.hours import window_on
from courts_api.models import Booking, Court, utcnow
from courts_api.schemas.common import Page
from courts_api.schemas.play import CourtIn, CourtOut, SpanOut

router = APIRouter(prefix="/courts", tags=["courts"])

can_see = needs(Permission.SEE_COURTS)
can_run = needs(Permission.RUN_CLUB)


def find_court(court_id: int, session: Session) -> Court:
    """Return a court or answer 404."""
    court = session.get(Court, court_id)
    if court is None:
        raise HTTPException(404, "There is no such court.")
    return court


@router.get("", dependencies=[can_see], responses=problems(401, 403, 422, 503))
def list_courts(session: SessionDep, paging: PagingDep) -> Page[CourtOut]:
    """List courts by name."""
    return fetch_page(session, select(Court), CourtOut, paging, Court.name)


@router.post(
    "",
    status_code=201,
    dependencies=[can_run],
    responses=problems(400, 401, 403, 409, 422, 503),
)
def add_court(body: CourtIn, session: SessionDep, response: Response) -> CourtOut:
    """Add a court; it can be booked at once."""
    court = Court(**body.model_dump())
    session.add(court)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "Another court has this name.") from None
    response.headers["Location"] = f"/courts/{court.id}"
    return CourtOut.model_validate(court)


@router.get(
    "/{court_id}",
    dependencies=[can_see],
    responses=problems(401, 403, 404, 422, 503),
)
def show_court(court_id: PathId, session: SessionDep) -> CourtOut:
    """Show one court."""
    return CourtOut.model_validate(find_court(court_id, session))


@router.get(
    "/{court_id}/free",
    dependencies=[can_see],
    responses=problems(401, 403, 404, 422, 503),
)
def list_free_time(
    court_id: PathId, day: date, session: SessionDep, settings: SettingsDep
) -> list[SpanOut]:
    """List the gaps between the bookings of a day, as far as they can be booked."""
    court = find_court(court_id, session)
    now = utcnow()
    today = now.astimezone(settings.club_timezone).date()
    if not today <= day <= today + timedelta(days=settings.days_ahead):
        return []
    window = window_on(day, court.opens_at, court.closes_at, settings.club_timezone)
    bookings = session.scalars(
        select(Booking)
        .where(
            Booking.court_id == court.id,
            Booking.cancelled_at.is_(None),
            Booking.during.overlaps(Range(*window)),
        )
        .order_by(Booking.during)
    )
    free = []
    free_from = max(window.starts_at, now)
    for booking in bookings:
        if free_from < booking.starts_at:
            free.append(SpanOut(starts_at=free_from, ends_at=booking.starts_at))
        free_from = max(free_from, booking.ends_at)
    if free_from < window.ends_at:
        free.append(SpanOut(starts_at=free_from, ends_at=window.ends_at))
    return free
