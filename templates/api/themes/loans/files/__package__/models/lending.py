"""The catalogue and what is lent from it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from loans_api.models.base import Base, utcnow


class Book(Base):
    """A title the library owns, with a number of copies."""

    __tablename__ = "books"
    __table_args__ = (CheckConstraint("copies >= 0", name="copies_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), index=True)
    author: Mapped[str] = mapped_column(String(120))
    isbn: Mapped[str] = mapped_column(String(13), unique=True)
    copies: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Loan(Base):
    """One member borrowing one book; open until ``returned_at`` is set."""

    __tablename__ = "loans"
    __table_args__ = (
        Index(
            "uq_loans_open_per_member",
            "book_id",
            "user_id",
            unique=True,
            postgresql_where=text("returned_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    borrowed_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
