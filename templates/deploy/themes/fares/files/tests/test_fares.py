"""Fares: the rules, the network, the endpoint and what the smoke test asks."""

from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fares.data import DataError, read_data
from fares.main import create_app
from fares.network import parse_network
from fares.promises import broken_promises


@pytest.fixture
def data() -> Any:
    """Return the network that the image ships."""
    return read_data("NETWORK_FILE", "network.json")


@pytest.fixture
def client() -> TestClient:
    """Return a client for the app."""
    return TestClient(create_app())


@pytest.mark.parametrize(
    ("start", "end", "way"),
    [
        ("market", "museum", ["market", "central", "museum"]),
        ("trade-fair", "museum", ["trade-fair", "central", "museum"]),
        ("docks", "hospital", ["docks", "stadium", "university", "hospital"]),
        ("stadium", "market", ["stadium", "docks", "harbour", "market"]),
    ],
)
def test_the_shortest_way_may_change_lines(
    data: Any, start: str, end: str, way: list[str]
) -> None:
    network = parse_network(data)
    assert network.way(start, end) == way
    assert network.way(end, start) == way[::-1]


@pytest.mark.parametrize(
    ("stops", "price"),
    [(1, "2.40"), (3, "2.40"), (4, "3.20"), (6, "3.20"), (7, "4.60"), (99, "4.60")],
)
def test_prices_go_up_in_steps(data: Any, stops: int, price: str) -> None:
    assert parse_network(data).price(stops) == Decimal(price)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({}, "no line"),
        ({"1": ["a"]}, "line 1 is no line"),
        ({"1": ["a", "b", "a"]}, "line 1 is no line"),
        ({"1": ["a", "b"], "2": ["c", "d"]}, "no tram goes to c, d"),
        ({"1": 5}, "cannot use"),
    ],
)
def test_bad_networks_are_refused(data: Any, lines: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_network(data | {"lines": lines})


@pytest.mark.parametrize(
    ("single", "message"),
    [
        ({}, "no price"),
        ({"0": "1"}, "no price"),
        ({"3": "2", "6": "1"}, "do not rise"),
        ({"6": "1", "3": "2"}, "do not rise"),
        ({"3": "0", "6": "1"}, "do not rise"),
        ({"few": "1"}, "cannot use"),
        ({"3": "cheap"}, "cannot use"),
    ],
)
def test_bad_prices_are_refused(data: Any, single: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_network(data | {"single": single})


def test_fare(client: TestClient) -> None:
    question = {"from": "market", "to": "university"}
    assert client.get("/fare", params=question).json() == {
        "way": ["market", "central", "university"],
        "stops": 2,
        "price": "2.40",
        "currency": "CHF",
    }
    assert len(client.get("/stops").json()) == 12


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("moon", "market", 404),
        ("market", "moon", 404),
        ("market", "market", 422),
        ("market", None, 422),
    ],
)
def test_bad_questions(
    client: TestClient, start: str, end: str | None, status: int
) -> None:
    question = {"from": start} | ({"to": end} if end else {})
    answer = client.get("/fare", params=question)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_service_keeps_its_promises(client: TestClient) -> None:
    assert not list(broken_promises(lambda path: client.get(path).json()))


def test_silly_fares_break_promises() -> None:
    answers: dict[str, Any] = {
        "/stops": ["a", "b", "c"],
        "/fare?from=a&to=b": {"stops": 1, "price": "3"},
        "/fare?from=b&to=a": {"stops": 1, "price": "2"},
        "/fare?from=a&to=c": {"stops": 2, "price": "0"},
        "/fare?from=c&to=a": {"stops": 2, "price": "0"},
    }
    assert list(broken_promises(answers.__getitem__)) == [
        "the way back from b is another one",
        "the ride to c is free",
        "a longer ride is cheaper",
    ]
    assert list(broken_promises(lambda _path: [])) == ["there is no stop"]
