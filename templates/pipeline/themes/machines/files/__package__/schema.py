"""The columns, in one place: cleaning, training and the API all read this."""

from typing import Final

KEY: Final = ["reading_id", "week_of"]
PERIOD: Final = "week_of"
LABEL_SOURCE: Final = "standstill_h"
TARGET: Final = "stood_still"

# The last sixteen weeks are measured on. A reading's answer covers the two weeks
# after it, so when a week is scored, the answer of the week before is not complete
# yet. That week may not be learned from: it is the gap.
TEST_PERIODS: Final = 16
GAP_PERIODS: Final = 1

# Shorter stops are operators' breaks and tool changes.
SHORTEST_STANDSTILL_H: Final = 1.0

# Lowest and highest value that the sensors can mean; outside, the row is rejected.
NUMERIC: Final[dict[str, tuple[float, float]]] = {
    "temperature_c": (-20, 150),
    "vibration_mm_s": (0, 60),
    "pressure_bar": (0, 16),
    "run_hours": (0, 168),
    "hours_since_service": (0, 20000),
    "alarms": (0, 200),
}
CATEGORICAL: Final[dict[str, tuple[str, ...]]] = {
    "series": ("px1", "px2", "qr5"),
    "hall": ("a", "b", "c"),
}
FEATURES: Final = [*NUMERIC, *CATEGORICAL]
COLUMNS: Final = [
    *KEY,
    "temperature",
    *[name for name in NUMERIC if name != "temperature_c"],
    *CATEGORICAL,
    LABEL_SOURCE,
]

# What the data logger writes when a sensor does not answer.
MISSING: Final = frozenset({"", "-999", "-999.0", "nan", "err"})
DATE_FORMATS: Final = ("%Y-%m-%d", "%d-%b-%y")
