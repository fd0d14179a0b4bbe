"""Turn the loan book into typed rows.

Nothing is dropped silently: each row that makes no sense is kept with the
reason why.
"""

import numpy as np
import pandas as pd

from credit.raw import (
    Cleaned,
    Export,
    Review,
    parse_date,
    parse_number,
    parse_text,
    require_columns,
)
from credit.schema import (
    ALIASES,
    CATEGORICAL,
    COLUMNS,
    KEY,
    LABEL_SOURCE,
    MISSING,
    MONTH_FORMATS,
    NUMERIC,
    STATUSES,
    TARGET,
)

MONTHS_IN_YEAR = 12


def parse_amount(text: pd.Series) -> pd.Series:
    """Read 12500, 12,500 and 12.5k."""
    thousands = text.str.endswith("k").fillna(value=False).astype("bool")
    number = parse_number(text.str.removesuffix("k").str.replace(",", "", regex=False))
    return number.where(~thousands, number * 1000)


def parse_term(text: pd.Series) -> pd.Series:
    """Read 36 and 36 months."""
    return parse_number(text.str.removesuffix(" months"))


def parse_rate(text: pd.Series) -> pd.Series:
    """Read 7.9 and 7.9%."""
    return parse_number(text.str.removesuffix("%"))


def parse_income(text: pd.Series) -> pd.Series:
    """Return the income of a year; /m marks that of a month."""
    monthly = text.str.endswith("/m").fillna(value=False).astype("bool")
    number = parse_number(text.str.removesuffix("/m"))
    return number.where(~monthly, number * MONTHS_IN_YEAR)


def parse_years(text: pd.Series) -> pd.Series:
    """Read years, and the boxes of the old form: < 1 and 10+."""
    return parse_number(text.replace({"< 1": "0"}).str.removesuffix("+"))


PARSERS = {
    "amount": parse_amount,
    "term_months": parse_term,
    "rate_pct": parse_rate,
    "income": parse_income,
    "years_employed": parse_years,
    "late_payments": parse_number,
}


def add_derived(rows: pd.DataFrame) -> pd.DataFrame:
    """Work out what the model sees; the command and the API both come by here."""
    yearly_payment = rows["amount"] / rows["term_months"] * MONTHS_IN_YEAR
    return rows.assign(
        log_income=np.log(rows["income"]),
        # The old form's boxes end at ten years; beyond, the book cannot be compared.
        years_employed=rows["years_employed"].clip(upper=10),
        payment_share=(yearly_payment / rows["income"]).clip(upper=2),
        term=rows["term_months"].map("{:.0f}".format, na_action="ignore"),
    )


def clean(export: Export, *, labelled: bool) -> Cleaned:
    """Parse and check every column; ``labelled`` rows also get the target."""
    raw = export.cells
    require_columns(raw, COLUMNS if labelled else COLUMNS[:-1])
    review = Review(export)
    rows = pd.DataFrame(index=raw.index)

    rows["loan_id"] = parse_text(raw["loan_id"], MISSING).str.upper()
    review.reject(rows["loan_id"].isna(), "loan_id is missing")
    rows["issued"] = parse_date(raw["issued"].str.strip(), MONTH_FORMATS)
    review.reject(rows["issued"].isna(), "issued is not a month")
    for name, (low, high) in NUMERIC.items():
        text = parse_text(raw[name], MISSING)
        rows[name] = PARSERS[name](text)
        review.reject(text.notna() & rows[name].isna(), f"{name} cannot be read")
        outside = rows[name].notna() & ~rows[name].between(low, high)
        review.reject(outside, f"{name} is not between {low} and {high}")
    for name in ("amount", "term_months", "income"):
        review.reject(rows[name].isna(), f"{name} is missing")
    for name, allowed in CATEGORICAL.items():
        rows[name] = parse_text(raw[name], MISSING).replace(ALIASES[name])
        unknown = rows[name].notna() & ~rows[name].isin(allowed)
        review.reject(unknown, f"{name} is none that we know")
    if labelled:
        status = parse_text(raw[LABEL_SOURCE], MISSING)
        review.reject(status == "sold", "the loan was sold, nobody knows its end")
        known = status.map(STATUSES)
        review.reject(known.isna(), "status is none that we know")
        rows[TARGET] = known.fillna(0).astype("int64")
    # Impossible incomes are rejected by now; a logarithm must not stumble on them.
    rows["income"] = rows["income"].where(rows["income"] > 0)
    return review.finish(add_derived(rows), KEY)
