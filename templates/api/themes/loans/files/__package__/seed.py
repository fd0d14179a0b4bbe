"""Sample data: a small catalogue, three members and a librarian."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from loans_api.access import Role
from loans_api.accounts import save_user
from loans_api.config import Settings
from loans_api.models import Book, Loan, utcnow

BOOKS = [
    ("Middlemarch", "George Eliot", "9780141439549", 2),
    ("Things Fall Apart", "Chinua Achebe", "9780141023380", 3),
    ("The Left Hand of Darkness", "Ursula K. Le Guin", "9781473221628", 1),
    ("Invisible Cities", "Italo Calvino", "9780099429838", 2),
    ("Beloved", "Toni Morrison", "9780099760115", 2),
    ("The Remains of the Day", "Kazuo Ishiguro", "9780571258246", 4),
    ("Pedro Páramo", "Juan Rulfo", "9781781255759", 1),
    ("Kindred", "Octavia E. Butler", "9781472214812", 2),
    ("The Master and Margarita", "Mikhail Bulgakov", "9780141180144", 2),
    ("Convenience Store Woman", "Sayaka Murata", "9781846276842", 3),
    ("A Wizard of Earthsea", "Ursula K. Le Guin", "9780141354910", 2),
    ("季節の記憶", "保坂 和志", "9784122034976", 1),
]
# Who has which book, since how many days, and since when it is back.
LOANS = [
    ("amara@example.org", "Beloved", 40, 22),
    ("amara@example.org", "Middlemarch", 6, None),
    ("jonas@example.org", "The Left Hand of Darkness", 12, None),
    ("jonas@example.org", "Kindred", 12, 3),
    ("mei@example.org", "Invisible Cities", 30, None),
    ("mei@example.org", "Pedro Páramo", 55, 41),
]


def add_samples(session: Session, password_hash: str, settings: Settings) -> int:
    """Add the sample data unless there are books; returns how many rows it added."""
    if session.scalar(select(Book.id).limit(1)) is not None:
        return 0
    save_user(session, "librarian@example.org", password_hash, Role.LIBRARIAN)
    books = {
        title: Book(title=title, author=author, isbn=isbn, copies=copies)
        for title, author, isbn, copies in BOOKS
    }
    session.add_all(books.values())
    session.flush()
    now = utcnow()
    for email, title, days_ago, back_days_ago in LOANS:
        borrowed_at = now - timedelta(days=days_ago)
        loan = Loan(
            book_id=books[title].id,
            user_id=save_user(session, email, password_hash, Role.MEMBER).id,
            borrowed_at=borrowed_at,
            due_at=borrowed_at + timedelta(days=settings.loan_days),
        )
        if back_days_ago is not None:
            loan.returned_at = now - timedelta(days=back_days_ago)
        session.add(loan)
    return len(BOOKS) + len(LOANS)
