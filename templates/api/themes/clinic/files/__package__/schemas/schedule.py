"""Shifts and appointments as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from clinic_api.schemas.common import Id, LongText, Model, Text


def drop_seconds(moment: datetime) -> datetime:
    """Round down to the minute; nobody is seen at half past nine and ten seconds."""
    return moment.replace(second=0, microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(drop_seconds)]
Room = Annotated[str, StringConstraints(pattern=r"^[A-Z]?[0-9]{1,4}$")]
SlotMinutes = Annotated[int, Field(strict=True, ge=5, le=60)]
SlotNumber = Annotated[int, Field(strict=True, ge=1, le=48)]


class ShiftIn(Model):
    """Shift to publish, with the doctor's name as patients know it."""

    doctor_name: Text
    room: Room
    starts_at: Moment
    slot_minutes: SlotMinutes
    slots: SlotNumber


class ShiftOut(Model):
    """Shift as shown to clients."""

    id: int
    doctor_id: int
    doctor_name: str
    room: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int


class SlotOut(Model):
    """Slot of a shift; ``free`` means that it can be booked now."""

    slot: int
    starts_at: datetime
    free: bool


class AppointmentIn(Model):
    """Slot to book, and what it is about."""

    shift_id: Id = Field(strict=True)
    slot: SlotNumber
    reason: LongText


class AppointmentOut(Model):
    """Appointment as shown to its patient and its doctor."""

    id: int
    shift_id: int
    patient_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    cancelled_at: datetime | None
