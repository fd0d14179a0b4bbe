"""Subscribers that the tests ask about, as raw rows and as questions."""

from typing import Any, Final

ITEMS: Final = "customers"
NOT_SENT: Final = ["customer_id", "snapshot_month"]

QUESTIONS: Final[list[dict[str, Any]]] = [
    {
        "monthly_fee": 9.9,
        "tenure_months": 3,
        "logins_30d": 1,
        "support_tickets_90d": 2,
        "late_payments_12m": 1,
        "plan": "basic",
        "region": "north",
        "autopay": "no",
    },
    {
        "monthly_fee": 29.9,
        "tenure_months": 40,
        "logins_30d": 22,
        "support_tickets_90d": None,
        "late_payments_12m": 0,
        "plan": "family",
        "region": None,
        "autopay": "yes",
    },
]
RECORDS: Final[list[dict[str, str]]] = [
    {"customer_id": f"C9000{number}", "snapshot_month": "2025-12"}
    | {name: "" if cell is None else str(cell) for name, cell in question.items()}
    for number, question in enumerate(QUESTIONS)
]
# The second of these is in more trouble than the first.
RISING: Final = [
    QUESTIONS[1],
    QUESTIONS[1] | {"logins_30d": 0, "support_tickets_90d": 4, "autopay": "no"},
]
BAD: Final[list[dict[str, object]]] = [
    {"logins_30d": -5},
    {"logins_30d": "many"},
    {"late_payments_12m": 13},
    {"plan": "gold"},
    {"cancelled_on": "2025-01-01"},
]
