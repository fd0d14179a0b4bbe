"""The counter: who gets a tool, when, and what it costs to be late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hire_api.config import Settings
from hire_api.main import create_app
from hire_api.models import Hire, Status, Tool, User, today
from tests.conftest import Headers


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def new_tool(number: int = 1, stock: int = 1) -> Tool:
    return Tool(
        code=f"PLT-{number:04}",
        name="Plate compactor",
        daily_rate=Decimal("30.05"),
        deposit=Decimal("150.00"),
        stock=stock,
    )


@pytest.fixture
def tool(session: Session) -> Tool:
    """Return a tool of which the depot has one."""
    tool = new_tool()
    session.add(tool)
    session.commit()
    return tool


def book(client: TestClient, headers: Headers, tool: Tool, **fields: object) -> str:
    """Book a tool and return the path of the hire."""
    body = {"tool_id": tool.id, "days": 3} | fields
    response = client.post("/hires", json=body, headers=headers)
    assert response.status_code == 201, response.text
    return response.headers["Location"]


def refusal(client: TestClient, headers: Headers, tool: Tool, **fields: object) -> str:
    body = {"tool_id": tool.id, "days": 3} | fields
    response = client.post("/hires", json=body, headers=headers)
    assert response.status_code == 409, response.text
    detail: str = response.json()["detail"]
    return detail


def test_a_hire_from_booking_to_return(
    client: TestClient, user: Headers, admin: Headers, tool: Tool
) -> None:
    url = book(client, user, tool)
    hire = client.get(url, headers=user).json()
    assert (hire["starts_on"], hire["ends_on"]) == (in_days(0), in_days(2))
    assert (hire["status"], hire["price"]) == ("reserved", "90.15")
    fetched = client.post(f"{url}/hand-out", headers=admin).json()
    assert fetched["status"] == "out"
    body = {"damaged": False}
    returned = client.post(f"{url}/take-back", json=body, headers=admin).json()
    assert (returned["status"], returned["returned_on"]) == ("returned", in_days(0))
    assert (returned["late_fee"], returned["deposit_back"]) == ("0.00", "150.00")


def test_a_tool_is_booked_once_for_each_day(
    client: TestClient, user: Headers, other: Headers, tool: Tool
) -> None:
    book(client, user, tool, starts_on=in_days(2))
    assert refusal(client, other, tool) == f"Free on {in_days(2)}: 0."
    assert refusal(client, other, tool, starts_on=in_days(4)).startswith("Free on")
    book(client, other, tool, days=2)
    book(client, other, tool, starts_on=in_days(5))


def test_the_busiest_day_decides(
    client: TestClient, user: Headers, other: Headers, tool: Tool, session: Session
) -> None:
    tool.stock = 3
    session.commit()
    book(client, user, tool, days=2)
    book(client, user, tool, starts_on=in_days(2), days=2)
    book(client, other, tool, quantity=2, days=4)  # the two above never meet
    reason = f"Free on {in_days(0)}: 0."
    assert refusal(client, other, tool, days=4) == reason


def test_deposits_are_limited(
    client: TestClient, user: Headers, tool: Tool, session: Session
) -> None:
    tool.stock = 9
    session.commit()
    first = book(client, user, tool, quantity=2)
    reason = "Your deposits would add up to more than 400."
    assert refusal(client, user, tool) == reason
    client.post(f"{first}/cancel", headers=user)
    book(client, user, tool)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"starts_on": in_days(-1)}, "That day is over."),
        ({"starts_on": in_days(91)}, "Bookings open 90 days ahead."),
        ({"starts_on": date.max.isoformat()}, "Bookings open 90 days ahead."),
        ({"days": 15}, "A hire lasts 14 days at most."),
    ],
)
def test_days_out_of_reach_are_refused(
    client: TestClient,
    user: Headers,
    tool: Tool,
    fields: dict[str, object],
    reason: str,
) -> None:
    assert refusal(client, user, tool, **fields) == reason


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tool_id": 999999, "days": 1}, 404),
        ({"tool_id": "1", "days": 1}, 422),
        ({"tool_id": 1, "days": 0}, 422),
        ({"tool_id": 1, "days": 1.5}, 422),
        ({"tool_id": 1, "days": 1, "quantity": True}, 422),
        ({"tool_id": 1, "days": 1, "starts_on": "soon"}, 422),
        ({"tool_id": 1, "days": 1, "deposit": "0"}, 422),
        ({}, 422),
    ],
)
def test_bad_bookings_are_refused(
    client: TestClient, user: Headers, body: dict[str, object], status: int
) -> None:
    assert client.post("/hires", json=body, headers=user).status_code == status


def test_new_prices_leave_booked_hires_alone(
    client: TestClient, user: Headers, admin: Headers, tool: Tool
) -> None:
    url = book(client, user, tool)
    body = {"daily_rate": "99.00", "deposit": "1.00"}
    client.patch(f"/tools/{tool.id}", json=body, headers=admin)
    hire = client.get(url, headers=user).json()
    assert (hire["price"], hire["deposit"]) == ("90.15", "150.00")


@pytest.mark.parametrize("offset", [-3, 1])
def test_tools_are_handed_out_on_the_booked_days_only(
    client: TestClient,
    user: Headers,
    admin: Headers,
    tool: Tool,
    session: Session,
    offset: int,
) -> None:
    url = book(client, user, tool)
    hire = session.get_one(Hire, int(url.removeprefix("/hires/")))
    hire.starts_on += timedelta(days=offset)
    hire.ends_on += timedelta(days=offset)
    session.commit()
    refused = client.post(f"{url}/hand-out", headers=admin)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("Booked from")


def test_every_step_has_its_turn(
    client: TestClient, user: Headers, admin: Headers, tool: Tool
) -> None:
    url = book(client, user, tool)
    back = {"damaged": False}
    early = client.post(f"{url}/take-back", json=back, headers=admin)
    assert early.status_code == 409
    assert early.json()["detail"] == "This hire is reserved, not out."
    assert client.post(f"{url}/hand-out", headers=admin).status_code == 200
    assert client.post(f"{url}/hand-out", headers=admin).status_code == 409
    assert client.post(f"{url}/cancel", headers=user).status_code == 409
    for body, status in (({"damaged": "no"}, 422), (back, 200), (back, 409)):
        response = client.post(f"{url}/take-back", json=body, headers=admin)
        assert response.status_code == status


@pytest.mark.parametrize(
    ("days_late", "quantity", "damaged", "fee", "back"),
    [
        (0, 1, False, "0.00", "150.00"),
        (1, 1, False, "45.08", "104.92"),  # 30.05 at 150 % is 45.075
        (1, 2, False, "90.15", "209.85"),
        (9, 1, False, "150.00", "0.00"),  # never more than the deposit
        (0, 1, True, "0.00", "0.00"),
        (1, 1, True, "45.08", "0.00"),
    ],
)
def test_the_deposit_pays_for_late_days_and_damage(
    client: TestClient,
    user: Headers,
    admin: Headers,
    tool: Tool,
    session: Session,
    days_late: int,
    quantity: int,
    fee: str,
    back: str,
    *,
    damaged: bool,
) -> None:
    tool.stock = quantity
    session.commit()
    url = book(client, user, tool, quantity=quantity, days=1)
    client.post(f"{url}/hand-out", headers=admin)
    hire = session.get_one(Hire, int(url.removeprefix("/hires/")))
    hire.starts_on = hire.ends_on = today() - timedelta(days=days_late)
    session.commit()
    body = {"damaged": damaged}
    returned = client.post(f"{url}/take-back", json=body, headers=admin).json()
    assert (returned["late_fee"], returned["deposit_back"]) == (fee, back)


def test_the_database_never_gives_back_more_than_the_deposit(
    client: TestClient, user: Headers, tool: Tool, session: Session
) -> None:
    url = book(client, user, tool)
    hire = session.get_one(Hire, int(url.removeprefix("/hires/")))
    hire.late_fee, hire.deposit_back = Decimal(1), hire.deposit
    with pytest.raises(IntegrityError, match="deposit_covers"):
        session.commit()


def test_hirers_see_and_cancel_only_their_own_hires(
    client: TestClient, user: Headers, other: Headers, admin: Headers, tool: Tool
) -> None:
    url = book(client, user, tool)
    for headers, total, status in ((user, 1, 200), (other, 0, 404), (admin, 1, 200)):
        assert client.get("/hires", headers=headers).json()["total"] == total
        assert client.get(url, headers=headers).status_code == status
    assert client.post(f"{url}/cancel", headers=other).status_code == 404
    for step in ("hand-out", "take-back"):
        response = client.post(f"{url}/{step}", json={"damaged": False}, headers=user)
        assert response.status_code == 403
    assert client.post(f"{url}/cancel", headers=admin).status_code == 200
    page = client.get("/hires", params={"status": "cancelled"}, headers=user).json()
    assert page["total"] == 1
    page = client.get("/hires", params={"status": "out"}, headers=user).json()
    assert page["total"] == 0


Step = tuple[str, Headers, dict[str, object]]  # path, headers, body


def at_the_same_time(settings: Settings, steps: list[Step]) -> list[int]:
    """Post from a thread each and return the statuses, sorted."""
    with TestClient(create_app(settings)) as client:

        def take(step: Step) -> int:
            path, headers, body = step
            return client.post(path, headers=headers, json=body).status_code

        with ThreadPoolExecutor(len(steps)) as pool:
            return sorted(pool.map(take, steps))


def test_two_hirers_never_get_the_same_tool_on_the_same_day(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    tool = new_tool()
    users = [User(email=f"u{n}@example.org", password_hash="-") for n in range(8)]
    committed.add_all([tool, *users])
    committed.commit()
    steps: list[Step] = []
    for n, user in enumerate(users):  # all of them include the day in a week
        body = {"tool_id": tool.id, "starts_on": in_days(n), "days": 8}
        steps.append(("/hires", header_for(user), body))
    assert at_the_same_time(settings, steps) == [201] + [409] * 7


def test_one_hirer_cannot_slip_past_the_deposit_limit(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    hirer = User(email="u@example.org", password_hash="-")
    tools = [new_tool(n) for n in range(8)]
    committed.add_all([hirer, *tools])
    committed.commit()
    headers = header_for(hirer)
    steps: list[Step] = [
        ("/hires", headers, {"tool_id": tool.id, "days": 1}) for tool in tools
    ]
    assert at_the_same_time(settings, steps) == [201] * 2 + [409] * 6


def test_a_hire_cannot_be_cancelled_while_it_is_handed_out(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    tool = new_tool()
    keeper = User(email="k@example.org", password_hash="-", role="storekeeper")
    committed.add_all([tool, keeper])
    committed.flush()
    hire = Hire(
        tool_id=tool.id,
        user_id=keeper.id,
        quantity=1,
        starts_on=today(),
        ends_on=today(),
        daily_rate=tool.daily_rate,
        deposit=tool.deposit,
    )
    committed.add(hire)
    committed.commit()
    headers = header_for(keeper)
    steps: list[Step] = [
        (f"/hires/{hire.id}/{step}", headers, {}) for step in ("hand-out", "cancel") * 4
    ]
    assert at_the_same_time(settings, steps) == [200] + [409] * 7
    committed.refresh(hire)
    assert hire.status in {Status.OUT, Status.CANCELLED}
