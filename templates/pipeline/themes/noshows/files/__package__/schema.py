"""The columns, in one place: cleaning, training and the API all read this."""

from typing import Final

KEY: Final = ["appointment_id", "week"]
PERIOD: Final = "week"
LABEL_SOURCE: Final = "outcome"
TARGET: Final = "missed"

# The last eight weeks are measured on. Whether somebody came is known on the same
# day, before the next week is planned, so no gap is needed.
TEST_PERIODS: Final = 8
GAP_PERIODS: Final = 0

DATES: Final = ["booked_on", "appointment_on"]
# Lowest and highest believable value; anything outside rejects the row.
NUMERIC: Final[dict[str, tuple[float, float]]] = {
    "hour": (7, 20),
    "age": (0, 110),
    "earlier_visits": (0, 500),
    "earlier_no_shows": (0, 500),
}
CATEGORICAL: Final[dict[str, tuple[str, ...]]] = {
    "department": ("general", "dental", "physio", "skin"),
    "channel": ("web", "phone", "desk"),
    "reminder": ("sms", "none"),
}
COLUMNS: Final = [*KEY, *DATES, *NUMERIC, *CATEGORICAL, LABEL_SOURCE]

# What the model sees: some columns as they are, some worked out of others.
LONGEST_WAIT_DAYS: Final = 365
DERIVED: Final = ["wait", "missed_share", "weekday"]
NUMERIC_FEATURES: Final = ["hour", "age", "earlier_visits", "wait", "missed_share"]
TEXT_FEATURES: Final = [*CATEGORICAL, "weekday"]

# How the desk writes "no value", and other spellings of known values.
MISSING: Final = frozenset({"", "-", "?", "n/a", "unknown"})
ALIASES: Final = {
    "department": {"dentistry": "dental", "physiotherapy": "physio", "gp": "general"},
    "channel": {"online": "web", "tel": "phone", "walk-in": "desk"},
    "reminder": {"text": "sms", "y": "sms", "no": "none", "n": "none"},
}
OUTCOMES: Final = {"attended": 0, "came": 0, "no-show": 1, "missed": 1, "dna": 1}
DATE_FORMATS: Final = ("%Y-%m-%d", "%d.%m.%Y")
