"""Buying and refunding, also when everybody does it at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from events_api.config import Settings
from events_api.main import create_app
from events_api.models import Event, Order, User, utcnow
from tests.conftest import Headers

Click = tuple[str, Headers, dict[str, int]]  # path, headers, body


def new_event(capacity: int) -> Event:
    now = utcnow()
    return Event(
        name="Film in the Park",
        venue="Bandstand",
        starts_at=now + timedelta(days=5),
        sales_open_at=now - timedelta(days=1),
        sales_close_at=now + timedelta(days=5),
        price_cents=750,
        capacity=capacity,
    )


@pytest.fixture
def event(session: Session) -> Event:
    """Return an event that ten people fit into."""
    event = new_event(10)
    session.add(event)
    session.commit()
    return event


def buy(client: TestClient, headers: Headers, event: Event, quantity: int = 1) -> str:
    """Buy tickets and return the path of the order."""
    body = {"event_id": event.id, "quantity": quantity}
    response = client.post("/orders", json=body, headers=headers)
    assert response.status_code == 201, response.text
    assert response.json()["total_cents"] == event.price_cents * quantity
    return response.headers["Location"]


def refusal(client: TestClient, headers: Headers, event: Event, quantity: int) -> str:
    body = {"event_id": event.id, "quantity": quantity}
    response = client.post("/orders", json=body, headers=headers)
    assert response.status_code == 409, response.text
    detail: str = response.json()["detail"]
    return detail


def test_an_order_is_all_or_nothing(
    client: TestClient, user: Headers, other: Headers, event: Event
) -> None:
    buy(client, user, event, 6)
    assert refusal(client, other, event, 5) == "Tickets left: 4."
    buy(client, other, event, 4)
    assert refusal(client, other, event, 1) == "Sold out."


def test_the_limit_counts_over_all_orders_of_a_customer(
    client: TestClient, user: Headers, event: Event, session: Session
) -> None:
    first = buy(client, user, event, 4)
    reason = "You can have 6 tickets for an event, no more."
    assert refusal(client, user, event, 3) == reason
    session.refresh(event)
    assert event.sold == 4  # the refused order claimed nothing
    client.post(f"{first}/refund", headers=user)
    buy(client, user, event, 6)


@pytest.mark.parametrize(
    ("opens", "closes", "cancelled", "reason"),
    [
        (1, 2, False, "Ticket sales have not opened yet."),
        (-2, -1, False, "Ticket sales are over."),
        (-1, 1, True, "This event is off."),
    ],
)
def test_tickets_are_sold_in_the_window_only(
    client: TestClient,
    user: Headers,
    event: Event,
    session: Session,
    opens: int,
    closes: int,
    reason: str,
    *,
    cancelled: bool,
) -> None:
    event.sales_open_at = utcnow() + timedelta(days=opens)
    event.sales_close_at = utcnow() + timedelta(days=closes)
    event.cancelled_at = utcnow() if cancelled else None
    session.commit()
    assert refusal(client, user, event, 1) == reason


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"event_id": 999999}, 404),
        ({"event_id": "1"}, 422),
        ({"event_id": 1, "quantity": 0}, 422),
        ({"event_id": 1, "quantity": True}, 422),
        ({"event_id": 1, "price_cents": 1}, 422),
        ({}, 422),
    ],
)
def test_bad_orders_are_refused(
    client: TestClient, user: Headers, body: dict[str, object], status: int
) -> None:
    assert client.post("/orders", json=body, headers=user).status_code == status


def test_a_new_price_leaves_old_orders_alone(
    client: TestClient, user: Headers, admin: Headers, event: Event
) -> None:
    url = buy(client, user, event, 2)
    client.patch(f"/events/{event.id}", json={"price_cents": 9900}, headers=admin)
    assert client.get(url, headers=user).json()["total_cents"] == 1500


def test_a_refund_puts_the_tickets_back_on_sale(
    client: TestClient, user: Headers, event: Event, session: Session
) -> None:
    url = buy(client, user, event, 3)
    assert client.post(f"{url}/refund", headers=user).json()["refunded_at"]
    assert client.post(f"{url}/refund", headers=user).status_code == 409
    session.refresh(event)
    assert event.sold == 0


def test_shortly_before_the_start_only_organisers_refund(
    client: TestClient, user: Headers, admin: Headers, event: Event, session: Session
) -> None:
    url = f"{buy(client, user, event)}/refund"
    event.starts_at = event.sales_close_at = utcnow() + timedelta(hours=47)
    session.commit()
    late = client.post(url, headers=user)
    assert late.status_code == 409
    assert late.json()["detail"] == "Refunds end 48 hours before the start."
    assert client.post(url, headers=admin).status_code == 200


def test_customers_see_and_refund_only_their_own_orders(
    client: TestClient, user: Headers, other: Headers, admin: Headers, event: Event
) -> None:
    url = buy(client, user, event)
    for headers, total, status in ((user, 1, 200), (other, 0, 404), (admin, 1, 200)):
        assert client.get("/orders", headers=headers).json()["total"] == total
        assert client.get(url, headers=headers).status_code == status
    assert client.post(f"{url}/refund", headers=other).status_code == 404


def post_at_once(settings: Settings, clicks: list[Click]) -> list[int]:
    """Send requests from a thread each and return their statuses, sorted."""
    with TestClient(create_app(settings)) as client:

        def send(click: Click) -> int:
            path, headers, body = click
            return client.post(path, headers=headers, json=body).status_code

        with ThreadPoolExecutor(len(clicks)) as pool:
            return sorted(pool.map(send, clicks))


def test_a_rush_does_not_sell_more_than_there_is(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    event = new_event(5)
    users = [User(email=f"u{n}@example.org", password_hash="-") for n in range(8)]
    committed.add_all([event, *users])
    committed.commit()
    body = {"event_id": event.id, "quantity": 2}
    clicks = [("/orders", header_for(user), body) for user in users]
    assert post_at_once(settings, clicks) == [201] * 2 + [409] * 6
    committed.refresh(event)
    assert event.sold == 4


def test_one_customer_cannot_rush_past_the_limit(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    event = new_event(100)
    customer = User(email="u@example.org", password_hash="-")
    committed.add_all([event, customer])
    committed.commit()
    click = ("/orders", header_for(customer), {"event_id": event.id, "quantity": 2})
    assert post_at_once(settings, [click] * 8) == [201] * 3 + [409] * 5


def test_an_order_is_refunded_once_however_often_one_clicks(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    event = new_event(10)
    customer = User(email="u@example.org", password_hash="-")
    committed.add_all([event, customer])
    committed.flush()
    orders = [
        Order(event_id=event.id, user_id=customer.id, quantity=3, total_cents=2250)
        for _ in range(2)
    ]
    event.sold = 6
    committed.add_all(orders)
    committed.commit()
    click: Click = (f"/orders/{orders[0].id}/refund", header_for(customer), {})
    assert post_at_once(settings, [click] * 8) == [200] + [409] * 7
    committed.refresh(event)
    assert event.sold == 3
