"""Hours that the tests ask about, as raw rows and as questions."""

from typing import Any, Final

ITEMS: Final = "hours"
NOT_SENT: Final = ["slot_id"]

QUESTIONS: Final[list[dict[str, Any]]] = [
    {
        "day": "2025-11-24",
        "hour": 8,
        "temperature_c": 9.5,
        "rain_mm": 0.0,
        "wind_kmh": 12,
        "holiday": "no",
    },
    {
        "day": "2025-11-29",
        "hour": 14,
        "temperature_c": 3.0,
        "rain_mm": 4.2,
        "wind_kmh": None,
        "holiday": "no",
    },
]
RECORDS: Final[list[dict[str, str]]] = [
    {"slot_id": f"S90000{number}"}
    | {name: "" if cell is None else str(cell) for name, cell in question.items()}
    for number, question in enumerate(QUESTIONS)
]
# The second of these is a dry and warm afternoon.
RISING: Final = [
    QUESTIONS[1],
    QUESTIONS[1] | {"rain_mm": 0.0, "temperature_c": 19.0},
]
BAD: Final[list[dict[str, object]]] = [
    {"hour": 24},
    {"hour": 8.5},
    {"day": "tomorrow"},
    {"rain_mm": -1},
    {"temperature_c": "mild"},
    {"holiday": "maybe"},
    {"rentals": 12},
]
