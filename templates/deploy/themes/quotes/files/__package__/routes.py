"""The endpoints that users come for."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from quotes.data import read_data
from quotes.rates import parse_rates


class Quote(BaseModel):
    """Price of one parcel."""

    zone: str
    weight_kg: Decimal
    price: Decimal
    currency: str


def make_router() -> APIRouter:
    """Read the rates once; raises ``DataError`` if they cannot be used."""
    rates = parse_rates(read_data("RATES_FILE", "rates.json"))
    router = APIRouter(tags=["quotes"])

    @router.get("/zones")
    async def zones() -> list[str]:
        """List the zones that we send parcels to."""
        return sorted(rates.zones)

    @router.get("/quote", responses={404: {"description": "Unknown zone"}})
    async def quote(
        zone: str,
        weight_kg: Annotated[
            Decimal, Query(gt=0, le=float(rates.max_weight_kg), decimal_places=3)
        ],
    ) -> Quote:
        """Price a parcel."""
        if zone not in rates.zones:
            raise HTTPException(404, f"Zones: {', '.join(sorted(rates.zones))}.")
        price = rates.price(zone, weight_kg)
        return Quote(
            zone=zone, weight_kg=weight_kg, price=price, currency=rates.currency
        )

    return router
