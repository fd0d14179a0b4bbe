"""Make a log like the rental system's, with the mess that comes with it.

The city is invented, so the data may be shared freely. The same seed gives the
same file, byte for byte.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from bikes.schema import COLUMNS

LAST_DAY = "2025-11-30"
HOURS = 24
SATURDAY = 5
HOLIDAYS = {"01-01", "05-01", "10-03", "12-25", "12-26"}
RAINY_DAYS, RAINY_HOURS = 0.35, 0.3
# Rentals in mild and dry weather, in the hours before and after noon.
COMMUTE = np.ravel(
    [
        [4, 2, 1, 1, 3, 12, 40, 95, 130, 70, 45, 50],
        [60, 58, 55, 70, 105, 140, 120, 80, 55, 38, 22, 10],
    ]
)
LEISURE = np.ravel(
    [
        [14, 10, 6, 4, 2, 3, 6, 12, 25, 45, 70, 90],
        [100, 105, 108, 105, 98, 85, 70, 55, 42, 34, 28, 20],
    ]
)


def true_log(days: int, seed: int) -> pd.DataFrame:
    """Simulate the weather hour by hour, and the people who cycle in it."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range(end=LAST_DAY, periods=days, freq="D").repeat(HOURS)
    count = len(dates)
    hour = np.tile(np.arange(HOURS), days)
    year = (dates.day_of_year.to_numpy() - 105) / 365 * 2 * np.pi
    mild = np.repeat(rng.normal(0, 3.5, days), HOURS)
    daily = 4 * np.sin((hour - 9) / HOURS * 2 * np.pi)
    temperature = 11 + 9 * np.sin(year) + daily + mild + rng.normal(0, 0.8, count)
    wet_day = np.repeat(rng.random(days) < RAINY_DAYS, HOURS)
    rains = wet_day & (rng.random(count) < RAINY_HOURS)
    rain = np.where(rains, rng.gamma(0.9, 1.6, count), 0.0).round(1)
    wind = np.repeat(rng.gamma(3.0, 4.0, days), HOURS) + rng.gamma(2.0, 1.5, count)
    holiday = dates.strftime("%m-%d").isin(HOLIDAYS)
    free = holiday | (dates.day_of_week >= SATURDAY)
    usual = np.where(free, LEISURE[hour], COMMUTE[hour])
    mood = np.repeat(rng.normal(0, 0.10, days), HOURS)
    expected = usual * np.exp(
        0.055 * (np.minimum(temperature, 24) - 11)
        - 0.05 * np.maximum(temperature - 27, 0)
        - 0.45 * np.log1p(rain)
        - 0.012 * wind
        + 0.08 * (dates.day_of_week == SATURDAY)
        + mood
    )
    table = {
        "slot_id": [f"S{number:06d}" for number in range(count)],
        "day": dates.strftime("%Y-%m-%d"),
        "hour": hour.astype("str"),
        "temperature_c": [f"{cell:.1f}" for cell in temperature],
        "rain_mm": [f"{cell:.1f}" for cell in rain],
        "wind_kmh": [f"{cell:.0f}" for cell in wind],
        "holiday": np.where(holiday, "yes", "no"),
        "rentals": rng.poisson(expected).astype("str"),
    }
    return pd.DataFrame(table, dtype="str")[COLUMNS]


def make_messy(tidy: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Spoil some cells the way two systems that are joined do."""
    rng = np.random.default_rng(seed + 1)
    raw = tidy.copy()

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(len(raw)) < share

    # The weather service changed its format twice.
    rows = some(0.10)
    raw.loc[rows, "hour"] = raw.loc[rows, "hour"].str.zfill(2) + ":00"
    rows = some(0.08)
    days = pd.to_datetime(raw.loc[rows, "day"], format="%Y-%m-%d")
    raw.loc[rows, "day"] = days.dt.strftime("%d/%m/%Y")
    rows = some(0.10)
    miles = raw.loc[rows, "wind_kmh"].astype("float64") / 1.609344
    raw.loc[rows, "wind_kmh"] = [f"{cell:.1f} mph" for cell in miles]
    # An observer writes "trace" for rain that wets but cannot be measured.
    rows = (raw["rain_mm"] == "0.1").to_numpy()
    raw.loc[rows, "rain_mm"] = "trace"
    raw.loc[some(0.03), "temperature_c"] = "offline"
    raw.loc[some(0.02), "wind_kmh"] = "-"
    rows = some(0.15)
    raw.loc[rows, "holiday"] = raw.loc[rows, "holiday"].map({"yes": "Y", "no": "0"})
    # The counter pads its numbers, but only on some days.
    rows = some(0.06)
    raw.loc[rows, "rentals"] = " " + raw.loc[rows, "rentals"]
    # Rows beyond repair: a counter that was reset, a closed system, a frozen sensor.
    raw.loc[some(0.003), "rentals"] = "-1"
    raw.loc[some(0.004), "rentals"] = "closed"
    raw.loc[some(0.003), "temperature_c"] = "85.0"
    raw.loc[some(0.002), "hour"] = "24"
    # When the clocks change, an hour is logged twice.
    repeated = raw[some(0.01)]
    return pd.concat([raw, repeated]).sample(frac=1, random_state=seed)


def generate(path: Path, days: int, seed: int) -> int:
    """Write the raw log and return its number of rows."""
    raw = make_messy(true_log(days, seed), seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw.to_csv(path, index=False, lineterminator="\n", encoding="utf-8-sig")
    return len(raw)
