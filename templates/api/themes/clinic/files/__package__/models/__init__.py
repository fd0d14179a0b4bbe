"""Database tables. Rules that must always hold are constraints, not just code."""

from clinic_api.models.accounts import RefreshToken, User
from clinic_api.models.base import Base, utcnow
from clinic_api.models.schedule import Appointment, Shift

__all__ = ["Appointment", "Base", "RefreshToken", "Shift", "User", "utcnow"]
