"""Sample data: two doctors, their shifts of last week and the next ones, patients."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_api.access import Role
from clinic_api.accounts import save_user
from clinic_api.config import Settings
from clinic_api.models import Appointment, Shift, utcnow

DOCTORS = {
    "okafor@example.org": "Dr Ngozi Okafor",
    "lindqvist@example.org": "Dr Emil Lindqvist",
}
# Who works in which room: in how many days, from what hour, how long is a slot.
SHIFTS = [
    ("okafor@example.org", "A12", -7, 8, 15),
    ("okafor@example.org", "A12", 2, 8, 15),
    ("lindqvist@example.org", "B3", -6, 9, 30),
    ("lindqvist@example.org", "B3", 10, 7, 10),
]
# Who comes to which of these shifts, in which slot, and why.
APPOINTMENTS = [
    ("samira@example.org", 0, 3, "Cough for two weeks"),
    ("samira@example.org", 1, 1, "Cough, second visit"),
    ("tomasz@example.org", 0, 4, "Blood pressure"),
    ("leilani@example.org", 2, 6, "Sprained ankle"),
    ("leilani@example.org", 3, 10, "Flu vaccination"),
]


def add_samples(session: Session, password_hash: str, _: Settings) -> int:
    """Add the sample data unless there are shifts; returns how many rows it added."""
    if session.scalar(select(Shift.id).limit(1)) is not None:
        return 0
    midnight = utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
    shifts = []
    for email, room, in_days, hour, slot_minutes in SHIFTS:
        starts_at = midnight + timedelta(days=in_days, hours=hour)
        shift = Shift(
            doctor_id=save_user(session, email, password_hash, Role.DOCTOR).id,
            doctor_name=DOCTORS[email],
            room=room,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3),
            slot_minutes=slot_minutes,
        )
        shifts.append(shift)
    session.add_all(shifts)
    session.flush()
    for email, index, slot, reason in APPOINTMENTS:
        shift = shifts[index]
        starts_at = shift.slot_starts()[slot - 1]
        appointment = Appointment(
            shift_id=shift.id,
            patient_id=save_user(session, email, password_hash, Role.PATIENT).id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=shift.slot_minutes),
            reason=reason,
        )
        session.add(appointment)
    return len(SHIFTS) + len(APPOINTMENTS)
