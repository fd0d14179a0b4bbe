"""Scaling. Half an egg is no amount, and no scale shows 83.3 grams."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from recipes.data import sound

# What a unit is measured in: the step for small amounts, from where a larger one
# will do, and that step. Whole things are never cut.
STEPS = {"g": (1, 50, 5), "ml": (5, 200, 25), "piece": (1, 1, 1), "pinch": (1, 1, 1)}
MOST_EATERS = 500


@dataclass(frozen=True)
class Ingredient:
    """One line of a recipe."""

    name: str
    amount: Fraction
    unit: str


@dataclass(frozen=True)
class Recipe:
    """What is needed for so many eaters."""

    serves: int
    ingredients: list[Ingredient]

    def scaled(self, eaters: int) -> list[tuple[Ingredient, int]]:
        """List each ingredient with the amount for so many eaters."""
        return [
            (ingredient, measured(ingredient, Fraction(eaters, self.serves)))
            for ingredient in self.ingredients
        ]


def measured(ingredient: Ingredient, factor: Fraction) -> int:
    """Round up to what can be measured: rather a little more than too little."""
    exact = ingredient.amount * factor
    small, limit, large = STEPS[ingredient.unit]
    step = small if exact < limit else large
    return ceil(exact / step) * step


def parse_recipes(data: Any) -> dict[str, Recipe]:  # noqa: ANN401  (any JSON)
    """Check the recipes, so that no dinner is spoiled by a typing error."""
    recipes = {}
    with sound("the recipes"):
        for name, entry in data.items():
            lines = [parse_ingredient(name, line) for line in entry["ingredients"]]
            if len({line.name for line in lines}) != len(lines) or not lines:
                raise ValueError(f"{name} has no ingredient, or one twice")
            serves = int(entry["serves"])
            if not 1 <= serves <= MOST_EATERS:
                raise ValueError(f"{name} serves {serves}")
            recipes[name] = Recipe(serves, lines)
        if not recipes:
            raise ValueError("no recipe")
    return recipes


def parse_ingredient(recipe: str, line: Any) -> Ingredient:  # noqa: ANN401
    """Read one line of a recipe."""
    amount, unit = Fraction(line["amount"]), line["unit"]
    if amount <= 0:
        raise ValueError(f"{recipe} needs {amount} of {line['name']}")
    if unit not in STEPS:
        raise ValueError(f"{recipe} measures {line['name']} in {unit}")
    return Ingredient(line["name"], amount, unit)
