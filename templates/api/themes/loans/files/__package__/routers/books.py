"""The catalogue: members may read it, librarians may change it."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loans_api.access import Permission
from loans_api.db import SessionDep
from loans_api.deps import PagingDep, PathId, fetch_page, needs, problems
from loans_api.models import Book
from loans_api.schemas.common import Page, Text
from loans_api.schemas.lending import BookIn, BookOut, BookPatch

router = APIRouter(prefix="/books", tags=["books"])

can_read = needs(Permission.READ_CATALOGUE)
can_change = needs(Permission.CHANGE_CATALOGUE)


def find_book(book_id: int, session: Session) -> Book:
    """Return a book or answer 404."""
    book = session.get(Book, book_id)
    if book is None:
        raise HTTPException(404, "There is no such book.")
    return book


@router.get("", dependencies=[can_read], responses=problems(401, 403, 422, 503))
def list_books(
    session: SessionDep,
    paging: PagingDep,
    q: Annotated[Text | None, Query(description="Part of a title or author")] = None,
) -> Page[BookOut]:
    """List books in a stable order, a page at a time."""
    query = select(Book)
    if q:
        query = query.where(
            or_(
                Book.title.icontains(q, autoescape=True),
                Book.author.icontains(q, autoescape=True),
            )
        )
    return fetch_page(session, query, BookOut, paging, Book.title, Book.id)


@router.post(
    "",
    status_code=201,
    dependencies=[can_change],
    responses=problems(400, 401, 403, 409, 422, 503),
)
def add_book(body: BookIn, session: SessionDep, response: Response) -> BookOut:
    """Add a book."""
    book = Book(**body.model_dump())
    session.add(book)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "A book with this ISBN exists.") from None
    response.headers["Location"] = f"/books/{book.id}"
    return BookOut.model_validate(book)


@router.get(
    "/{book_id}",
    dependencies=[can_read],
    responses=problems(401, 403, 404, 422, 503),
)
def show_book(book_id: PathId, session: SessionDep) -> BookOut:
    """Show one book."""
    return BookOut.model_validate(find_book(book_id, session))


@router.patch(
    "/{book_id}",
    dependencies=[can_change],
    responses=problems(400, 401, 403, 404, 422, 503),
)
def change_book(book_id: PathId, body: BookPatch, session: SessionDep) -> BookOut:
    """Change the fields that are given."""
    book = find_book(book_id, session)
    for field, value in body.model_dump(exclude_none=True).items():
        setattr(book, field, value)
    session.commit()
    return BookOut.model_validate(book)


@router.delete(
    "/{book_id}",
    status_code=204,
    dependencies=[can_change],
    responses=problems(401, 403, 404, 409, 422, 503),
)
def remove_book(book_id: PathId, session: SessionDep) -> None:
    """Remove a book that was never lent; history is kept otherwise."""
    session.delete(find_book(book_id, session))
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "This book has loans; set copies to 0.") from None
