"""Loans that the tests ask about, as raw rows and as questions."""

from typing import Any, Final

ITEMS: Final = "loans"
NOT_SENT: Final = ["loan_id", "issued"]

QUESTIONS: Final[list[dict[str, Any]]] = [
    {
        "amount": 18000,
        "term_months": 60,
        "rate_pct": 11.5,
        "income": 26000,
        "years_employed": 1,
        "late_payments": 3,
        "purpose": "debts",
        "housing": "rent",
    },
    {
        "amount": 6000,
        "term_months": 36,
        "rate_pct": 5.9,
        "income": 61000,
        "years_employed": None,
        "late_payments": 0,
        "purpose": "home",
        "housing": None,
    },
]
RECORDS: Final[list[dict[str, str]]] = [
    {"loan_id": f"L90000{number}", "issued": "2024-12"}
    | {name: "" if cell is None else str(cell) for name, cell in question.items()}
    for number, question in enumerate(QUESTIONS)
]
# The second of these borrows five times as much and has paid late before.
RISING: Final = [
    QUESTIONS[1],
    QUESTIONS[1] | {"amount": 30000, "late_payments": 4},
]
BAD: Final[list[dict[str, object]]] = [
    {"amount": 100},
    {"amount": None},
    {"income": 0},
    {"rate_pct": "cheap"},
    {"purpose": "casino"},
    {"status": "paid"},
]
