"""Make readings like the data logger's, with the mess that comes with it.

The machines are invented, so the data may be shared freely. The same seed gives
the same file, byte for byte.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from machines.schema import COLUMNS

FIRST_MONDAY = "2024-06-03"
WEEKS = 78
SERVICE_DUE_H = 1800
HOT_C = 68
SHAKING_MM_S = 3.2
LOW_BAR = 5.3


def true_readings(machines: int, seed: int) -> pd.DataFrame:
    """Simulate machines week by week; wear grows until somebody services them."""
    rng = np.random.default_rng(seed)
    series = rng.choice(["px1", "px2", "qr5"], machines, p=[0.4, 0.4, 0.2])
    hall = rng.choice(["a", "b", "c"], machines)
    sturdy = rng.normal(0, 0.25, machines)
    since_service = rng.uniform(0, SERVICE_DUE_H, machines)
    parts = []
    for monday in pd.date_range(FIRST_MONDAY, periods=WEEKS, freq="7D"):
        hours = np.clip(rng.normal(95, 28, machines), 0, 168)
        since_service += hours
        wear = since_service / SERVICE_DUE_H - sturdy
        season = 6 * np.sin((monday.day_of_year - 110) / 365 * 2 * np.pi)
        heat = 58 + season + 9 * wear + 5 * (hall == "c") + rng.normal(0, 8, machines)
        vibration = np.exp(0.55 + 0.4 * wear + rng.normal(0, 0.5, machines))
        pressure = rng.normal(6.2, 0.5, machines) - 0.3 * (series == "qr5")
        alarms = rng.poisson(np.where(vibration > SHAKING_MM_S, 2.0, 0.5))
        # Heat or shaking alone is harmless; together they break bearings.
        risk = (
            -4.8
            + 0.8 * (wear > 1)
            + 0.2 * (heat > HOT_C)
            + 4.6 * ((heat > HOT_C) & (vibration > SHAKING_MM_S))
            + 2.5 * (pressure < LOW_BAR) * (series == "qr5")
            + 0.1 * alarms
        )
        stands = rng.random(machines) < 1 / (1 + np.exp(-risk))
        short_stop = rng.choice([0.0, 0.2, 0.5], machines, p=[0.8, 0.1, 0.1])
        standstill = np.where(stands, 1 + rng.gamma(1.5, 5.0, machines), short_stop)
        parts.append(
            pd.DataFrame(
                {
                    "reading_id": [
                        f"M{number:03d}-{monday:%Y%m%d}" for number in range(machines)
                    ],
                    "week_of": f"{monday:%Y-%m-%d}",
                    "temperature": [f"{cell:.1f}" for cell in heat],
                    "vibration_mm_s": [f"{cell:.2f}" for cell in vibration],
                    "pressure_bar": [f"{cell:.2f}" for cell in pressure],
                    "run_hours": [f"{cell:.0f}" for cell in hours],
                    "hours_since_service": [f"{cell:.0f}" for cell in since_service],
                    "alarms": alarms.astype("str"),
                    "series": series,
                    "hall": hall,
                    "standstill_h": [f"{cell:.1f}" for cell in standstill],
                },
                dtype="str",
            )
        )
        # Who stands still is serviced; the others sometimes are.
        serviced = stands | (rng.random(machines) < 0.03 + 0.2 * (wear > 1))
        since_service = np.where(serviced, 0.0, since_service)
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def make_messy(tidy: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Spoil some cells the way loggers, firmware and people do."""
    rng = np.random.default_rng(seed + 1)
    raw = tidy.copy()

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(len(raw)) < share

    # Some sensors came from abroad and report Fahrenheit.
    rows = some(0.15)
    celsius = raw.loc[rows, "temperature"].astype("float64")
    fahrenheit = [f"{cell * 9 / 5 + 32:.1f} F" for cell in celsius]
    raw.loc[rows, "temperature"] = fahrenheit
    # One hall's logger writes decimal commas.
    rows = (raw["hall"] == "b").to_numpy() & some(0.5)
    for name in ("vibration_mm_s", "pressure_bar"):
        raw.loc[rows, name] = raw.loc[rows, name].str.replace(".", ",", regex=False)
    # A sensor that does not answer reads -999, or ERR after the firmware update.
    for name in ("vibration_mm_s", "pressure_bar", "temperature"):
        raw.loc[some(0.03), name] = "-999"
        raw.loc[some(0.01), name] = "ERR"
    # The plate on the machine is typed in by hand.
    rows = some(0.20)
    plates = {"px1": "PX-1", "px2": "PX 2", "qr5": "QR5 "}
    raw.loc[rows, "series"] = raw.loc[rows, "series"].map(plates)
    rows = some(0.08)
    dates = pd.to_datetime(raw.loc[rows, "week_of"], format="%Y-%m-%d")
    raw.loc[rows, "week_of"] = dates.dt.strftime("%d-%b-%y")
    raw.loc[some(0.03), "hours_since_service"] = ""
    # Rows beyond repair: a counter that ran over, a stuck sensor, no report yet.
    raw.loc[some(0.004), "run_hours"] = "65535"
    raw.loc[some(0.004), "vibration_mm_s"] = "99.99"
    raw.loc[some(0.003), "standstill_h"] = "n/a"
    raw.loc[some(0.002), "series"] = "test rig"
    # The logger sends again what was not confirmed.
    repeated = raw[some(0.02)]
    return pd.concat([raw, repeated]).sample(frac=1, random_state=seed)


def generate(path: Path, machines: int, seed: int) -> int:
    """Write the raw readings and return their number of rows."""
    raw = make_messy(true_readings(machines, seed), seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return len(raw)
