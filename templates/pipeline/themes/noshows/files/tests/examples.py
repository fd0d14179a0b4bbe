"""Appointments that the tests ask about, as raw rows and as questions."""

from typing import Any, Final

ITEMS: Final = "appointments"
NOT_SENT: Final = ["appointment_id", "week"]

QUESTIONS: Final[list[dict[str, Any]]] = [
    {
        "booked_on": "2025-10-01",
        "appointment_on": "2025-11-24",
        "hour": "08:00",
        "age": 24,
        "earlier_visits": 6,
        "earlier_no_shows": 3,
        "department": "skin",
        "channel": "web",
        "reminder": "none",
    },
    {
        "booked_on": "2025-11-25",
        "appointment_on": "2025-11-26",
        "hour": "14:30",
        "age": 71,
        "earlier_visits": 20,
        "earlier_no_shows": 0,
        "department": None,
        "channel": "desk",
        "reminder": "sms",
    },
]
RECORDS: Final[list[dict[str, str]]] = [
    {"appointment_id": f"A90000{number}", "week": "2025-W48"}
    | {name: "" if cell is None else str(cell) for name, cell in question.items()}
    for number, question in enumerate(QUESTIONS)
]
# The second of these waits longer, without a reminder.
RISING: Final = [
    QUESTIONS[1],
    QUESTIONS[1] | {"booked_on": "2025-08-01", "reminder": "none"},
]
BAD: Final[list[dict[str, object]]] = [
    {"hour": "25:00"},
    {"age": -1},
    {"age": "old"},
    {"booked_on": "2026-01-01"},
    {"earlier_no_shows": 7},
    {"reminder": "pigeon"},
    {"outcome": "attended"},
]
