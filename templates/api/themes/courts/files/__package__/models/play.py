"""Courts, and who has which one when."""

from datetime import datetime, time
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, String, func, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from courts_api.models.base import Base


class Court(Base):
    """A court with the same opening hours, in local time, every day."""

    __tablename__ = "courts"
    __table_args__ = (
        CheckConstraint("surface IN ('clay', 'grass', 'hard')", name="known_surface"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    surface: Mapped[str] = mapped_column(String(5))
    opens_at: Mapped[time]
    closes_at: Mapped[time]


class Booking(Base):
    """One court for one account during a range of time, unless it was cancelled."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(
            "NOT (isempty(during) OR lower_inf(during) OR upper_inf(during))",
            name="begins_and_ends",
        ),
        CheckConstraint("charged_minutes >= 0", name="charge_not_negative"),
        ExcludeConstraint(
            ("court_id", "="),
            ("during", "&&"),
            where=text("cancelled_at IS NULL"),
            name="ex_bookings_one_at_a_time",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    charged_minutes: Mapped[int]
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def starts_at(self) -> datetime:
        """Return the first moment; a check constraint says that there is one."""
        return cast("datetime", self.during.lower)

    @property
    def ends_at(self) -> datetime:
        """Return the moment in which the next booking may begin."""
        return cast("datetime", self.during.upper)
