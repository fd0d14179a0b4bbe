"""The endpoints that users come for."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from recipes.data import read_data
from recipes.scaling import MOST_EATERS, parse_recipes


class Line(BaseModel):
    """One ingredient, measured."""

    name: str
    amount: int
    unit: str


class ShoppingList(BaseModel):
    """Everything for one meal."""

    recipe: str
    eaters: int
    ingredients: list[Line]


def make_router() -> APIRouter:
    """Read the recipes once; raises ``DataError`` if they cannot be used."""
    known = parse_recipes(read_data("RECIPES_FILE", "recipes.json"))
    router = APIRouter(tags=["recipes"])

    @router.get("/recipes")
    async def recipes() -> list[str]:
        """List the recipes."""
        return sorted(known)

    @router.get("/recipes/{name}", responses={404: {"description": "Unknown recipe"}})
    async def recipe(
        name: str, eaters: Annotated[int | None, Query(ge=1, le=MOST_EATERS)] = None
    ) -> ShoppingList:
        """Scale a recipe; without ``eaters``, for as many as it was written for."""
        found = known.get(name)
        if found is None:
            raise HTTPException(404, "That recipe is not known; see /recipes.")
        eaters = eaters or found.serves
        lines = [
            Line(name=ingredient.name, amount=amount, unit=ingredient.unit)
            for ingredient, amount in found.scaled(eaters)
        ]
        return ShoppingList(recipe=name, eaters=eaters, ingredients=lines)

    return router
