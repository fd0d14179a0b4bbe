"""The columns, in one place: cleaning, training and the API all read this."""

from typing import Final

KEY: Final = ["slot_id", "day"]
PERIOD: Final = "day"
LABEL_SOURCE: Final = "rentals"
TARGET: Final = "rented"

# The last four weeks are measured on. An hour's count is known as soon as the hour
# is over, so no gap is needed.
TEST_PERIODS: Final = 28
GAP_PERIODS: Final = 0

HOURS: Final = (0, 23)
# Lowest and highest believable value; anything outside rejects the row.
WEATHER: Final[dict[str, tuple[float, float]]] = {
    "temperature_c": (-30, 45),
    "rain_mm": (0, 60),
    "wind_kmh": (0, 150),
}
MOST_RENTALS: Final = 5000
COLUMNS: Final = [*KEY, "hour", *WEATHER, "holiday", LABEL_SOURCE]

# What the model sees, worked out of the columns. The shape of a day depends on
# whether people go to work, so the hour and the kind of day are one feature.
NUMERIC_FEATURES: Final = ["temperature_c", "cold", "hot", "rain", "wind_kmh"]
TEXT_FEATURES: Final = ["hour_of_day_kind", "weekday"]

# How the exports spell "no value", and other spellings of known values.
MISSING: Final = frozenset({"", "-", "n/a", "nan", "offline"})
YES_NO: Final = {"y": "yes", "yes": "yes", "1": "yes", "n": "no", "no": "no", "0": "no"}
DATE_FORMATS: Final = ("%Y-%m-%d", "%d/%m/%Y")
