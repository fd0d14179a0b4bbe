"""Books and loans as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from loans_api.schemas.common import Id, LongText, Model, Text

Isbn = Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")]
Copies = Annotated[int, Field(strict=True, ge=0, le=1000)]  # strict: no true, no "3"


class BookIn(Model):
    """New book."""

    title: LongText
    author: Text
    isbn: Isbn
    copies: Copies = 1


class BookPatch(Model):
    """Fields of a book to change; those left out stay as they are."""

    title: LongText | None = None
    author: Text | None = None
    copies: Copies | None = None


class BookOut(Model):
    """Book as shown to clients."""

    id: int
    title: str
    author: str
    isbn: str
    copies: int


class LoanIn(Model):
    """Book to borrow."""

    book_id: Id = Field(strict=True)


class LoanOut(Model):
    """Loan as shown to clients."""

    id: int
    book_id: int
    user_id: int
    borrowed_at: datetime
    due_at: datetime
    returned_at: datetime | None
