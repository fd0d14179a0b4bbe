"""Borrowing and returning."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loans_api.access import Permission
from loans_api.db import SessionDep
from loans_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    may,
    needs,
    problems,
)
from loans_api.models import Book, Loan, User, utcnow
from loans_api.schemas.common import Page
from loans_api.schemas.lending import LoanIn, LoanOut

router = APIRouter(prefix="/loans", tags=["loans"])

Borrower = Annotated[User, needs(Permission.BORROW)]


def find_loan(
    loan_id: int, session: Session, user: User, *, lock: bool = False
) -> Loan:
    """Return a loan or answer 404; another member's loan looks like none at all."""
    loan = session.get(Loan, loan_id, with_for_update=lock)
    if loan is None or not (
        loan.user_id == user.id or may(user, Permission.SEE_ALL_LOANS)
    ):
        raise HTTPException(404, "There is no such loan.")
    return loan


@router.get("", responses=problems(401, 403, 422, 503))
def list_loans(session: SessionDep, user: Borrower, paging: PagingDep) -> Page[LoanOut]:
    """List loans, newest first: members see their own, librarians all."""
    query = select(Loan)
    if not may(user, Permission.SEE_ALL_LOANS):
        query = query.where(Loan.user_id == user.id)
    return fetch_page(session, query, LoanOut, paging, Loan.id.desc())


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 422, 503))
def borrow(
    body: LoanIn,
    session: SessionDep,
    user: Borrower,
    settings: SettingsDep,
    response: Response,
) -> LoanOut:
    """Borrow a book.

    Two row locks, always in the same order: the account's makes a member's own
    requests take turns, so that the limit holds; the book's does the same for
    members who want the last copy. The second one sees the loan of the first.
    """
    session.refresh(user, with_for_update=True)
    book = session.get(Book, body.book_id, with_for_update=True)
    if book is None:
        raise HTTPException(404, "There is no such book.")
    now = utcnow()
    still_out = Loan.returned_at.is_(None)
    mine = session.scalars(select(Loan).where(Loan.user_id == user.id, still_out)).all()
    if any(loan.book_id == book.id for loan in mine):
        raise HTTPException(409, "You have this book already.")
    if any(loan.due_at < now for loan in mine):
        raise HTTPException(409, "You have a book that is overdue; return it first.")
    if len(mine) >= settings.max_open_loans:
        raise HTTPException(409, "You have as many books as you may borrow.")
    lent = select(func.count()).where(Loan.book_id == book.id, still_out)
    if session.scalars(lent).one() >= book.copies:
        raise HTTPException(409, "All copies are lent.")
    due_at = now + timedelta(days=settings.loan_days)
    loan = Loan(book_id=book.id, user_id=user.id, borrowed_at=now, due_at=due_at)
    session.add(loan)
    session.commit()
    response.headers["Location"] = f"/loans/{loan.id}"
    return LoanOut.model_validate(loan)


@router.get("/{loan_id}", responses=problems(401, 403, 404, 422, 503))
def show_loan(loan_id: PathId, session: SessionDep, user: Borrower) -> LoanOut:
    """Show one loan to its member or to a librarian."""
    return LoanOut.model_validate(find_loan(loan_id, session, user))


@router.post("/{loan_id}/return", responses=problems(401, 403, 404, 409, 422, 503))
def give_back(loan_id: PathId, session: SessionDep, user: Borrower) -> LoanOut:
    """Return a book; a librarian may do it for the member."""
    loan = find_loan(loan_id, session, user, lock=True)
    if loan.returned_at is not None:
        raise HTTPException(409, "This loan is closed.")
    loan.returned_at = utcnow()
    session.commit()
    return LoanOut.model_validate(loan)
