"""Database tables, with the promises that PostgreSQL keeps for us."""

from hire_api.models.accounts import RefreshToken, User
from hire_api.models.base import Base, utcnow
from hire_api.models.depot import Hire, Status, Tool, today

__all__ = ["Base", "Hire", "RefreshToken", "Status", "Tool", "User", "today", "utcnow"]
