"""Units and conversion. Exact fractions inside; rounding happens once, at the end."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from measures.data import sound

DIGITS = 12  # of an answer


class ConversionError(Exception):
    """The question has no answer."""


@dataclass(frozen=True)
class Unit:
    """An amount in this unit, times the factor, plus the offset, is one in the base."""

    kind: str
    factor: Fraction
    offset: Fraction
    lowest: Fraction | None


@dataclass(frozen=True)
class Units:
    """All units by name."""

    units: dict[str, Unit]

    def convert(self, amount: Decimal, source: str, target: str) -> Decimal:
        """Convert an amount. Raises ``KeyError`` on a unit that is not known."""
        here, there = self.units[source], self.units[target]
        if here.kind != there.kind:
            raise ConversionError(f"{source} is {here.kind}, {target} is {there.kind}")
        in_base = Fraction(amount) * here.factor + here.offset
        if here.lowest is not None and in_base < here.lowest:
            raise ConversionError(f"no {here.kind} is as low as {amount} {source}")
        return rounded((in_base - there.offset) / there.factor)


def rounded(exact: Fraction) -> Decimal:
    """Write a fraction with as many digits as anybody needs, and no zeros behind."""
    context = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
    quotient = context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    short = quotient.normalize(context)
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def parse_units(data: Any) -> Units:  # noqa: ANN401  (any JSON)
    """Check the table, so that no amount is ever converted by a bad factor."""
    units: dict[str, Unit] = {}
    with sound("the units"):
        for kind, table in data.items():
            lowest = Fraction(table["lowest"]) if "lowest" in table else None
            for name, entry in table["units"].items():
                if name in units:
                    raise ValueError(f"{name} is defined twice")
                factor = Fraction(entry["factor"])
                offset = Fraction(entry.get("offset", "0"))
                if factor <= 0:
                    raise ValueError(f"the factor of {name} is not above zero")
                units[name] = Unit(kind, factor, offset, lowest)
            base = units[table["base"]]
            if base.kind != kind or base.factor != 1 or base.offset:
                raise ValueError(f"{table['base']} is no base of {kind}")
        if not units:
            raise ValueError("no unit")
    return Units(units)
