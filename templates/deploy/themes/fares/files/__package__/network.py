"""The network as a graph. A ride costs what its stops on the shortest way cost."""

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from fares.data import sound


@dataclass(frozen=True)
class Network:
    """Which stop is next to which, and what so many stops cost at most."""

    currency: str
    neighbours: dict[str, list[str]]
    prices: dict[int, Decimal]

    def way(self, start: str, end: str) -> list[str]:
        """Return the stops of the shortest way, breadth first. Both must be known."""
        came_from: dict[str, str] = {start: start}
        queue = deque([start])
        while queue and end not in came_from:
            stop = queue.popleft()
            for neighbour in self.neighbours[stop]:
                if neighbour not in came_from:
                    came_from[neighbour] = stop
                    queue.append(neighbour)
        way = [end]
        while way[-1] != start:
            way.append(came_from[way[-1]])
        return way[::-1]

    def price(self, stops: int) -> Decimal:
        """Return the price of a ride; the longest price holds for longer rides."""
        for limit, price in self.prices.items():
            if stops <= limit:
                return price
        return max(self.prices.values())


def parse_network(data: Any) -> Network:  # noqa: ANN401  (any JSON)
    """Check the network, so that nobody is sent where no tram goes."""
    with sound("the network"):
        neighbours: dict[str, list[str]] = {}
        for line, stops in data["lines"].items():
            if len(set(stops)) != len(stops) or len(stops) < 2:  # noqa: PLR2004
                raise ValueError(f"line {line} is no line")
            for here, there in pairwise(stops):
                neighbours.setdefault(here, []).append(there)
                neighbours.setdefault(there, []).append(here)
        prices = {int(stops): Decimal(price) for stops, price in data["single"].items()}
        check_prices(prices)
        network = Network(data["currency"], neighbours, prices)
        check_connected(network)
    return network


def check_prices(prices: dict[int, Decimal]) -> None:
    """Refuse a list on which a longer ride is cheaper, or anything is free."""
    if not prices or min(prices) < 1:
        raise ValueError("no price")
    limits, amounts = list(prices), list(prices.values())
    if limits != sorted(limits) or amounts != sorted(amounts) or amounts[0] <= 0:
        raise ValueError(f"prices do not rise: {amounts}")


def check_connected(network: Network) -> None:
    """Refuse a network in which some stop cannot be reached from another."""
    if not network.neighbours:
        raise ValueError("no line")
    seen: set[str] = set()
    waiting = [next(iter(network.neighbours))]
    while waiting:
        stop = waiting.pop()
        if stop not in seen:
            seen.add(stop)
            waiting.extend(network.neighbours[stop])
    lost = sorted(set(network.neighbours) - seen)
    if lost:
        raise ValueError(f"no tram goes to {', '.join(lost)}")
