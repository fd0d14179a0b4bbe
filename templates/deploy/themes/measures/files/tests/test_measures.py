"""Conversion: the rules, the table, the endpoint and what the smoke test asks."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient

from measures.data import DataError, read_data
from measures.main import create_app
from measures.promises import broken_promises
from measures.units import ConversionError, parse_units


@pytest.fixture
def data() -> Any:
    """Return the units that the image ships."""
    return read_data("UNITS_FILE", "units.json")


@pytest.fixture
def client() -> TestClient:
    """Return a client for the app."""
    return TestClient(create_app())


@pytest.mark.parametrize(
    ("amount", "source", "target", "result"),
    [
        ("1", "mi", "km", "1.609344"),
        ("12", "in", "ft", "1"),
        ("1", "ft", "mi", "0.000189393939394"),
        ("2.5", "lb", "g", "1133.980925"),
        ("100", "degC", "degF", "212"),
        ("-40", "degF", "degC", "-40"),
        ("0", "K", "degF", "-459.67"),
        ("98.6", "degF", "degC", "37"),
        ("1000000", "km", "m", "1000000000"),
    ],
)
def test_known_amounts(
    data: Any, amount: str, source: str, target: str, result: str
) -> None:
    converted = parse_units(data).convert(Decimal(amount), source, target)
    assert format(converted, "f") == result


def test_there_and_back_is_the_same(data: Any) -> None:
    table = parse_units(data)
    for here, there in product(table.units, repeat=2):
        if table.units[here].kind == table.units[there].kind:
            back = table.convert(table.convert(Decimal(300), here, there), there, here)
            assert back == pytest.approx(Decimal(300), rel=Decimal("1e-9"))


def test_kinds_do_not_mix_and_nothing_is_colder_than_cold(data: Any) -> None:
    table = parse_units(data)
    with pytest.raises(ConversionError, match="m is length, kg is mass"):
        table.convert(Decimal(1), "m", "kg")
    with pytest.raises(ConversionError, match="no temperature is as low as -274 degC"):
        table.convert(Decimal(-274), "degC", "K")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"factor": "0"}, "not above zero"),
        ({"factor": "-1"}, "not above zero"),
        ({"factor": "one"}, "cannot use"),
        ({"factor": "1/0"}, "cannot use"),
        ({}, "factor"),
    ],
)
def test_bad_units_are_refused(data: Any, entry: Any, message: str) -> None:
    data["length"]["units"]["ft"] = entry
    with pytest.raises(DataError, match=message):
        parse_units(data)


def test_a_table_must_make_sense_as_a_whole(data: Any) -> None:
    with pytest.raises(DataError, match="no unit"):
        parse_units({})
    with pytest.raises(DataError, match="no base"):
        parse_units(data | {"mass": data["mass"] | {"base": "lb"}})
    with pytest.raises(DataError, match="twice"):
        parse_units(data | {"distance": data["length"]})


def test_convert(client: TestClient) -> None:
    question = {"amount": "26.2", "from": "mi", "to": "km"}
    assert client.get("/convert", params=question).json() == {
        "amount": "26.2",
        "unit": "mi",
        "result": "42.1648128",
        "result_unit": "km",
    }
    assert client.get("/units").json()["mass"] == ["g", "kg", "lb", "oz"]


@pytest.mark.parametrize(
    ("amount", "source", "target", "status"),
    [
        ("1", "m", "parsec", 404),
        ("1", "cubit", "m", 404),
        ("1", "m", "kg", 422),
        ("-1", "K", "degC", 422),
        ("many", "m", "km", 422),
        ("NaN", "m", "km", 422),
        ("1e30", "m", "km", 422),
    ],
)
def test_bad_questions(
    client: TestClient, amount: str, source: str, target: str, status: int
) -> None:
    question = {"amount": amount, "from": source, "to": target}
    answer = client.get("/convert", params=question)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_service_keeps_its_promises(client: TestClient) -> None:
    assert not list(broken_promises(lambda path: client.get(path).json()))


def test_a_lossy_conversion_breaks_a_promise() -> None:
    answers: dict[str, Any] = {"/units": {"length": ["ft", "m"]}}
    broken = list(broken_promises(lambda path: answers.get(path, {"result": "300"})))
    assert broken[0] == "1000 ft are 300.000000000 ft, and those are 300 ft"
    assert list(broken_promises(lambda _path: {})) == ["there is no unit"]
