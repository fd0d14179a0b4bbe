"""The columns, in one place: cleaning, training and the API all read this."""

from typing import Final

KEY: Final = ["customer_id", "snapshot_month"]
PERIOD: Final = "snapshot_month"
LABEL_SOURCE: Final = "cancelled_on"
TARGET: Final = "churned"

# The last four months are measured on. A snapshot's answer is known one month
# later, before the next snapshot is scored, so no gap is needed.
TEST_PERIODS: Final = 4
GAP_PERIODS: Final = 0

# Lowest and highest believable value; anything outside rejects the row.
NUMERIC: Final[dict[str, tuple[float, float]]] = {
    "monthly_fee": (1, 500),
    "tenure_months": (0, 600),
    "logins_30d": (0, 1000),
    "support_tickets_90d": (0, 100),
    "late_payments_12m": (0, 12),
}
CATEGORICAL: Final[dict[str, tuple[str, ...]]] = {
    "plan": ("basic", "plus", "family"),
    "region": ("north", "south", "east", "west"),
    "autopay": ("yes", "no"),
}
FEATURES: Final = [*NUMERIC, *CATEGORICAL]
COLUMNS: Final = [*KEY, *FEATURES, LABEL_SOURCE]

# How the export spells "no value", and other spellings of known values.
MISSING: Final = frozenset({"", "n/a", "na", "null", "none", "-", "?", "-1"})
ALIASES: Final = {"autopay": {"y": "yes", "true": "yes", "n": "no", "false": "no"}}
MONTH_FORMATS: Final = ("%Y-%m", "%m/%Y", "%b %Y")
