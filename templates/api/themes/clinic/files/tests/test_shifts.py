"""Publishing shifts, and finding a free slot in them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from clinic_api.access import Role
from clinic_api.config import Settings
from clinic_api.models import Shift, User, utcnow
from tests.conftest import Headers
from tests.race import post_at_once

IN_THREE_DAYS = utcnow().replace(second=0, microsecond=0) + timedelta(days=3)
SHIFT: dict[str, object] = {
    "doctor_name": "Dr Ngozi Okafor",
    "room": "A12",
    "starts_at": IN_THREE_DAYS.isoformat(),
    "slot_minutes": 15,
    "slots": 4,
}


def publish(client: TestClient, headers: Headers, **fields: object) -> int:
    response = client.post("/shifts", json=SHIFT | fields, headers=headers)
    assert response.status_code == 201, response.text
    shift_id: int = response.json()["id"]
    assert response.headers["Location"] == f"/shifts/{shift_id}/slots"
    return shift_id


def after(**later: int) -> str:
    return (IN_THREE_DAYS + timedelta(**later)).isoformat()


def test_patients_publish_no_shifts(client: TestClient, user: Headers) -> None:
    assert client.post("/shifts", json=SHIFT, headers=user).status_code == 403


def test_a_shift_is_cut_into_slots(
    client: TestClient, admin: Headers, user: Headers
) -> None:
    shift_id = publish(client, admin)
    slots = client.get(f"/shifts/{shift_id}/slots", headers=user).json()
    assert [slot["slot"] for slot in slots] == [1, 2, 3, 4]
    begin = [datetime.fromisoformat(slot["starts_at"]) for slot in slots]
    assert begin[0] == IN_THREE_DAYS
    assert begin[3] == IN_THREE_DAYS + timedelta(minutes=45)
    body = {"shift_id": shift_id, "slot": 2, "reason": "Cough"}
    client.post("/appointments", json=body, headers=user)
    slots = client.get(f"/shifts/{shift_id}/slots", headers=user).json()
    assert [slot["free"] for slot in slots] == [True, False, True, True]
    assert client.get("/shifts/999999/slots", headers=user).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("doctor_name", " "),
        ("room", "A12345"),
        ("starts_at", IN_THREE_DAYS.replace(tzinfo=None).isoformat()),
        ("slot_minutes", 4),
        ("slot_minutes", "15"),
        ("slots", 0),
        ("slots", True),
        ("doctor_id", 1),
    ],
)
def test_bad_shifts_are_refused(
    client: TestClient, admin: Headers, field: str, value: object
) -> None:
    response = client.post("/shifts", json=SHIFT | {field: value}, headers=admin)
    assert response.status_code == 422
    assert [e["field"] for e in response.json()["errors"]] == [f"body.{field}"]


@pytest.mark.parametrize(
    "starts_at",
    [
        (utcnow() - timedelta(minutes=5)).isoformat(),
        (utcnow() + timedelta(days=181)).isoformat(),
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:00-12:00",
    ],
)
def test_a_shift_begins_in_the_near_future(
    client: TestClient, admin: Headers, starts_at: str
) -> None:
    body = SHIFT | {"starts_at": starts_at}
    assert client.post("/shifts", json=body, headers=admin).status_code == 409


def test_a_doctor_is_in_one_place_at_a_time(
    client: TestClient,
    admin: Headers,
    make_user: Callable[..., User],
    header_for: Callable[[User], Headers],
) -> None:
    publish(client, admin)
    publish(client, admin, starts_at=after(hours=1))  # in the moment the first one ends
    body = SHIFT | {"room": "B3", "starts_at": after(minutes=30)}
    response = client.post("/shifts", json=body, headers=admin)
    assert response.status_code == 409
    assert response.json()["detail"] == "You work another shift at that time."
    colleague = make_user("lindqvist@example.org", Role.DOCTOR)
    publish(client, header_for(colleague), starts_at=after(minutes=30))


def test_the_list_leaves_out_what_is_over(
    client: TestClient, admin: Headers, user: Headers, session: Session
) -> None:
    over, first, second = [
        publish(client, admin, starts_at=after(days=days)) for days in (0, 2, 1)
    ]
    shift = session.get_one(Shift, over)
    shift.starts_at, shift.ends_at = utcnow() - timedelta(hours=2), utcnow()
    session.commit()
    page = client.get("/shifts", headers=user).json()
    assert [shift["id"] for shift in page["items"]] == [second, first]


def test_one_doctor_cannot_race_into_two_rooms(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    doctor = User(email="d@example.org", password_hash="-", role=Role.DOCTOR)
    committed.add(doctor)
    committed.commit()
    wishes = [(header_for(doctor), SHIFT | {"room": f"A{n}"}) for n in range(8)]
    assert post_at_once(settings, "/shifts", wishes) == [201] + [409] * 7
