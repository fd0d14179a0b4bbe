"""What is on the shelves, and who has it when."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from hire_api.models.base import Base, utcnow


def today() -> date:
    """Return the current day; the depot's clock runs on UTC."""
    return utcnow().date()


class Status(StrEnum):
    """Where a hire stands: reserved, then out, then returned; or cancelled."""

    RESERVED = "reserved"
    OUT = "out"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Tool(Base):
    """A kind of tool; the depot has ``stock`` of them, all alike."""

    __tablename__ = "tools"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("daily_rate >= 0 AND deposit >= 0", name="money_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    daily_rate: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    deposit: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    stock: Mapped[int]


class Hire(Base):
    """Some of one tool for a row of days, both ends included.

    Rate and deposit are those of the day it was booked. The last three columns
    stay empty until the tools are back.
    """

    __tablename__ = "hires"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("starts_on <= ends_on", name="days_in_order"),
        CheckConstraint("late_fee + deposit_back <= deposit", name="deposit_covers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tool_id: Mapped[int] = mapped_column(ForeignKey("tools.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    quantity: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[Status] = mapped_column(
        Enum(
            Status,
            name="status",
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda steps: [step.value for step in steps],
        ),
        default=Status.RESERVED,
    )
    daily_rate: Mapped[Decimal] = mapped_column(Numeric(8, 2))  # for each tool
    deposit: Mapped[Decimal] = mapped_column(Numeric(12, 2))  # for all of them
    returned_on: Mapped[date | None]
    late_fee: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    deposit_back: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))

    @property
    def price(self) -> Decimal:
        """What the booked days cost, whether they are used or not."""
        days = (self.ends_on - self.starts_on).days + 1
        return self.daily_rate * self.quantity * days
