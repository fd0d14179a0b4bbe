"""Turn the rental system's log into typed rows.

Nothing is dropped silently: each row that makes no sense is kept with the
reason why.
"""

import numpy as np
import pandas as pd

from bikes.raw import (
    Cleaned,
    Export,
    Review,
    parse_date,
    parse_number,
    parse_text,
    require_columns,
)
from bikes.schema import (
    COLUMNS,
    DATE_FORMATS,
    HOURS,
    KEY,
    LABEL_SOURCE,
    MISSING,
    MOST_RENTALS,
    TARGET,
    WEATHER,
    YES_NO,
)

KMH_PER_MPH = 1.609344
TRACE_MM = "0.05"  # wet, but too little to measure
COLD_C, HOT_C = 5, 27
SATURDAY = 5


def parse_hour(text: pd.Series) -> pd.Series:
    """Read 8 and 08:00 as 8; NaN where it is no full hour."""
    return parse_number(text.str.removesuffix(":00"))


def parse_wind(text: pd.Series) -> pd.Series:
    """Return km/h; readings that end in mph are miles."""
    miles = text.str.endswith("mph").fillna(value=False).astype("bool")
    speed = parse_number(text.str.removesuffix("mph").str.strip())
    return speed.where(~miles, speed * KMH_PER_MPH)


def parse_rain(text: pd.Series) -> pd.Series:
    """Return millimetres."""
    return parse_number(text.replace({"trace": TRACE_MM}))


PARSERS = {"temperature_c": parse_number, "rain_mm": parse_rain, "wind_kmh": parse_wind}


def add_derived(rows: pd.DataFrame) -> pd.DataFrame:
    """Work out what the model sees; the command and the API both come by here."""
    weekday = rows["day"].dt.day_of_week
    free = (weekday >= SATURDAY) | (rows["holiday"] == "yes")
    kind = free.map({True: "free", False: "work"})
    hour = rows["hour"].fillna(-1).astype("int64").astype("str").str.zfill(2)
    return rows.assign(
        # When it freezes, or is too hot to move, a degree means something else.
        cold=(COLD_C - rows["temperature_c"]).clip(lower=0),
        hot=(rows["temperature_c"] - HOT_C).clip(lower=0),
        # The first drops keep most people at home; pouring adds little.
        rain=np.log1p(rows["rain_mm"]),
        hour_of_day_kind=hour + " " + kind,
        weekday=rows["day"].dt.day_name().str.lower(),
    )


def clean(export: Export, *, labelled: bool) -> Cleaned:
    """Parse and check every column; ``labelled`` rows also get the target."""
    raw = export.cells
    require_columns(raw, COLUMNS if labelled else COLUMNS[:-1])
    review = Review(export)
    rows = pd.DataFrame(index=raw.index)

    rows["slot_id"] = parse_text(raw["slot_id"], MISSING).str.upper()
    review.reject(rows["slot_id"].isna(), "slot_id is missing")
    rows["day"] = parse_date(raw["day"].str.strip(), DATE_FORMATS)
    review.reject(rows["day"].isna(), "day is not a date")
    rows["hour"] = parse_hour(parse_text(raw["hour"], MISSING))
    full = rows["hour"].between(*HOURS) & (rows["hour"] % 1 == 0)
    review.reject(~full, "hour is not between 0 and 23")
    for name, (low, high) in WEATHER.items():
        text = parse_text(raw[name], MISSING)
        rows[name] = PARSERS[name](text)
        review.reject(text.notna() & rows[name].isna(), f"{name} is not a number")
        outside = rows[name].notna() & ~rows[name].between(low, high)
        review.reject(outside, f"{name} is not between {low} and {high}")
    rows["holiday"] = parse_text(raw["holiday"], MISSING).map(YES_NO)
    review.reject(rows["holiday"].isna(), "holiday is neither yes nor no")
    if labelled:
        text = parse_text(raw[LABEL_SOURCE], MISSING)
        review.reject(text == "closed", "the system was closed")
        rentals = parse_number(text)
        counted = rentals.between(0, MOST_RENTALS) & (rentals % 1 == 0)
        review.reject(~counted, "rentals is not a count")
        rows[TARGET] = rentals.fillna(0)
    return review.finish(add_derived(rows), KEY)
