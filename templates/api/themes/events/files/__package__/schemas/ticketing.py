"""Events and orders as JSON. Money is in cents."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from events_api.models import utcnow
from events_api.schemas.common import Id, LongText, Model, Text

# Without an offset nobody knows when; far-off years overflow on their way to UTC.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
]
Cents = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Capacity = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class EventIn(Model):
    """New event. Sales open at once and close at its start unless told otherwise."""

    name: LongText
    venue: Text
    starts_at: Moment
    sales_open_at: Moment = Field(default_factory=utcnow)
    sales_close_at: Moment | None = None
    price_cents: Cents
    capacity: Capacity

    @model_validator(mode="after")
    def put_times_in_order(self) -> Self:
        """Refuse events whose tickets could never be bought."""
        closes = self.sales_close_at or self.starts_at
        if closes <= utcnow():
            raise ValueError("the sales would be over already")
        if not self.sales_open_at < closes <= self.starts_at:
            raise ValueError("sales must open, then close, before the event starts")
        self.sales_close_at = closes
        return self


class EventPatch(Model):
    """What may change while tickets are being sold."""

    name: LongText | None = None
    price_cents: Cents | None = None
    capacity: Capacity | None = None


class EventOut(Model):
    """Event as shown to clients."""

    id: int
    name: str
    venue: str
    starts_at: datetime
    sales_open_at: datetime
    sales_close_at: datetime
    price_cents: int
    capacity: int
    tickets_left: int
    cancelled_at: datetime | None


class OrderIn(Model):
    """Tickets to buy, all for one event."""

    event_id: Id = Field(strict=True)
    quantity: int = Field(default=1, strict=True, ge=1, le=100)


class OrderOut(Model):
    """Order as shown to clients."""

    id: int
    event_id: int
    user_id: int
    quantity: int
    total_cents: int
    bought_at: datetime
    refunded_at: datetime | None
