"""What users may rely on, whatever the network is. The smoke test asks for it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any


def broken_promises(get: Callable[[str], Any]) -> Iterator[str]:
    """Ask a running service; yield a sentence for each promise that it breaks."""
    stops = get("/stops")
    if not stops:
        yield "there is no stop"
        return
    start = stops[0]
    rides = []
    for end in stops[1:]:
        there = get(f"/fare?from={start}&to={end}")
        back = get(f"/fare?from={end}&to={start}")
        if there["price"] != back["price"] or there["stops"] != back["stops"]:
            yield f"the way back from {end} is another one"
        if Decimal(there["price"]) <= 0:
            yield f"the ride to {end} is free"
        rides.append((there["stops"], Decimal(there["price"])))
    by_length = [price for _, price in sorted(rides)]
    if by_length != sorted(by_length):
        yield "a longer ride is cheaper"
