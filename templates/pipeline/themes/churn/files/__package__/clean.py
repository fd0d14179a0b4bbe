"""Turn the billing system's export into typed rows.

Nothing is dropped silently: each row that makes no sense is kept with the
reason why.
"""

import pandas as pd

from churn.raw import (
    Cleaned,
    Export,
    Review,
    parse_date,
    parse_number,
    parse_text,
    require_columns,
)
from churn.schema import (
    ALIASES,
    CATEGORICAL,
    COLUMNS,
    FEATURES,
    KEY,
    LABEL_SOURCE,
    MISSING,
    MONTH_FORMATS,
    NUMERIC,
    TARGET,
)


def parse_amount(cells: pd.Series) -> pd.Series:
    """Read numbers with currency signs and decimal commas; NaN where impossible."""
    text = parse_text(cells, MISSING).str.replace(r"[€$\s]", "", regex=True)
    return parse_number(text.str.replace(",", ".", regex=False))


def clean(export: Export, *, labelled: bool) -> Cleaned:
    """Parse and check every column; ``labelled`` rows also get the target."""
    raw = export.cells
    require_columns(raw, COLUMNS if labelled else [*KEY, *FEATURES])
    review = Review(export)
    rows = pd.DataFrame(index=raw.index)

    rows["customer_id"] = parse_text(raw["customer_id"], MISSING).str.upper()
    review.reject(rows["customer_id"].isna(), "customer_id is missing")
    month = parse_date(raw["snapshot_month"].str.strip(), MONTH_FORMATS)
    rows["snapshot_month"] = month
    review.reject(month.isna(), "snapshot_month is not a month")
    for name, (low, high) in NUMERIC.items():
        rows[name] = parse_amount(raw[name])
        given = parse_text(raw[name], MISSING).notna()
        review.reject(given & rows[name].isna(), f"{name} is not a number")
        outside = rows[name].notna() & ~rows[name].between(low, high)
        review.reject(outside, f"{name} is not between {low} and {high}")
    for name, allowed in CATEGORICAL.items():
        rows[name] = parse_text(raw[name], MISSING).replace(ALIASES.get(name, {}))
        unknown = rows[name].notna() & ~rows[name].isin(allowed)
        review.reject(unknown, f"{name} is none that we know")
    if labelled:
        date = parse_date(raw[LABEL_SOURCE].str.strip(), ["%Y-%m-%d"])
        given = parse_text(raw[LABEL_SOURCE], MISSING).notna()
        review.reject(given & date.isna(), f"{LABEL_SOURCE} is not a date")
        rows[TARGET] = cancels_next_month(date, month)
    return review.finish(rows, KEY)


def cancels_next_month(date: pd.Series, month: pd.Series) -> pd.Series:
    """Say whether a customer cancels in the month after the snapshot."""
    start = month + pd.DateOffset(months=1)
    end = month + pd.DateOffset(months=2)
    return ((date >= start) & (date < end)).astype("int64")
