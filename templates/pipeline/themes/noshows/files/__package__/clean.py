"""Turn the booking desk's list into typed rows.

Nothing is dropped silently: each row that makes no sense is kept with the
reason why.
"""

import numpy as np
import pandas as pd

from noshows.raw import (
    Cleaned,
    Export,
    Review,
    parse_date,
    parse_number,
    parse_text,
    require_columns,
)
from noshows.schema import (
    ALIASES,
    CATEGORICAL,
    COLUMNS,
    DATE_FORMATS,
    DATES,
    KEY,
    LABEL_SOURCE,
    LONGEST_WAIT_DAYS,
    MISSING,
    NUMERIC,
    OUTCOMES,
    TARGET,
)

MONDAY, SUNDAY = pd.Timedelta(days=0), pd.Timedelta(days=6)


def parse_week(text: pd.Series) -> pd.Series:
    """Return the Monday of a week such as 2025-W07; NaT where it is none."""
    return parse_date(text + "-1", ["%G-W%V-%u"])


def parse_hour(text: pd.Series) -> pd.Series:
    """Read 09:30, 9.30 and 9h30 as 9.5; NaN where it is no time."""
    parts = text.str.extract(r"^(\d{1,2})[:.h]([0-5]\d)$")
    return parse_number(parts[0]) + parse_number(parts[1]) / 60


def parse_age(text: pd.Series) -> pd.Series:
    """Read 34 and 34 y; NaN where it is no number."""
    return parse_number(text.str.removesuffix(" y"))


PARSERS = {"hour": parse_hour, "age": parse_age}


def add_derived(rows: pd.DataFrame) -> pd.DataFrame:
    """Work out what the model sees; the command and the API both come by here."""
    wait = (rows["appointment_on"] - rows["booked_on"]).dt.days
    return rows.assign(
        # A week more matters much after one day, and little after three months.
        wait=np.log1p(wait.clip(0, LONGEST_WAIT_DAYS)),
        # Two extra visits, one in five missed, keep a single visit from deciding.
        missed_share=(rows["earlier_no_shows"] + 0.4) / (rows["earlier_visits"] + 2),
        weekday=rows["appointment_on"].dt.day_name().str.lower(),
    )


def clean(export: Export, *, labelled: bool) -> Cleaned:
    """Parse and check every column; ``labelled`` rows also get the target."""
    raw = export.cells
    expected = COLUMNS if labelled else COLUMNS[:-1]
    require_columns(raw, expected)
    review = Review(export)
    rows = pd.DataFrame(index=raw.index)

    rows["appointment_id"] = parse_text(raw["appointment_id"], MISSING).str.upper()
    review.reject(rows["appointment_id"].isna(), "appointment_id is missing")
    rows["week"] = parse_week(raw["week"].str.strip())
    review.reject(rows["week"].isna(), "week is not a week")
    for name in DATES:
        rows[name] = parse_date(raw[name].str.strip(), DATE_FORMATS)
        review.reject(rows[name].isna(), f"{name} is not a date")
    late = rows["booked_on"] > rows["appointment_on"]
    review.reject(late, "booked after the appointment")
    inside = (rows["appointment_on"] - rows["week"]).between(MONDAY, SUNDAY)
    review.reject(~inside, "appointment_on is in another week")
    for name, (low, high) in NUMERIC.items():
        text = parse_text(raw[name], MISSING)
        rows[name] = PARSERS.get(name, parse_number)(text)
        review.reject(text.notna() & rows[name].isna(), f"{name} cannot be read")
        outside = rows[name].notna() & ~rows[name].between(low, high)
        review.reject(outside, f"{name} is not between {low} and {high}")
    more = rows["earlier_no_shows"] > rows["earlier_visits"]
    review.reject(more, "more no-shows than visits")
    for name, allowed in CATEGORICAL.items():
        rows[name] = parse_text(raw[name], MISSING).replace(ALIASES[name])
        unknown = rows[name].notna() & ~rows[name].isin(allowed)
        review.reject(unknown, f"{name} is none that we know")
    if labelled:
        outcome = raw[LABEL_SOURCE].str.strip().str.lower().map(OUTCOMES)
        review.reject(outcome.isna(), "nobody noted whether the patient came")
        rows[TARGET] = outcome.fillna(0).astype("int64")
    return review.finish(add_derived(rows), KEY)
