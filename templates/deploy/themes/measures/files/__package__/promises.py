"""What users may rely on, whatever the table holds. The smoke test asks for it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

TOLERANCE = Decimal("1e-6")


def broken_promises(get: Callable[[str], Any]) -> Iterator[str]:
    """Ask a running service; yield a sentence for each promise that it breaks."""

    def convert(amount: str, source: str, target: str) -> str:
        query = urlencode({"amount": amount, "from": source, "to": target})
        return str(get(f"/convert?{query}")["result"])

    kinds = get("/units")
    if not kinds:
        yield "there is no unit"
    for units in kinds.values():
        first = units[0]
        for unit in units:
            there = Decimal(convert("1000", first, unit)).quantize(Decimal("1e-9"))
            back = Decimal(convert(f"{there:f}", unit, first))
            if abs(back - 1000) > 1000 * TOLERANCE:
                yield f"1000 {first} are {there} {unit}, and those are {back} {first}"
