"""The endpoints that users come for."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from fares.data import read_data
from fares.network import parse_network


class Fare(BaseModel):
    """A way and its price."""

    way: list[str]
    stops: int
    price: Decimal
    currency: str


def make_router() -> APIRouter:
    """Read the network once; raises ``DataError`` if it cannot be used."""
    network = parse_network(read_data("NETWORK_FILE", "network.json"))
    router = APIRouter(tags=["fares"])

    @router.get("/stops")
    async def stops() -> list[str]:
        """List the stops."""
        return sorted(network.neighbours)

    @router.get("/fare", responses={404: {"description": "Unknown stop"}})
    async def fare(
        start: Annotated[str, Query(alias="from")],
        end: Annotated[str, Query(alias="to")],
    ) -> Fare:
        """Find the shortest way and price it."""
        for stop in (start, end):
            if stop not in network.neighbours:
                raise HTTPException(404, "No tram stops there; see /stops.")
        if start == end:
            raise HTTPException(422, "You are there already.")
        way = network.way(start, end)
        stops = len(way) - 1
        return Fare(
            way=way, stops=stops, price=network.price(stops), currency=network.currency
        )

    return router
