"""Machines that the tests ask about, as raw rows and as questions."""

from typing import Any, Final

ITEMS: Final = "machines"
NOT_SENT: Final = ["reading_id", "week_of"]

QUESTIONS: Final[list[dict[str, Any]]] = [
    {
        "temperature": 88.5,
        "vibration_mm_s": 7.2,
        "pressure_bar": 5.9,
        "run_hours": 120,
        "hours_since_service": 2400,
        "alarms": 4,
        "series": "px2",
        "hall": "c",
    },
    {
        "temperature": 55.0,
        "vibration_mm_s": 1.8,
        "pressure_bar": None,
        "run_hours": 80,
        "hours_since_service": 150,
        "alarms": 0,
        "series": "qr5",
        "hall": None,
    },
]
RECORDS: Final[list[dict[str, str]]] = [
    {"reading_id": f"M90{number}-20251124", "week_of": "2025-11-24"}
    | {name: "" if cell is None else str(cell) for name, cell in question.items()}
    for number, question in enumerate(QUESTIONS)
]
# The second of these runs hot and shakes.
RISING: Final = [
    QUESTIONS[1],
    QUESTIONS[1] | {"temperature": 85.0, "vibration_mm_s": 6.5},
]
BAD: Final[list[dict[str, object]]] = [
    {"temperature": 400},
    {"vibration_mm_s": -999},
    {"run_hours": 169},
    {"alarms": "many"},
    {"series": "px9"},
    {"standstill_h": 0},
]
