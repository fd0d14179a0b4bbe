"""Shifts: doctors publish them, patients look for a free slot."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic_api.access import Permission
from clinic_api.db import SessionDep
from clinic_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    needs,
    problems,
)
from clinic_api.models import Appointment, Shift, User, utcnow
from clinic_api.schemas.common import Page
from clinic_api.schemas.schedule import ShiftIn, ShiftOut, SlotOut

router = APIRouter(prefix="/shifts", tags=["shifts"])

can_read = needs(Permission.READ_SHIFTS)
Doctor = Annotated[User, needs(Permission.WORK_SHIFTS)]


@router.get("", dependencies=[can_read], responses=problems(401, 403, 422, 503))
def list_shifts(session: SessionDep, paging: PagingDep) -> Page[ShiftOut]:
    """List the shifts that are not over, soonest first."""
    query = select(Shift).where(Shift.ends_at > utcnow())
    return fetch_page(session, query, ShiftOut, paging, Shift.starts_at, Shift.id)


@router.post("", status_code=201, responses=problems(400, 401, 403, 409, 422, 503))
def publish_shift(
    body: ShiftIn,
    session: SessionDep,
    doctor: Doctor,
    settings: SettingsDep,
    response: Response,
) -> ShiftOut:
    """Publish a shift.

    The exclusion constraint alone would keep two shifts of a doctor apart. The
    row lock is there because two inserts may wait for each other's check, and
    PostgreSQL would end that deadlock with an error after a second.
    """
    session.refresh(doctor, with_for_update=True)
    now = utcnow()
    if not now < body.starts_at <= now + timedelta(days=settings.publish_days):
        raise HTTPException(
            409, f"A shift has to begin within the next {settings.publish_days} days."
        )
    shift = Shift(
        doctor_id=doctor.id,
        doctor_name=body.doctor_name,
        room=body.room,
        starts_at=body.starts_at,
        ends_at=body.starts_at + body.slots * timedelta(minutes=body.slot_minutes),
        slot_minutes=body.slot_minutes,
    )
    session.add(shift)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "You work another shift at that time.") from None
    response.headers["Location"] = f"/shifts/{shift.id}/slots"
    return ShiftOut.model_validate(shift)


@router.get(
    "/{shift_id}/slots",
    dependencies=[can_read],
    responses=problems(401, 403, 404, 422, 503),
)
def list_slots(shift_id: PathId, session: SessionDep) -> list[SlotOut]:
    """Show the slots of a shift, and which are free, but not who has the others."""
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise HTTPException(404, "There is no such shift.")
    taken = session.scalars(
        select(Appointment.starts_at).where(
            Appointment.shift_id == shift.id, Appointment.cancelled_at.is_(None)
        )
    ).all()
    now = utcnow()
    return [
        SlotOut(
            slot=number,
            starts_at=starts_at,
            free=starts_at > now and starts_at not in taken,
        )
        for number, starts_at in enumerate(shift.slot_starts(), start=1)
    ]
