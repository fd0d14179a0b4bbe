"""Turn the data logger's readings into typed rows.

Nothing is dropped silently: each row that makes no sense is kept with the
reason why.
"""

import pandas as pd

from machines.raw import (
    Cleaned,
    Export,
    Review,
    parse_date,
    parse_number,
    parse_text,
    require_columns,
)
from machines.schema import (
    CATEGORICAL,
    COLUMNS,
    DATE_FORMATS,
    KEY,
    LABEL_SOURCE,
    MISSING,
    NUMERIC,
    SHORTEST_STANDSTILL_H,
    TARGET,
)

SENSORS = ["temperature_c", "vibration_mm_s", "pressure_bar"]


def parse_reading(text: pd.Series) -> pd.Series:
    """Read numbers with a decimal point or comma; NaN where impossible."""
    return parse_number(text.str.replace(",", ".", regex=False))


def parse_temperature(text: pd.Series) -> pd.Series:
    """Return degrees Celsius; readings that end in F are Fahrenheit."""
    fahrenheit = text.str.endswith("f").fillna(value=False).astype("bool")
    degrees = parse_reading(text.str.removesuffix("f").str.strip())
    return degrees.where(~fahrenheit, (degrees - 32) * 5 / 9)


def parse_series(text: pd.Series) -> pd.Series:
    """Write PX-1 and PX 1 as px1."""
    return text.str.replace(r"[\s-]", "", regex=True)


def clean(export: Export, *, labelled: bool) -> Cleaned:
    """Parse and check every column; ``labelled`` rows also get the target."""
    raw = export.cells
    require_columns(raw, COLUMNS if labelled else COLUMNS[:-1])
    review = Review(export)
    rows = pd.DataFrame(index=raw.index)

    rows["reading_id"] = parse_text(raw["reading_id"], MISSING).str.upper()
    review.reject(rows["reading_id"].isna(), "reading_id is missing")
    rows["week_of"] = parse_date(raw["week_of"].str.strip(), DATE_FORMATS)
    review.reject(rows["week_of"].isna(), "week_of is not a date")
    review.reject(rows["week_of"].dt.day_of_week > 0, "week_of is not a Monday")
    for name, (low, high) in NUMERIC.items():
        if name == "temperature_c":
            text = parse_text(raw["temperature"], MISSING)
            rows[name] = parse_temperature(text)
        else:
            text = parse_text(raw[name], MISSING)
            rows[name] = parse_reading(text)
        review.reject(text.notna() & rows[name].isna(), f"{name} is not a number")
        outside = rows[name].notna() & ~rows[name].between(low, high)
        review.reject(outside, f"{name} is not between {low} and {high}")
    for name, allowed in CATEGORICAL.items():
        rows[name] = parse_series(parse_text(raw[name], MISSING))
        unknown = rows[name].notna() & ~rows[name].isin(allowed)
        review.reject(unknown, f"{name} is none that we know")
    silent = rows[SENSORS].isna().all(axis="columns")
    review.reject(silent, "no sensor answered")
    if labelled:
        hours = parse_reading(parse_text(raw[LABEL_SOURCE], MISSING))
        review.reject(hours.isna(), "nobody reported the standstill")
        review.reject(hours < 0, "standstill_h is below zero")
        rows[TARGET] = (hours >= SHORTEST_STANDSTILL_H).astype("int64")
    return review.finish(rows, KEY)
