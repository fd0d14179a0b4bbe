"""The catalogue and who may change it."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Headers

DUNE = {"title": "Dune", "author": "Frank Herbert", "isbn": "9780441013593"}


def add(client: TestClient, headers: Headers, **fields: object) -> int:
    response = client.post("/books", json=DUNE | fields, headers=headers)
    assert response.status_code == 201, response.text
    book_id: int = response.json()["id"]
    assert response.headers["Location"] == f"/books/{book_id}"
    return book_id


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/books"), ("PATCH", "/books/1"), ("DELETE", "/books/1")],
)
def test_members_cannot_change_the_catalogue(
    client: TestClient, user: Headers, method: str, path: str
) -> None:
    response = client.request(method, path, json=DUNE, headers=user)
    assert response.status_code == 403


def test_a_librarian_adds_changes_and_removes_a_book(
    client: TestClient, admin: Headers
) -> None:
    url = f"/books/{add(client, admin)}"
    changed = client.patch(url, json={"copies": 3}, headers=admin).json()
    assert (changed["copies"], changed["title"]) == (3, "Dune")
    assert client.get(url, headers=admin).json() == changed
    assert client.delete(url, headers=admin).status_code == 204
    assert client.get(url, headers=admin).status_code == 404


def test_an_isbn_is_unique(client: TestClient, admin: Headers) -> None:
    add(client, admin)
    assert client.post("/books", json=DUNE, headers=admin).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "a\x00b"),
        ("author", "x" * 121),
        ("isbn", "978-0441013"),
        ("copies", -1),
        ("copies", True),
        ("copies", "3"),
        ("shelf", "A1"),
    ],
)
def test_bad_books_are_refused(
    client: TestClient, admin: Headers, field: str, value: object
) -> None:
    response = client.post("/books", json=DUNE | {field: value}, headers=admin)
    assert response.status_code == 422
    assert [e["field"] for e in response.json()["errors"]] == [f"body.{field}"]


def test_pages_are_stable_and_do_not_overlap(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    for number in range(5):
        add(client, admin, title="Same", isbn=f"978000000000{number}")
    seen = []
    for offset in (0, 2, 4):
        params = {"limit": 2, "offset": offset}
        page = client.get("/books", params=params, headers=user).json()
        assert page["total"] == 5
        seen += [book["isbn"] for book in page["items"]]
    assert len(set(seen)) == 5


def test_search_takes_wildcards_literally(client: TestClient, admin: Headers) -> None:
    add(client, admin)
    add(client, admin, title="100% Wool", isbn="9780000000001")
    page = client.get("/books", params={"q": "0%"}, headers=admin).json()
    assert [book["title"] for book in page["items"]] == ["100% Wool"]
