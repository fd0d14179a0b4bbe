"""Courts, and who may add them."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Headers

COURT = {
    "name": "Centre",
    "surface": "clay",
    "opens_at": "08:00",
    "closes_at": "22:00",
}


def add(client: TestClient, headers: Headers, **fields: object) -> str:
    response = client.post("/courts", json=COURT | fields, headers=headers)
    assert response.status_code == 201, response.text
    url: str = response.headers["Location"]
    assert url == f"/courts/{response.json()['id']}"
    return url


def test_players_add_no_courts(client: TestClient, user: Headers) -> None:
    assert client.post("/courts", json=COURT, headers=user).status_code == 403


def test_courts_are_listed_by_name(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    url = add(client, admin)
    add(client, admin, name="Annex", surface="hard")
    page = client.get("/courts", headers=user).json()
    assert [court["name"] for court in page["items"]] == ["Annex", "Centre"]
    assert client.get(url, headers=user).json() == page["items"][1]
    assert client.get("/courts/999999", headers=user).status_code == 404


def test_a_name_is_given_once(client: TestClient, admin: Headers) -> None:
    add(client, admin)
    assert client.post("/courts", json=COURT, headers=admin).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("surface", "ice"),
        ("opens_at", "25:00"),
        ("opens_at", "08:00:30"),
        ("closes_at", "22:00+01:00"),
        ("roof", True),
    ],
)
def test_bad_courts_are_refused(
    client: TestClient, admin: Headers, field: str, value: object
) -> None:
    response = client.post("/courts", json=COURT | {field: value}, headers=admin)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(f"body.{field}")
