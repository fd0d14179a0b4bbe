"""The shelves: what may stand there, and how many are free when."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from hire_api.models import Hire, Status, today
from tests.conftest import Headers

MIXER = {
    "code": "MIX-0150",
    "name": "Concrete mixer",
    "daily_rate": "24.5",
    "deposit": "100.00",
    "stock": 2,
}


def add(client: TestClient, headers: Headers, **fields: object) -> str:
    """Add a tool and return its path."""
    response = client.post("/tools", json=MIXER | fields, headers=headers)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/tools/{response.json()['id']}"
    return response.headers["Location"]


def book(client: TestClient, headers: Headers, url: str, **fields: object) -> int:
    body = {"tool_id": int(url.removeprefix("/tools/")), "days": 1} | fields
    response = client.post("/hires", json=body, headers=headers)
    assert response.status_code == 201, response.text
    hire_id: int = response.json()["id"]
    return hire_id


def free(client: TestClient, headers: Headers, url: str, days: int) -> list[int]:
    """Return how many are free from today on."""
    response = client.get(f"{url}/calendar", params={"days": days}, headers=headers)
    assert response.json()[0]["day"] == today().isoformat()
    return [day["free"] for day in response.json()]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/tools"), ("PATCH", "/tools/1")]
)
def test_hirers_leave_the_shelves_alone(
    client: TestClient, user: Headers, method: str, path: str
) -> None:
    response = client.request(method, path, json=MIXER, headers=user)
    assert response.status_code == 403


def test_a_storekeeper_adds_and_changes_a_tool(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    url = add(client, admin)
    assert client.get(url, headers=user).json()["daily_rate"] == "24.50"
    changed = client.patch(url, json={"daily_rate": "26.00"}, headers=admin).json()
    assert (changed["daily_rate"], changed["stock"]) == ("26.00", 2)
    renamed = client.patch(url, json={"code": "MIX-0151"}, headers=admin)
    assert renamed.status_code == 422
    assert client.get("/tools/999999", headers=user).status_code == 404


def test_a_code_is_on_one_kind_of_tool(client: TestClient, admin: Headers) -> None:
    add(client, admin)
    assert client.post("/tools", json=MIXER, headers=admin).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "mix-150"),
        ("code", "MIX-0150\n"),
        ("name", "a\x00b"),
        ("daily_rate", "-1"),
        ("daily_rate", "1.005"),
        ("daily_rate", "NaN"),
        ("deposit", "10000.00"),
        ("stock", -1),
        ("stock", "2"),
        ("shelf", "A1"),
    ],
)
def test_bad_tools_are_refused(
    client: TestClient, admin: Headers, field: str, value: object
) -> None:
    response = client.post("/tools", json=MIXER | {field: value}, headers=admin)
    assert response.status_code == 422
    assert [e["field"] for e in response.json()["errors"]] == [f"body.{field}"]


def test_the_list_can_be_kept_to_a_budget(client: TestClient, admin: Headers) -> None:
    for number, rate in enumerate(["9.00", "20.01", "20.00", "7.50"]):
        add(client, admin, code=f"AAA-000{number}", daily_rate=rate)

    def codes(**params: str) -> list[str]:
        page = client.get("/tools", params=params, headers=admin).json()
        return [tool["code"] for tool in page["items"]]

    assert codes(max_rate="20") == ["AAA-0000", "AAA-0002", "AAA-0003"]
    assert codes(limit="2", offset="1") == ["AAA-0001", "AAA-0002"]


def test_the_calendar_counts_day_by_day(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    url = add(client, admin)
    tomorrow = today() + timedelta(days=1)
    book(client, user, url, days=2)
    gone = book(client, user, url, days=3, starts_on=tomorrow.isoformat())
    assert free(client, user, url, 5) == [1, 0, 1, 1, 2]
    client.post(f"/hires/{gone}/cancel", headers=user)
    assert free(client, user, url, 5) == [1, 1, 2, 2, 2]


def test_an_overdue_tool_is_missing_today(
    client: TestClient, admin: Headers, user: Headers, session: Session
) -> None:
    url = add(client, admin)
    hire = session.get_one(Hire, book(client, user, url))
    hire.starts_on = hire.ends_on = today() - timedelta(days=3)
    session.commit()
    assert free(client, user, url, 2) == [2, 2]  # never fetched: nothing is missing
    hire.status = Status.OUT
    session.commit()
    assert free(client, user, url, 2) == [1, 2]
    client.post(f"/hires/{hire.id}/take-back", json={"damaged": True}, headers=admin)
    assert free(client, user, url, 2) == [2, 2]


@pytest.mark.parametrize("day", [today() - timedelta(days=1), date.max])
def test_the_calendar_ends_where_booking_does(
    client: TestClient, admin: Headers, day: date
) -> None:
    url = f"{add(client, admin)}/calendar"
    params = {"starts_on": day.isoformat()}
    assert client.get(url, params=params, headers=admin).status_code == 409


def test_stock_that_is_promised_cannot_go_away(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    url = add(client, admin, stock=3)
    later = today() + timedelta(days=90)
    book(client, user, url, quantity=2, days=14, starts_on=later.isoformat())
    assert client.patch(url, json={"stock": 1}, headers=admin).status_code == 409
    assert client.patch(url, json={"stock": 2}, headers=admin).json()["stock"] == 2
    assert client.patch(url, json={"stock": 9}, headers=admin).json()["stock"] == 9
