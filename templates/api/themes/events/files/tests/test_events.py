"""The programme: what may be published, changed and called off."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from events_api.models import Event, utcnow
from tests.conftest import Headers


def in_days(days: float) -> str:
    return (utcnow() + timedelta(days=days)).isoformat()


def announcement(**fields: object) -> dict[str, object]:
    """Return the body of a request that publishes an event."""
    event = {
        "name": "Quiz Night",
        "venue": "The Cellar",
        "starts_at": in_days(10),
        "price_cents": 500,
        "capacity": 40,
    }
    return event | fields


def publish(client: TestClient, headers: Headers, **fields: object) -> int:
    response = client.post("/events", json=announcement(**fields), headers=headers)
    assert response.status_code == 201, response.text
    event_id: int = response.json()["id"]
    assert response.headers["Location"] == f"/events/{event_id}"
    return event_id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/events"),
        ("PATCH", "/events/1"),
        ("POST", "/events/1/cancel"),
    ],
)
def test_customers_do_not_run_the_programme(
    client: TestClient, user: Headers, method: str, path: str
) -> None:
    response = client.request(method, path, json=announcement(), headers=user)
    assert response.status_code == 403


def test_sales_open_at_once_and_close_at_the_start(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    event_id = publish(client, admin)
    event = client.get(f"/events/{event_id}", headers=user).json()
    assert event["sales_close_at"] == event["starts_at"]
    assert event["tickets_left"] == event["capacity"] == 40
    assert client.get("/events/999999", headers=user).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("venue", "a\x00b"),
        ("starts_at", "2050-05-01T20:00:00"),
        ("starts_at", "9999-12-31T23:59:59-12:00"),
        ("sales_open_at", "0001-01-01T00:00:00+14:00"),
        ("price_cents", -1),
        ("price_cents", 12.5),
        ("capacity", 0),
        ("capacity", True),
        ("organiser", "me"),
    ],
)
def test_bad_events_are_refused(
    client: TestClient, admin: Headers, field: str, value: object
) -> None:
    body = announcement(**{field: value})
    response = client.post("/events", json=body, headers=admin)
    assert response.status_code == 422
    assert [e["field"] for e in response.json()["errors"]] == [f"body.{field}"]


@pytest.mark.parametrize(
    ("opens", "closes", "starts"),
    [(-1, None, -0.1), (-3, -1, 5), (4, 3, 5), (1, 6, 5), (5, None, 5)],
)
def test_times_must_be_in_order(
    client: TestClient, admin: Headers, opens: int, closes: int | None, starts: float
) -> None:
    body = announcement(
        starts_at=in_days(starts),
        sales_open_at=in_days(opens),
        sales_close_at=None if closes is None else in_days(closes),
    )
    response = client.post("/events", json=body, headers=admin)
    assert response.status_code == 422
    assert "sales" in response.json()["errors"][0]["message"]


def test_a_venue_has_one_event_at_a_time_unless_it_is_off(
    client: TestClient, admin: Headers
) -> None:
    evening = in_days(10)
    first = publish(client, admin, starts_at=evening)
    again = announcement(starts_at=evening, name="Other")
    assert client.post("/events", json=again, headers=admin).status_code == 409
    client.post(f"/events/{first}/cancel", headers=admin)
    publish(client, admin, starts_at=evening)


def test_the_place_and_time_of_an_event_stay(
    client: TestClient, admin: Headers
) -> None:
    url = f"/events/{publish(client, admin)}"
    changed = client.patch(url, json={"price_cents": 700}, headers=admin).json()
    assert (changed["price_cents"], changed["name"]) == (700, "Quiz Night")
    for body in ({"venue": "Elsewhere"}, {"starts_at": in_days(12)}):
        assert client.patch(url, json=body, headers=admin).status_code == 422


def test_the_capacity_covers_what_is_sold(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    event_id = publish(client, admin)
    order = {"event_id": event_id, "quantity": 4}
    assert client.post("/orders", json=order, headers=user).status_code == 201
    url = f"/events/{event_id}"
    assert client.patch(url, json={"capacity": 3}, headers=admin).status_code == 409
    reduced = client.patch(url, json={"capacity": 4}, headers=admin).json()
    assert reduced["tickets_left"] == 0


def test_the_programme_can_be_narrowed_down(client: TestClient, admin: Headers) -> None:
    publish(client, admin, name="Later", starts_at=in_days(20))
    publish(client, admin, name="Sooner", starts_at=in_days(5))
    publish(client, admin, name="Not yet", sales_open_at=in_days(2))
    off = publish(client, admin, name="Off", starts_at=in_days(6))
    client.post(f"/events/{off}/cancel", headers=admin)
    publish(client, admin, name="Away", venue="100% Hall", starts_at=in_days(1))

    def names(**params: str | int) -> list[str]:
        page = client.get("/events", params=params, headers=admin).json()
        return [event["name"] for event in page["items"]]

    assert names() == ["Away", "Sooner", "Off", "Not yet", "Later"]
    assert names(on_sale=True) == ["Away", "Sooner", "Later"]
    assert names(venue="0%") == ["Away"]
    assert names(limit=2, offset=3) == ["Not yet", "Later"]


def test_calling_an_event_off_refunds_everybody(
    client: TestClient, admin: Headers, user: Headers, other: Headers
) -> None:
    event_id = publish(client, admin)
    for headers in (user, other):
        order = {"event_id": event_id, "quantity": 2}
        assert client.post("/orders", json=order, headers=headers).status_code == 201
    url = f"/events/{event_id}/cancel"
    assert client.post(url, headers=admin).json()["cancelled_at"] is not None
    assert client.post(url, headers=admin).status_code == 409
    orders = client.get("/orders", headers=admin).json()["items"]
    assert [order["refunded_at"] is not None for order in orders] == [True, True]
    refund = client.post(f"/orders/{orders[0]['id']}/refund", headers=admin)
    assert refund.status_code == 409


def test_what_has_begun_cannot_be_called_off(
    client: TestClient, admin: Headers, session: Session
) -> None:
    event_id = publish(client, admin)
    event = session.get_one(Event, event_id)
    event.sales_open_at = utcnow() - timedelta(days=1)
    event.sales_close_at = event.starts_at = utcnow()
    session.commit()
    assert client.post(f"/events/{event_id}/cancel", headers=admin).status_code == 409
