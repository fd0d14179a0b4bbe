"""Tools, hires and the calendar as JSON. Money is a decimal in a string."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from hire_api.models import Status
from hire_api.schemas.common import Id, Model, Text

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{4}$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)]
Stock = Annotated[int, Field(strict=True, ge=0, le=500)]


class ToolIn(Model):
    """New tool."""

    code: Code
    name: Text
    daily_rate: Money
    deposit: Money
    stock: Stock


class ToolPatch(Model):
    """What may change about a tool; its code is painted on it."""

    name: Text | None = None
    daily_rate: Money | None = None
    deposit: Money | None = None
    stock: Stock | None = None


class ToolOut(Model):
    """Tool as shown to clients."""

    id: int
    code: str
    name: str
    daily_rate: Decimal
    deposit: Decimal
    stock: int


class DayOut(Model):
    """How many of a tool can be booked for a day."""

    day: date
    free: int


class HireIn(Model):
    """Tools to book, from a day (today unless given) for a number of days."""

    tool_id: Id = Field(strict=True)
    quantity: int = Field(default=1, strict=True, ge=1, le=500)
    starts_on: date | None = None
    days: int = Field(strict=True, ge=1, le=60)


class ReturnIn(Model):
    """What the storekeeper sees when the tools come back."""

    damaged: bool = Field(strict=True)


class HireOut(Model):
    """Hire as shown to clients."""

    id: int
    tool_id: int
    user_id: int
    quantity: int
    starts_on: date
    ends_on: date
    status: Status
    price: Decimal
    deposit: Decimal
    returned_on: date | None
    late_fee: Decimal | None
    deposit_back: Decimal | None
