"""The endpoints that users come for."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from measures.data import read_data
from measures.units import ConversionError, parse_units


class Conversion(BaseModel):
    """The same amount twice."""

    amount: Decimal
    unit: str
    result: Decimal
    result_unit: str


def make_router() -> APIRouter:
    """Read the units once; raises ``DataError`` if they cannot be used."""
    table = parse_units(read_data("UNITS_FILE", "units.json"))
    router = APIRouter(tags=["units"])

    @router.get("/units")
    async def units() -> dict[str, list[str]]:
        """List the units of each kind."""
        kinds: dict[str, list[str]] = {}
        for name, unit in sorted(table.units.items()):
            kinds.setdefault(unit.kind, []).append(name)
        return kinds

    @router.get("/convert", responses={404: {"description": "Unknown unit"}})
    async def convert(
        amount: Annotated[Decimal, Query(max_digits=15, decimal_places=9)],
        source: Annotated[str, Query(alias="from")],
        target: Annotated[str, Query(alias="to")],
    ) -> Conversion:
        """Convert an amount to another unit of the same kind."""
        for name in (source, target):
            if name not in table.units:
                raise HTTPException(404, "That unit is not known; see /units.")
        try:
            result = table.convert(amount, source, target)
        except ConversionError as error:
            raise HTTPException(422, f"{error}.") from error
        return Conversion(amount=amount, unit=source, result=result, result_unit=target)

    return router
