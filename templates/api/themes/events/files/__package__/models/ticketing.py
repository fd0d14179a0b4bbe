"""Events, and the orders of those who want to go."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from events_api.models.base import Base, utcnow


class Event(Base):
    """Something that people need a ticket for; ``sold`` counts the tickets."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("sold BETWEEN 0 AND capacity", name="sold_within_capacity"),
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint(
            "sales_open_at < sales_close_at AND sales_close_at <= starts_at",
            name="sales_before_start",
        ),
        Index(
            "uq_events_venue_starts_at",
            "venue",
            "starts_at",
            unique=True,
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    venue: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    sales_open_at: Mapped[datetime]
    sales_close_at: Mapped[datetime]
    price_cents: Mapped[int]
    capacity: Mapped[int]
    sold: Mapped[int] = mapped_column(default=0, server_default="0")
    cancelled_at: Mapped[datetime | None]

    @property
    def tickets_left(self) -> int:
        """How many tickets can still be sold."""
        return self.capacity - self.sold


class Order(Base):
    """Tickets that one customer bought at once, at the price of that moment."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("total_cents >= 0", name="total_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    quantity: Mapped[int]
    total_cents: Mapped[int]
    bought_at: Mapped[datetime] = mapped_column(default=utcnow)
    refunded_at: Mapped[datetime | None]
