"""Recipes: the rules, the data, the endpoint and what the smoke test asks."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from recipes.data import DataError, read_data
from recipes.main import create_app
from recipes.promises import broken_promises
from recipes.scaling import parse_recipes


@pytest.fixture
def data() -> Any:
    """Return the recipes that the image ships."""
    return read_data("RECIPES_FILE", "recipes.json")


@pytest.fixture
def client() -> TestClient:
    """Return a client for the app."""
    return TestClient(create_app())


@pytest.mark.parametrize(
    ("eaters", "amounts"),
    [
        (4, [250, 500, 3, 1]),
        (8, [500, 1000, 6, 2]),
        (1, [65, 125, 1, 1]),  # 62.5 g and three quarters of an egg
        (3, [190, 375, 3, 1]),  # 187.5 g and two and a quarter eggs
    ],
)
def test_amounts_are_rounded_up_to_what_can_be_measured(
    data: Any, eaters: int, amounts: list[int]
) -> None:
    scaled = parse_recipes(data)["pancakes"].scaled(eaters)
    assert [amount for _, amount in scaled] == amounts


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("4", "g", 4),
        ("0.4", "g", 1),
        ("49", "g", 49),
        ("50", "g", 50),
        ("51", "g", 55),
        ("2", "ml", 5),
        ("201", "ml", 225),
        ("5/2", "piece", 3),
    ],
)
def test_small_amounts_are_measured_finer(
    amount: str, unit: str, expected: int
) -> None:
    line = {"name": "something", "amount": amount, "unit": unit}
    recipes = parse_recipes({"test": {"serves": 1, "ingredients": [line]}})
    assert [amount for _, amount in recipes["test"].scaled(1)] == [expected]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"serves": 0}, "serves 0"),
        ({"serves": 501}, "serves 501"),
        ({"serves": "many"}, "cannot use"),
        ({"ingredients": []}, "no ingredient"),
        ({"ingredients": [{"name": "x", "amount": "0", "unit": "g"}]}, "needs 0 of x"),
        ({"ingredients": [{"name": "x", "amount": "1", "unit": "cup"}]}, "in cup"),
        ({"ingredients": [{"name": "x", "amount": "1/0", "unit": "g"}]}, "cannot use"),
        ({"ingredients": [{"name": "x", "amount": "1", "unit": "g"}] * 2}, "twice"),
    ],
)
def test_bad_recipes_are_refused(data: Any, change: Any, message: str) -> None:
    data["pancakes"] |= change
    with pytest.raises(DataError, match=message):
        parse_recipes(data)


def test_a_book_needs_a_recipe() -> None:
    with pytest.raises(DataError, match="no recipe"):
        parse_recipes({})


def test_shopping_list(client: TestClient) -> None:
    answer = client.get("/recipes/rice-pudding", params={"eaters": 2})
    assert answer.json() == {
        "recipe": "rice-pudding",
        "eaters": 2,
        "ingredients": [
            {"name": "round-grain rice", "amount": 80, "unit": "g"},
            {"name": "milk", "amount": 400, "unit": "ml"},
            {"name": "sugar", "amount": 24, "unit": "g"},
            {"name": "cinnamon stick", "amount": 1, "unit": "piece"},
        ],
    }
    assert client.get("/recipes/pancakes").json()["eaters"] == 4
    assert client.get("/recipes").json() == ["lentil-soup", "pancakes", "rice-pudding"]


@pytest.mark.parametrize(
    ("recipe", "eaters", "status"),
    [
        ("stone-soup", "2", 404),
        ("pancakes", "0", 422),
        ("pancakes", "501", 422),
        ("pancakes", "2.5", 422),
        ("pancakes", "everybody", 422),
    ],
)
def test_bad_questions(
    client: TestClient, recipe: str, eaters: str, status: int
) -> None:
    answer = client.get(f"/recipes/{recipe}", params={"eaters": eaters})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_service_keeps_its_promises(client: TestClient) -> None:
    assert not list(broken_promises(lambda path: client.get(path).json()))


def test_strange_lists_break_promises() -> None:
    def shopping_list(**amounts: int) -> dict[str, Any]:
        lines = [{"name": name, "amount": amounts[name]} for name in amounts]
        return {"ingredients": lines}

    answers: dict[str, Any] = {
        "/recipes": ["cake"],
        "/recipes/cake?eaters=2": shopping_list(flour=200, sugar=50),
        "/recipes/cake?eaters=9": shopping_list(flour=100),
    }
    assert list(broken_promises(answers.__getitem__)) == [
        "what cake needs depends on who comes",
        "cake for two needs 200 of flour, for nine no more",
        "cake for two needs 50 of sugar, for nine no more",
    ]
    assert list(broken_promises(lambda _path: [])) == ["there is no recipe"]
