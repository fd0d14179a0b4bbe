"""Prices: the rules, the table, the endpoint and what the smoke test asks."""

from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from quotes.data import DataError, read_data
from quotes.main import create_app
from quotes.promises import broken_promises
from quotes.rates import parse_rates


@pytest.fixture
def data() -> Any:
    """Return the rates that the image ships."""
    return read_data("RATES_FILE", "rates.json")


@pytest.fixture
def client() -> TestClient:
    """Return a client for the app."""
    return TestClient(create_app())


@pytest.mark.parametrize(
    ("weight", "price"),
    [("1", "6.80"), ("0.001", "5.90"), ("0.05", "5.95"), ("2.55", "8.20")],
)
def test_prices_are_rounded_to_the_cent(data: Any, weight: str, price: str) -> None:
    rates = parse_rates(data)
    assert rates.price("national", Decimal(weight)) == Decimal(price)


def test_half_a_cent_is_rounded_up(data: Any) -> None:
    data["zones"]["local"] = {"base": "1.00", "per_kg": "0.01"}
    assert parse_rates(data).price("local", Decimal("0.5")) == Decimal("1.01")


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        ({"base": "-3", "per_kg": "1"}, "negative"),
        ({"base": "3", "per_kg": "-1"}, "negative"),
        ({"base": "NaN", "per_kg": "1"}, "cannot use"),
        ({"base": "three", "per_kg": "1"}, "cannot use"),
        ({"base": "3"}, "per_kg"),
    ],
)
def test_bad_rates_are_refused(data: Any, zone: Any, message: str) -> None:
    data["zones"]["local"] = zone
    with pytest.raises(DataError, match=message):
        parse_rates(data)


def test_a_table_for_nobody_is_refused(data: Any) -> None:
    with pytest.raises(DataError, match="light enough"):
        parse_rates(data | {"max_weight_kg": "0"})
    with pytest.raises(DataError, match="no zone"):
        parse_rates(data | {"zones": {}})


def test_quote(client: TestClient) -> None:
    answer = client.get("/quote", params={"zone": "abroad", "weight_kg": "2"})
    assert answer.json() == {
        "zone": "abroad",
        "weight_kg": "2",
        "price": "17.30",
        "currency": "EUR",
    }
    assert client.get("/zones").json() == ["abroad", "local", "national"]


@pytest.mark.parametrize(
    ("zone", "weight", "status"),
    [
        ("moon", "1", 404),
        ("local", "0", 422),
        ("local", "31", 422),
        ("local", "x", 422),
        ("local", "1.2345", 422),
    ],
)
def test_bad_questions(client: TestClient, zone: str, weight: str, status: int) -> None:
    answer = client.get("/quote", params={"zone": zone, "weight_kg": weight})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_service_keeps_its_promises(client: TestClient) -> None:
    assert not list(broken_promises(lambda path: client.get(path).json()))


def test_silly_prices_break_a_promise() -> None:
    answers: dict[str, Any] = {"/zones": ["local"]}
    assert list(broken_promises(lambda path: answers.get(path, {"price": "0"}))) == [
        "to local, 100 g cost 0 and 10 kg 0"
    ]
    assert list(broken_promises(lambda _path: [])) == ["there is no zone"]
