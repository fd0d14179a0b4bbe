"""Borrowing rules, among them the one that only a real database can show."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loans_api.config import Settings
from loans_api.main import create_app
from loans_api.models import Book, Loan, User, utcnow
from tests.conftest import Headers


@pytest.fixture
def book(session: Session) -> Book:
    """Return a book with one copy."""
    book = Book(title="Emma", author="Jane Austen", isbn="9780141439587", copies=1)
    session.add(book)
    session.commit()
    return book


def borrow(client: TestClient, headers: Headers, book: Book) -> int:
    response = client.post("/loans", json={"book_id": book.id}, headers=headers)
    assert response.status_code == 201, response.text
    loan_id: int = response.json()["id"]
    assert response.headers["Location"] == f"/loans/{loan_id}"
    return loan_id


def refusal(client: TestClient, headers: Headers, book: Book) -> str:
    response = client.post("/loans", json={"book_id": book.id}, headers=headers)
    assert response.status_code == 409, response.text
    detail: str = response.json()["detail"]
    return detail


def test_borrow_and_return(client: TestClient, user: Headers, book: Book) -> None:
    url = f"/loans/{borrow(client, user, book)}"
    assert client.get(url, headers=user).json()["returned_at"] is None
    returned = client.post(f"{url}/return", headers=user)
    assert returned.json()["returned_at"] is not None
    assert client.post(f"{url}/return", headers=user).status_code == 409
    borrow(client, user, book)


def test_the_last_copy_cannot_be_lent_twice(
    client: TestClient, user: Headers, other: Headers, book: Book
) -> None:
    borrow(client, user, book)
    assert refusal(client, other, book) == "All copies are lent."


def test_one_open_loan_for_each_book(
    client: TestClient, user: Headers, book: Book, session: Session
) -> None:
    book.copies = 2
    session.commit()
    borrow(client, user, book)
    assert refusal(client, user, book) == "You have this book already."


def test_there_is_a_limit_for_each_member(
    client: TestClient, user: Headers, session: Session
) -> None:
    books = [
        Book(title=f"Book {n}", author="A", isbn=f"978000000000{n}") for n in range(6)
    ]
    session.add_all(books)
    session.commit()
    for book in books[:5]:
        borrow(client, user, book)
    reason = "You have as many books as you may borrow."
    assert refusal(client, user, books[5]) == reason


def test_an_overdue_book_comes_back_first(
    client: TestClient, user: Headers, book: Book, session: Session
) -> None:
    late = Book(title="Late", author="A", isbn="9780000000001")
    session.add(late)
    session.commit()
    loan_id = borrow(client, user, late)
    loan = session.get_one(Loan, loan_id)
    loan.due_at = utcnow() - timedelta(seconds=1)
    session.commit()
    reason = "You have a book that is overdue; return it first."
    assert refusal(client, user, book) == reason
    client.post(f"/loans/{loan_id}/return", headers=user)
    borrow(client, user, book)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"book_id": 999999}, 404),
        ({"book_id": "1"}, 422),
        ({"book_id": 0}, 422),
        ({}, 422),
        ({"book_id": 1, "user_id": 1}, 422),
    ],
)
def test_bad_loans_are_refused(
    client: TestClient, user: Headers, body: dict[str, object], status: int
) -> None:
    assert client.post("/loans", json=body, headers=user).status_code == status


def test_a_book_with_loans_is_not_removed(
    client: TestClient, user: Headers, admin: Headers, book: Book
) -> None:
    borrow(client, user, book)
    assert client.delete(f"/books/{book.id}", headers=admin).status_code == 409


def test_members_see_and_close_only_their_own_loans(
    client: TestClient, user: Headers, other: Headers, admin: Headers, book: Book
) -> None:
    url = f"/loans/{borrow(client, user, book)}"
    for headers, total, status in ((user, 1, 200), (other, 0, 404), (admin, 1, 200)):
        assert client.get("/loans", headers=headers).json()["total"] == total
        assert client.get(url, headers=headers).status_code == status
    assert client.post(f"{url}/return", headers=other).status_code == 404
    assert client.post(f"{url}/return", headers=admin).status_code == 200


def test_members_race_for_the_last_copy(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    book = Book(title="Emma", author="Jane Austen", isbn="9780141439587", copies=1)
    users = [User(email=f"u{n}@example.org", password_hash="-") for n in range(8)]
    committed.add_all([book, *users])
    committed.commit()
    body = {"book_id": book.id}
    everyone = [header_for(user) for user in users]

    with TestClient(create_app(settings)) as client:

        def try_to_borrow(headers: Headers) -> int:
            return client.post("/loans", json=body, headers=headers).status_code

        with ThreadPoolExecutor(len(everyone)) as pool:
            statuses = list(pool.map(try_to_borrow, everyone))

    assert sorted(statuses) == [201] + [409] * 7
    assert len(committed.scalars(select(Loan)).all()) == 1


def test_one_member_cannot_race_past_the_limit(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    member = User(email="u@example.org", password_hash="-")
    books = [
        Book(title=f"Book {n}", author="A", isbn=f"978000000000{n}") for n in range(8)
    ]
    committed.add_all([member, *books])
    committed.commit()
    headers = header_for(member)
    bodies = [{"book_id": book.id} for book in books]

    with TestClient(create_app(settings)) as client:

        def try_to_borrow(body: dict[str, int]) -> int:
            return client.post("/loans", json=body, headers=headers).status_code

        with ThreadPoolExecutor(len(bodies)) as pool:
            statuses = list(pool.map(try_to_borrow, bodies))

    assert sorted(statuses) == [201] * 5 + [409] * 3
