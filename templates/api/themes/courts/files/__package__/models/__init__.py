"""Database tables. Rules that must always hold are constraints, not just code."""

from courts_api.models.accounts import RefreshToken, User
from courts_api.models.base import Base, utcnow
from courts_api.models.play import Booking, Court

__all__ = ["Base", "Booking", "Court", "RefreshToken", "User", "utcnow"]
