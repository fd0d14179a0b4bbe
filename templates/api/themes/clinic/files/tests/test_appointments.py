"""Booking rules, among them those that only a real database can show."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic_api.access import Role
from clinic_api.config import Settings
from clinic_api.models import Appointment, Shift, User, utcnow
from tests.conftest import Headers
from tests.race import post_at_once


def add_shift(
    session: Session, starts_at: datetime, doctor: str = "okafor@example.org"
) -> Shift:
    """Add a shift of eight slots, 15 minutes each, for a doctor with this address."""
    account = session.scalar(select(User).where(User.email == doctor))
    if account is None:
        account = User(email=doctor, password_hash="-", role=Role.DOCTOR)
        session.add(account)
        session.flush()
    shift = Shift(
        doctor_id=account.id,
        doctor_name="Dr Ngozi Okafor",
        room="A12",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        slot_minutes=15,
    )
    session.add(shift)
    session.commit()
    return shift


@pytest.fixture
def shift(session: Session) -> Shift:
    """Return a shift in three days."""
    return add_shift(session, utcnow() + timedelta(days=3))


@pytest.fixture
def doctor(
    shift: Shift, session: Session, header_for: Callable[[User], Headers]
) -> Headers:
    """Return the Authorization header of the doctor who works that shift."""
    return header_for(session.get_one(User, shift.doctor_id))


def wish(shift: Shift, slot: int) -> dict[str, object]:
    return {"shift_id": shift.id, "slot": slot, "reason": "Cough for two weeks"}


def book(client: TestClient, headers: Headers, shift: Shift, slot: int = 1) -> str:
    response = client.post("/appointments", json=wish(shift, slot), headers=headers)
    assert response.status_code == 201, response.text
    url: str = response.headers["Location"]
    assert url == f"/appointments/{response.json()['id']}"
    return url


def refusal(client: TestClient, headers: Headers, shift: Shift, slot: int = 1) -> str:
    response = client.post("/appointments", json=wish(shift, slot), headers=headers)
    assert response.status_code == 409, response.text
    detail: str = response.json()["detail"]
    return detail


def move(session: Session, url: str, **from_now: int) -> Appointment:
    """Pretend that an appointment begins (or began) that long from now."""
    appointment = session.get_one(Appointment, int(url.rsplit("/", 1)[1]))
    appointment.starts_at = utcnow() + timedelta(**from_now)
    appointment.ends_at = appointment.starts_at + timedelta(minutes=15)
    session.commit()
    return appointment


def test_book_cancel_and_book_again(
    client: TestClient, user: Headers, other: Headers, shift: Shift
) -> None:
    url = book(client, user, shift)
    assert refusal(client, other, shift) == "Somebody else has this slot."
    cancelled = client.post(f"{url}/cancel", headers=user).json()
    assert cancelled["cancelled_at"] is not None
    assert client.post(f"{url}/cancel", headers=user).status_code == 409
    slots = client.get(f"/shifts/{shift.id}/slots", headers=other).json()
    assert slots[0]["free"] is True
    book(client, user, shift)


def test_a_patient_is_in_one_place_at_a_time(
    client: TestClient, user: Headers, shift: Shift, session: Session
) -> None:
    book(client, user, shift, slot=2)
    begins_later = shift.starts_at + timedelta(minutes=5)
    elsewhere = add_shift(session, begins_later, "lindqvist@example.org")
    reason = "You have an appointment at that time."
    assert refusal(client, user, shift, slot=2) == reason
    assert refusal(client, user, elsewhere, slot=1) == reason
    assert refusal(client, user, elsewhere, slot=2) == reason
    book(client, user, elsewhere, slot=3)
    book(client, user, shift, slot=1)  # ends when the first one begins


def test_there_is_a_limit_of_upcoming_appointments(
    client: TestClient, user: Headers, shift: Shift, session: Session
) -> None:
    first, *_ = [book(client, user, shift, slot) for slot in (1, 2, 3)]
    reason = "You have as many appointments as you may book."
    assert refusal(client, user, shift, slot=4) == reason
    move(session, first, hours=-1)  # over, so it no longer counts
    book(client, user, shift, slot=4)


def test_patients_cancel_in_good_time_only(
    client: TestClient, user: Headers, doctor: Headers, shift: Shift, session: Session
) -> None:
    url = book(client, user, shift)
    move(session, url, hours=23)
    late = client.post(f"{url}/cancel", headers=user)
    assert late.status_code == 409
    assert late.json()["detail"] == "Less than 24 hours are left; please phone."
    assert client.post(f"{url}/cancel", headers=doctor).status_code == 200
    begun = move(session, book(client, user, shift, slot=2), minutes=-1)
    url = f"/appointments/{begun.id}/cancel"
    assert client.post(url, headers=doctor).status_code == 409


def test_a_slot_that_has_passed_cannot_be_booked(
    client: TestClient, user: Headers, session: Session
) -> None:
    shift = add_shift(session, utcnow() - timedelta(minutes=1))
    assert refusal(client, user, shift) == "This slot has passed."
    slots = client.get(f"/shifts/{shift.id}/slots", headers=user).json()
    assert [slot["free"] for slot in slots] == [False] + [True] * 7
    book(client, user, shift, slot=2)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"shift_id": 999999}, 404),
        ({"slot": 9}, 404),
        ({"slot": 0}, 422),
        ({"slot": "1"}, 422),
        ({"reason": ""}, 422),
        ({"patient_id": 1}, 422),
    ],
)
def test_bad_bookings_are_refused(
    client: TestClient,
    user: Headers,
    shift: Shift,
    change: dict[str, object],
    status: int,
) -> None:
    response = client.post("/appointments", json=wish(shift, 1) | change, headers=user)
    assert response.status_code == status


def test_an_appointment_is_seen_by_its_patient_and_its_doctor(
    client: TestClient,
    user: Headers,
    other: Headers,
    doctor: Headers,
    admin: Headers,
    shift: Shift,
) -> None:
    url = book(client, user, shift)
    for headers, total, status in (
        (user, 1, 200),
        (doctor, 1, 200),
        (other, 0, 404),
        (admin, 0, 404),  # a doctor, too, but a colleague
    ):
        assert client.get("/appointments", headers=headers).json()["total"] == total
        assert client.get(url, headers=headers).status_code == status
    assert client.post(f"{url}/cancel", headers=other).status_code == 404


def test_who_is_no_doctor_any_more_sees_no_patients(
    client: TestClient, user: Headers, doctor: Headers, shift: Shift, session: Session
) -> None:
    url = book(client, user, shift)
    session.get_one(User, shift.doctor_id).role = Role.PATIENT
    session.commit()
    assert client.get(url, headers=doctor).status_code == 404


def test_the_database_itself_keeps_a_patient_in_one_place(
    client: TestClient, user: Headers, shift: Shift, session: Session
) -> None:
    first = session.get_one(Appointment, int(book(client, user, shift).split("/")[2]))
    session.add(
        Appointment(
            shift_id=shift.id,
            patient_id=first.patient_id,
            starts_at=first.starts_at + timedelta(minutes=14),
            ends_at=first.ends_at + timedelta(minutes=14),
            reason="Cough",
        )
    )
    with pytest.raises(IntegrityError, match="ex_appointments_one_place_at_a_time"):
        session.flush()


def test_patients_race_for_a_slot(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    shift = add_shift(committed, utcnow() + timedelta(days=3))
    patients = [User(email=f"p{n}@example.org", password_hash="-") for n in range(8)]
    committed.add_all(patients)
    committed.commit()
    wishes = [(header_for(patient), wish(shift, 1)) for patient in patients]
    statuses = post_at_once(settings, "/appointments", wishes)
    assert statuses == [201] + [409] * 7
    assert len(committed.scalars(select(Appointment)).all()) == 1


def test_one_patient_cannot_race_past_the_limit(
    settings: Settings, committed: Session, header_for: Callable[[User], Headers]
) -> None:
    shift = add_shift(committed, utcnow() + timedelta(days=3))
    patient = User(email="p@example.org", password_hash="-")
    committed.add(patient)
    committed.commit()
    wishes = [(header_for(patient), wish(shift, slot)) for slot in range(1, 9)]
    statuses = post_at_once(settings, "/appointments", wishes)
    assert statuses == [201] * 3 + [409] * 5
