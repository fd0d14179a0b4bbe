"""Database tables. Rules that must always hold are constraints, not just code."""

from loans_api.models.accounts import RefreshToken, User
from loans_api.models.base import Base, utcnow
from loans_api.models.lending import Book, Loan

__all__ = ["Base", "Book", "Loan", "RefreshToken", "User", "utcnow"]
