"""The columns, in one place: cleaning, training and the API all read this."""

from typing import Final

KEY: Final = ["loan_id", "issued"]
PERIOD: Final = "issued"
LABEL_SOURCE: Final = "status"
TARGET: Final = "defaulted"

# The last six months are measured on. A loan's status is looked at one year after
# it was issued. Whoever decides on a loan today knows nothing yet about those of
# the last twelve months, so the model may not learn from them: they are the gap.
TEST_PERIODS: Final = 6
GAP_PERIODS: Final = 12

# Lowest and highest believable value; anything outside rejects the row.
NUMERIC: Final[dict[str, tuple[float, float]]] = {
    "amount": (500, 60_000),
    "term_months": (12, 84),
    "rate_pct": (0.5, 30),
    "income": (3_000, 1_000_000),
    "years_employed": (0, 60),
    "late_payments": (0, 50),
}
CATEGORICAL: Final[dict[str, tuple[str, ...]]] = {
    "purpose": ("car", "home", "debts", "other"),
    "housing": ("rent", "mortgage", "own"),
}
COLUMNS: Final = [*KEY, *NUMERIC, *CATEGORICAL, LABEL_SOURCE]

# What the model sees: some columns as they are, some worked out of others.
NUMERIC_FEATURES: Final = [
    "rate_pct",
    "years_employed",
    "late_payments",
    "log_income",
    "payment_share",
]
TEXT_FEATURES: Final = ["term", *CATEGORICAL]

# How the book spells "no value", and other spellings of known values.
MISSING: Final = frozenset({"", "n/a", "none", "?", "unknown"})
ALIASES: Final = {
    "purpose": {"debt consolidation": "debts", "auto": "car", "renovation": "home"},
    "housing": {"tenant": "rent", "owner": "own", "mortgaged": "mortgage"},
}
STATUSES: Final = {
    "current": 0,
    "paid": 0,
    "paid early": 0,
    "late 30": 0,
    "late 90": 1,
    "default": 1,
    "charged off": 1,
}
MONTH_FORMATS: Final = ("%Y-%m", "%b-%y")
