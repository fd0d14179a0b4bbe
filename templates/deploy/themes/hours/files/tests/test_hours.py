"""Opening hours: the rules, the data, the endpoint, what the smoke test asks."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hours.data import DataError, read_data
from hours.main import create_app
from hours.promises import broken_promises
from hours.timetable import parse_timetable


@pytest.fixture
def data() -> Any:
    """Return the hours that the image ships."""
    return read_data("HOURS_FILE", "hours.json")


@pytest.fixture
def client() -> TestClient:
    """Return a client for the app."""
    return TestClient(create_app())


def moment(data: Any, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=parse_timetable(data).timezone)


@pytest.mark.parametrize(
    ("at", "is_open", "changes_at"),
    [
        ("2026-11-23T06:29:59", False, "2026-11-23T06:30:00"),  # a Monday
        ("2026-11-23T06:30:00", True, "2026-11-23T09:00:00"),
        ("2026-11-23T09:00:00", False, "2026-11-23T14:00:00"),
        ("2026-11-23T21:00:00", False, "2026-11-24T06:30:00"),
        ("2026-12-24T23:00:00", False, "2026-12-26T09:00:00"),  # over Christmas
    ],
)
def test_the_pool_opens_twice_a_day_and_not_at_christmas(
    data: Any, at: str, changes_at: str, *, is_open: bool
) -> None:
    pool = parse_timetable(data).places["pool"]
    now = moment(data, at)
    assert pool.is_open(now) is is_open
    assert pool.next_change(now) == moment(data, changes_at)


def test_a_place_that_is_closed_for_long_has_no_next_change(data: Any) -> None:
    first = date(2026, 9, 1)
    days = [(first + timedelta(days=ahead)).isoformat() for ahead in range(90)]
    data["places"]["pool"]["closed"] = days
    pool = parse_timetable(data).places["pool"]
    assert pool.next_change(moment(data, "2026-09-01T12:00:00")) is None


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ({"mon": ["09:00"]}, "cannot use"),
        ({"mon": ["18:00-09:00"]}, "ends before it begins"),
        ({"mon": ["09:00-12:00", "11:00-13:00"]}, "overlap"),
        ({"mon": ["13:00-18:00", "09:00-12:00"]}, "out of order"),
        ({"mon": ["25:00-26:00"]}, "cannot use"),
        ({"funday": ["09:00-12:00"]}, "funday"),
        ({"mon": []}, "never opens"),
    ],
)
def test_bad_hours_are_refused(data: Any, week: Any, message: str) -> None:
    data["places"]["pool"]["week"] = week
    with pytest.raises(DataError, match=message):
        parse_timetable(data)


def test_a_town_needs_a_place_and_a_timezone(data: Any) -> None:
    with pytest.raises(DataError, match="no place"):
        parse_timetable(data | {"places": {}})
    with pytest.raises(DataError, match="Atlantis"):
        parse_timetable(data | {"timezone": "Atlantis/Capital"})


def test_the_moment_is_read_with_its_offset(client: TestClient) -> None:
    question = {"place": "library", "at": "2026-07-01T08:30:00Z"}
    answer = client.get("/open", params=question)
    assert answer.json() == {
        "place": "library",
        "at": "2026-07-01T10:30:00+02:00",
        "open": True,
        "changes_at": "2026-07-01T18:00:00+02:00",
    }
    assert client.get("/places").json() == ["library", "pool", "town-hall"]
    assert client.get("/open", params={"place": "pool"}).status_code == 200


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"place": "moon"}, 404),
        ({}, 422),
        ({"place": "pool", "at": "2026-07-01T08:30:00"}, 422),
        ({"place": "pool", "at": "yesterday"}, 422),
        ({"place": "pool", "at": "9999-12-31T23:59:59Z"}, 422),
        ({"place": "pool", "at": "0001-01-01T00:00:00+14:00"}, 422),
    ],
)
def test_bad_questions(
    client: TestClient, question: dict[str, str], status: int
) -> None:
    answer = client.get("/open", params=question)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_service_keeps_its_promises(client: TestClient) -> None:
    assert not list(broken_promises(lambda path: client.get(path).json()))


def test_a_door_that_never_changes_breaks_a_promise() -> None:
    answers: dict[str, Any] = {"/places": ["pool"]}
    stuck: dict[str, Any] = {"open": True, "changes_at": "2026-07-01T18:00:00+02:00"}
    assert list(broken_promises(lambda path: answers.get(path, stuck))) == [
        "pool does not change at 2026-07-01T18:00:00+02:00"
    ]
    stuck["changes_at"] = None
    assert list(broken_promises(lambda path: answers.get(path, stuck))) == [
        "pool stays as it is for weeks"
    ]
    assert list(broken_promises(lambda _path: [])) == ["there is no place"]
