"""Database tables. What must never happen is forbidden here, too."""

from events_api.models.accounts import RefreshToken, User
from events_api.models.base import Base, utcnow
from events_api.models.ticketing import Event, Order

__all__ = ["Base", "Event", "Order", "RefreshToken", "User", "utcnow"]
