"""Booking a slot, and giving it back in good time."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic_api.access import Permission
from clinic_api.config import Settings
from clinic_api.db import SessionDep
from clinic_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    may,
    needs,
    problems,
)
from clinic_api.models import Appointment, Shift, User, utcnow
from clinic_api.schemas.common import Page
from clinic_api.schemas.schedule import AppointmentIn, AppointmentOut

router = APIRouter(prefix="/appointments", tags=["appointments"])

Patient = Annotated[User, needs(Permission.BOOK)]


def visible_to(user: User) -> Select[Appointment]:
    """Select what somebody may see: their own, and those of the shifts they work.

    A reason to see a doctor is nobody else's business, not even a colleague's.
    """
    if not may(user, Permission.WORK_SHIFTS):
        return select(Appointment).where(Appointment.patient_id == user.id)
    return (
        select(Appointment)
        .join(Shift)
        .where(or_(Appointment.patient_id == user.id, Shift.doctor_id == user.id))
    )


def find_appointment(
    appointment_id: int, session: Session, user: User, *, lock: bool = False
) -> Appointment:
    """Return an appointment or answer 404, also if it is not for these eyes."""
    query = visible_to(user).where(Appointment.id == appointment_id)
    if lock:
        query = query.with_for_update(of=Appointment)
    appointment = session.scalar(query)
    if appointment is None:
        raise HTTPException(404, "There is no such appointment.")
    return appointment


@router.get("", responses=problems(401, 403, 422, 503))
def list_appointments(
    session: SessionDep, user: Patient, paging: PagingDep
) -> Page[AppointmentOut]:
    """List appointments, latest first: one's own, and for doctors their patients'."""
    return fetch_page(
        session,
        visible_to(user),
        AppointmentOut,
        paging,
        Appointment.starts_at.desc(),
        Appointment.id,
    )


def check_limits(wanted: Appointment, session: Session, settings: Settings) -> None:
    """Answer 409 if the patient may have no further appointment, or none then."""
    upcoming = session.scalars(
        select(Appointment).where(
            Appointment.patient_id == wanted.patient_id,
            Appointment.cancelled_at.is_(None),
            Appointment.ends_at > utcnow(),
        )
    ).all()
    if any(
        other.starts_at < wanted.ends_at and wanted.starts_at < other.ends_at
        for other in upcoming
    ):
        raise HTTPException(409, "You have an appointment at that time.")
    if len(upcoming) >= settings.max_upcoming:
        raise HTTPException(409, "You have as many appointments as you may book.")


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 422, 503))
def book(
    body: AppointmentIn,
    session: SessionDep,
    patient: Patient,
    settings: SettingsDep,
    response: Response,
) -> AppointmentOut:
    """Book a slot.

    The account's row lock makes a patient's own requests take turns, so that
    the limits hold. The slot needs no lock: of all patients who want it, its
    unique index lets one in.
    """
    session.refresh(patient, with_for_update=True)
    shift = session.get(Shift, body.shift_id)
    if shift is None:
        raise HTTPException(404, "There is no such shift.")
    slot_starts = shift.slot_starts()
    if body.slot > len(slot_starts):
        raise HTTPException(404, "This shift has no such slot.")
    starts_at = slot_starts[body.slot - 1]
    if starts_at <= utcnow():
        raise HTTPException(409, "This slot has passed.")
    appointment = Appointment(
        shift_id=shift.id,
        patient_id=patient.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=shift.slot_minutes),
        reason=body.reason,
    )
    check_limits(appointment, session, settings)
    session.add(appointment)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "Somebody else has this slot.") from None
    response.headers["Location"] = f"/appointments/{appointment.id}"
    return AppointmentOut.model_validate(appointment)


@router.get("/{appointment_id}", responses=problems(401, 403, 404, 422, 503))
def show_appointment(
    appointment_id: PathId, session: SessionDep, user: Patient
) -> AppointmentOut:
    """Show one appointment to its patient or its doctor."""
    appointment = find_appointment(appointment_id, session, user)
    return AppointmentOut.model_validate(appointment)


@router.post(
    "/{appointment_id}/cancel", responses=problems(401, 403, 404, 409, 422, 503)
)
def cancel(
    appointment_id: PathId, session: SessionDep, user: Patient, settings: SettingsDep
) -> AppointmentOut:
    """Cancel: the patient in good time, the doctor until it begins."""
    appointment = find_appointment(appointment_id, session, user, lock=True)
    if appointment.cancelled_at is not None:
        raise HTTPException(409, "This appointment is cancelled already.")
    now = utcnow()
    left = appointment.starts_at - now
    if left <= timedelta(0):
        raise HTTPException(409, "This appointment has begun.")
    is_patient = appointment.patient_id == user.id
    if is_patient and left < timedelta(hours=settings.cancel_hours):
        raise HTTPException(
            409, f"Less than {settings.cancel_hours} hours are left; please phone."
        )
    appointment.cancelled_at = now
    session.commit()
    return AppointmentOut.model_validate(appointment)
