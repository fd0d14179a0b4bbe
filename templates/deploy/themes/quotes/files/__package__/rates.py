"""Prices. Plain functions and exact decimals, so they are easy to test."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from quotes.data import sound

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Zone:
    """What a parcel to one part of the world costs."""

    base: Decimal
    per_kg: Decimal


@dataclass(frozen=True)
class Rates:
    """The whole table."""

    currency: str
    max_weight_kg: Decimal
    zones: dict[str, Zone]

    def price(self, zone: str, weight_kg: Decimal) -> Decimal:
        """Return the price, rounded to the cent. Raises ``KeyError`` on a bad zone."""
        rate = self.zones[zone]
        return (rate.base + rate.per_kg * weight_kg).quantize(CENT, ROUND_HALF_UP)


def parse_rates(data: Any) -> Rates:  # noqa: ANN401  (any JSON)
    """Check the table, so that no request is ever answered from a bad one."""
    with sound("the rates"):
        zones = {
            name: Zone(Decimal(zone["base"]), Decimal(zone["per_kg"]))
            for name, zone in data["zones"].items()
        }
        rates = Rates(data["currency"], Decimal(data["max_weight_kg"]), zones)
        if not zones:
            raise ValueError("no zone")
        for name, zone in zones.items():
            if zone.base <= 0 or zone.per_kg < 0:
                raise ValueError(f"a price in {name} is missing or negative")
        if rates.max_weight_kg <= 0:
            raise ValueError("no parcel is light enough")
    return rates
