"""Make a loan book like a small lender's, with the mess that comes with it.

The borrowers are invented, so the data may be shared freely. The same seed gives
the same file, byte for byte.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.schema import COLUMNS

FIRST_MONTH = "2020-01"
MONTHS = 60
LONG_TERM = 60  # months
MANY = 10  # years, the last box of the old form
PURPOSES = {"car": -0.2, "home": -0.3, "debts": 0.4, "other": 0.2}
HOUSING = {"rent": 0.3, "mortgage": 0.0, "own": -0.3}
BAD = ["late 90", "default", "charged off"]
GOOD = ["current", "paid", "paid early", "late 30"]


def true_book(loans: int, seed: int) -> pd.DataFrame:
    """Simulate loans; the desk sets a rate, and cannot see everything."""
    rng = np.random.default_rng(seed)
    month = np.sort(rng.integers(0, MONTHS, loans))
    calendar = pd.period_range(FIRST_MONTH, periods=MONTHS, freq="M").astype("str")
    income = np.exp(rng.normal(10.5, 0.45, loans))
    amount = np.clip(income * rng.uniform(0.08, 0.7, loans), 500, 60_000)
    term = rng.choice([24, 36, 60], loans, p=[0.2, 0.5, 0.3])
    employed = np.minimum(rng.gamma(1.3, 5.0, loans), 40).astype(int)
    late = rng.poisson(rng.gamma(0.5, 1.0, loans))
    purpose = rng.choice(list(PURPOSES), loans, p=[0.3, 0.2, 0.35, 0.15])
    housing = rng.choice(list(HOUSING), loans, p=[0.5, 0.35, 0.15])
    payment_share = amount / term * 12 / income
    risk = (
        -3.2
        + 6.0 * (payment_share - 0.1)
        + 0.75 * np.minimum(late, 4)
        - 0.07 * np.minimum(employed, 15)
        - 0.5 * (np.log(income) - 10.5)
        + 0.6 * (term == LONG_TERM)
        + np.array([PURPOSES[name] for name in purpose])
        + np.array([HOUSING[name] for name in housing])
    )
    # The desk looks at late payments and purpose, and has good and bad days.
    rate = 7.5 + 0.9 * np.minimum(late, 4) + 2 * (purpose == "debts")
    rate = np.clip(rate + rng.normal(0, 1.6, loans), 2.9, 19.9)
    defaults = rng.random(loans) < 1 / (1 + np.exp(-risk))
    bad = rng.choice(BAD, loans, p=[0.3, 0.4, 0.3])
    good = rng.choice(GOOD, loans, p=[0.7, 0.12, 0.1, 0.08])
    table = {
        "loan_id": [f"L{number:06d}" for number in range(loans)],
        "issued": calendar[month],
        "amount": [f"{cell:.0f}" for cell in np.round(amount, -2)],
        "term_months": term.astype("str"),
        "rate_pct": [f"{cell:.2f}" for cell in rate],
        "income": [f"{cell:.0f}" for cell in np.round(income, -2)],
        "years_employed": employed.astype("str"),
        "late_payments": late.astype("str"),
        "purpose": purpose,
        "housing": housing,
        "status": np.where(defaults, bad, good),
    }
    return pd.DataFrame(table, dtype="str")[COLUMNS]


def make_messy(tidy: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Spoil some cells the way a book that was kept by many people is."""
    rng = np.random.default_rng(seed + 1)
    raw = tidy.copy()

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(len(raw)) < share

    rows = some(0.15)
    months = pd.to_datetime(raw.loc[rows, "issued"], format="%Y-%m")
    raw.loc[rows, "issued"] = months.dt.strftime("%b-%y")
    # Amounts as people type them: 12,500 and 12.5k.
    style = rng.choice(["plain", "comma", "k"], len(raw), p=[0.75, 0.17, 0.08])
    rows = style == "comma"
    raw.loc[rows, "amount"] = [f"{int(cell):,}" for cell in raw.loc[rows, "amount"]]
    rows = style == "k"
    thousands = raw.loc[rows, "amount"].astype("int64") / 1000
    raw.loc[rows, "amount"] = thousands.astype("str") + "k"
    rows = some(0.20)
    raw.loc[rows, "term_months"] += " months"
    rows = some(0.30)
    raw.loc[rows, "rate_pct"] += "%"
    # One branch notes the monthly income.
    rows = some(0.12)
    monthly = raw.loc[rows, "income"].astype("float64") / 12
    raw.loc[rows, "income"] = [f"{cell:.2f}/m" for cell in monthly]
    # The old form had boxes to tick instead of years.
    years = raw["years_employed"].astype("int64")
    boxes = raw["years_employed"].mask(years < 1, "< 1").mask(years >= MANY, "10+")
    rows = some(0.25)
    raw.loc[rows, "years_employed"] = boxes[rows]
    raw.loc[some(0.04), "years_employed"] = "n/a"
    raw.loc[some(0.03), "late_payments"] = ""
    rows = some(0.15)
    words = {"debts": "Debt consolidation", "car": "AUTO", "home": "renovation "}
    raw.loc[rows, "purpose"] = raw.loc[rows, "purpose"].replace(words)
    rows = some(0.10)
    words = {"rent": "Tenant", "own": "Owner", "mortgage": "Mortgaged"}
    raw.loc[rows, "housing"] = raw.loc[rows, "housing"].map(words)
    rows = some(0.15)
    raw.loc[rows, "status"] = raw.loc[rows, "status"].str.title()
    # Rows beyond repair: sold loans, income of nothing, a form for businesses.
    raw.loc[some(0.005), "status"] = "sold"
    raw.loc[some(0.003), "income"] = "0"
    raw.loc[some(0.003), "amount"] = "250000"
    raw.loc[some(0.002), "rate_pct"] = "tbd"
    # A loan that changed branches is in the book of both.
    repeated = raw[some(0.01)]
    return pd.concat([raw, repeated]).sample(frac=1, random_state=seed)


def generate(path: Path, loans: int, seed: int) -> int:
    """Write the raw book and return its number of rows."""
    raw = make_messy(true_book(loans, seed), seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return len(raw)
