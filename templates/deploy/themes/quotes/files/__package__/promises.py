"""What users may rely on, whatever the rates are. The smoke test asks for it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any


def broken_promises(get: Callable[[str], Any]) -> Iterator[str]:
    """Ask a running service; yield a sentence for each promise that it breaks."""
    zones = get("/zones")
    if not zones:
        yield "there is no zone"
    for zone in zones:
        light, heavy = (
            Decimal(get(f"/quote?zone={zone}&weight_kg={kg}")["price"])
            for kg in ("0.1", "10")
        )
        if not 0 < light <= heavy:
            yield f"to {zone}, 100 g cost {light} and 10 kg {heavy}"
