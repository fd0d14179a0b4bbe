"""The shifts that doctors publish, and what patients book in them."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic_api.models.base import Base

# Half-open, so that one may begin in the moment in which another ends.
TIME = text("tstzrange(starts_at, ends_at)")


class Shift(Base):
    """A doctor in a room for some hours, cut into slots of equal length."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("slot_minutes > 0", name="slots_have_length"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        ExcludeConstraint(
            ("doctor_id", "="), (TIME, "&&"), name="ex_shifts_one_place_at_a_time"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    doctor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    doctor_name: Mapped[str] = mapped_column(String(120))
    room: Mapped[str] = mapped_column(String(5))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    slot_minutes: Mapped[int]

    def slot_starts(self) -> list[datetime]:
        """Return when each slot begins; the first one is slot 1."""
        slot = timedelta(minutes=self.slot_minutes)
        count = (self.ends_at - self.starts_at) // slot
        return [self.starts_at + number * slot for number in range(count)]


class Appointment(Base):
    """One patient in one slot, unless it was cancelled."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(
            "uq_appointments_slot",
            "shift_id",
            "starts_at",
            unique=True,
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        ExcludeConstraint(
            ("patient_id", "="),
            (TIME, "&&"),
            where=text("cancelled_at IS NULL"),
            name="ex_appointments_one_place_at_a_time",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    # Copied from the slot: a constraint cannot look into another table.
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
