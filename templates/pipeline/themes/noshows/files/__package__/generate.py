"""Make a list like the booking desk's, with the mess that comes with it.

The patients are invented, so the data may be shared freely. The same seed gives
the same file, byte for byte.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from noshows.schema import COLUMNS

FIRST_MONDAY = "2024-10-07"
WEEKS = 60
DEPARTMENTS = {"general": -0.2, "dental": 0.2, "physio": 0.0, "skin": 0.3}
EARLY = 2  # the half hours before nine
WEEKDAYS = np.array([0.35, 0.0, -0.1, 0.0, 0.25])  # Monday to Friday


def true_appointments(count: int, seed: int) -> pd.DataFrame:
    """Simulate appointments; each patient has a habit that nobody sees."""
    rng = np.random.default_rng(seed)
    number = np.sort(rng.integers(0, WEEKS * 5, count))
    weekday = number % 5
    monday = pd.Timestamp(FIRST_MONDAY) + pd.to_timedelta(number // 5 * 7, unit="D")
    day = monday + pd.to_timedelta(weekday, unit="D")
    wait = np.minimum(rng.gamma(1.2, 14.0, count).astype(int), 180)
    habit = rng.normal(0, 1.1, count)
    visits = rng.poisson(rng.gamma(1.5, 3.0, count))
    no_shows = rng.binomial(visits, 1 / (1 + np.exp(1.9 - habit)))
    department = rng.choice(list(DEPARTMENTS), count, p=[0.4, 0.25, 0.2, 0.15])
    channel = rng.choice(["web", "phone", "desk"], count, p=[0.45, 0.4, 0.15])
    reminder = rng.choice(["sms", "none"], count, p=[0.6, 0.4])
    half_hours = rng.integers(0, 20, count)
    age = np.clip(rng.normal(46, 20, count), 1, 97).astype(int)
    risk = (
        -3.1
        + 0.9 * habit
        + 0.65 * np.log1p(wait)
        - 1.0 * (reminder == "sms")
        + 0.5 * (channel == "web")
        - 0.012 * (age - 46)
        + 0.5 * (half_hours < EARLY)
        + WEEKDAYS[weekday]
        + np.array([DEPARTMENTS[name] for name in department])
    )
    missed = rng.random(count) < 1 / (1 + np.exp(-risk))
    table = {
        "appointment_id": [f"A{number:06d}" for number in range(count)],
        "week": day.strftime("%G-W%V"),
        "booked_on": (day - pd.to_timedelta(wait, unit="D")).strftime("%Y-%m-%d"),
        "appointment_on": day.strftime("%Y-%m-%d"),
        "hour": [f"{8 + half // 2:02d}:{half % 2 * 30:02d}" for half in half_hours],
        "age": age.astype("str"),
        "earlier_visits": visits.astype("str"),
        "earlier_no_shows": no_shows.astype("str"),
        "department": department,
        "channel": channel,
        "reminder": reminder,
        "outcome": np.where(missed, "no-show", "attended"),
    }
    return pd.DataFrame(table, dtype="str")[COLUMNS]


def make_messy(tidy: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Spoil some cells the way a busy desk does."""
    rng = np.random.default_rng(seed + 1)
    raw = tidy.copy()

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(len(raw)) < share

    # The old calendar writes dates and times in its own way.
    rows = some(0.12)
    for name in ("booked_on", "appointment_on"):
        dates = pd.to_datetime(raw.loc[rows, name], format="%Y-%m-%d")
        raw.loc[rows, name] = dates.dt.strftime("%d.%m.%Y")
    for share, sign in ((0.08, "."), (0.05, "h")):
        rows = some(share)
        raw.loc[rows, "hour"] = raw.loc[rows, "hour"].str.replace(":", sign)
    raw.loc[some(0.05), "hour"] = ""
    rows = some(0.10)
    raw.loc[rows, "age"] += " y"
    raw.loc[some(0.04), "age"] = "-"
    # Two desks spell things differently; some fields are left out.
    swaps = {"dental": "Dentistry", "physio": "PHYSIOTHERAPY ", "general": "GP"}
    rows = some(0.15)
    raw.loc[rows, "department"] = raw.loc[rows, "department"].replace(swaps)
    rows = some(0.10)
    raw.loc[rows, "channel"] = raw.loc[rows, "channel"].replace({"web": "Online"})
    rows = some(0.10)
    raw.loc[rows, "reminder"] = raw.loc[rows, "reminder"].map({"sms": "Y", "none": "N"})
    raw.loc[some(0.03), "channel"] = "?"
    rows = some(0.20)
    words = {"no-show": "DNA", "attended": "Came"}
    raw.loc[rows, "outcome"] = raw.loc[rows, "outcome"].map(words)
    # Rows beyond repair: nobody noted what happened, dates swapped, typing slips.
    raw.loc[some(0.005), "outcome"] = ""
    rows = some(0.004) & (raw["booked_on"] != raw["appointment_on"]).to_numpy()
    swapped = raw.loc[rows, ["appointment_on", "booked_on"]].to_numpy()
    raw.loc[rows, ["booked_on", "appointment_on"]] = swapped
    raw.loc[some(0.003), "age"] = "180"
    raw.loc[some(0.002), "earlier_no_shows"] = "99"
    # The list is exported week by week, and some weeks were exported twice.
    repeated = raw[some(0.015)]
    return pd.concat([raw, repeated]).sample(frac=1, random_state=seed)


def generate(path: Path, appointments: int, seed: int) -> int:
    """Write the raw list and return its number of rows."""
    raw = make_messy(true_appointments(appointments, seed), seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return len(raw)
