"""Make a raw export like the billing system's, with the mess that comes with it.

The customers are invented, so the data may be shared freely. The same seed
gives the same file, byte for byte.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.schema import COLUMNS

MONTHS = 24
FEES = {"basic": "9.90", "plus": "19.90", "family": "29.90"}
FEW_LOGINS = 3


def true_history(customers: int, seed: int) -> pd.DataFrame:
    """Simulate customers month by month; those who cancel do not come back."""
    rng = np.random.default_rng(seed)
    plan = rng.choice(list(FEES), customers, p=[0.5, 0.3, 0.2])
    region = rng.choice(["north", "south", "east", "west"], customers)
    autopay = rng.choice(["yes", "no"], customers, p=[0.6, 0.4])
    activity = rng.gamma(2.0, 6.0, customers)
    tenure = rng.integers(0, 48, customers)
    joined = rng.integers(-18, MONTHS, customers)  # below zero: before we look
    left = np.zeros(customers, dtype=bool)

    calendar = pd.period_range("2024-01", periods=MONTHS, freq="M")
    parts = []
    for number, month in enumerate(calendar):
        activity *= rng.uniform(0.85, 1.12, customers)
        logins = rng.poisson(activity)
        tickets = rng.poisson(np.where(plan == "basic", 0.6, 0.3))
        late = rng.binomial(12, np.where(autopay == "yes", 0.02, 0.09))
        months = tenure + number
        risk = (
            -2.2
            - 0.16 * np.minimum(logins, 25)
            + 0.9 * tickets
            + 0.8 * late
            - 0.03 * months
            + 0.5 * (plan == "basic")
            + 1.2 * (logins < FEW_LOGINS)
        )
        cancels = rng.random(customers) < 1 / (1 + np.exp(-risk))
        day = rng.integers(1, 28, customers)
        here = np.flatnonzero((joined <= number) & ~left)
        part = pd.DataFrame(
            {
                "customer_id": [f"C{customer:05d}" for customer in here],
                "snapshot_month": str(month),
                "monthly_fee": [FEES[name] for name in plan[here]],
                "tenure_months": months[here].astype("str"),
                "logins_30d": logins[here].astype("str"),
                "support_tickets_90d": tickets[here].astype("str"),
                "late_payments_12m": late[here].astype("str"),
                "plan": plan[here],
                "region": region[here],
                "autopay": autopay[here],
                "cancelled_on": [
                    f"{month + 1}-{day[customer]:02d}" if cancels[customer] else ""
                    for customer in here
                ],
            },
            dtype="str",
        )
        parts.append(part)
        left[here] |= cancels[here]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def make_messy(tidy: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Spoil some cells the way exports, spreadsheets and people do."""
    rng = np.random.default_rng(seed + 1)
    raw = tidy.copy()

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(len(raw)) < share

    # Two offices type the month by hand.
    style = rng.choice(["%Y-%m", "%m/%Y", "%b %Y"], len(raw), p=[0.87, 0.08, 0.05])
    months = pd.to_datetime(raw["snapshot_month"], format="%Y-%m")
    for pattern in ("%m/%Y", "%b %Y"):
        rows = style == pattern
        raw.loc[rows, "snapshot_month"] = months[rows].dt.strftime(pattern)
    # One of them exports fees for readers, not for programs.
    rows = some(0.10)
    fees = raw.loc[rows, "monthly_fee"].str.replace(".", ",", regex=False)
    raw.loc[rows, "monthly_fee"] = "€ " + fees
    # The tracker writes -1 when it was down, the help desk N/A.
    raw.loc[some(0.06), "logins_30d"] = "-1"
    raw.loc[some(0.04), "support_tickets_90d"] = "N/A"
    raw.loc[some(0.03), "region"] = ""
    rows = some(0.15)
    raw.loc[rows, "plan"] = " " + raw.loc[rows, "plan"].str.upper()
    rows = some(0.10)
    raw.loc[rows, "autopay"] = raw.loc[rows, "autopay"].map({"yes": "Y", "no": "N"})
    # Rows beyond repair: a placeholder, a lost key, a test account.
    raw.loc[some(0.004), "tenure_months"] = "9999"
    raw.loc[some(0.003), "customer_id"] = ""
    raw.loc[some(0.003), "plan"] = "trial??"
    # Pages of the export overlap, and nothing is sorted.
    repeated = raw[some(0.02)]
    raw = pd.concat([raw, repeated]).sample(frac=1, random_state=seed)
    return raw.rename(columns={"plan": " Plan", "monthly_fee": "Monthly Fee"})


def generate(path: Path, customers: int, seed: int) -> int:
    """Write the raw export and return its number of rows."""
    raw = make_messy(true_history(customers, seed), seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw.to_csv(path, index=False, lineterminator="\n", encoding="utf-8-sig")
    return len(raw)
