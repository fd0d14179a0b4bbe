"""Cleaning: what is repaired, and what is set aside and why."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bikes.clean import clean, parse_hour, parse_rain, parse_wind
from bikes.generate import generate
from bikes.raw import TORN, Cleaned, DataRefusedError, read
from bikes.schema import COLUMNS, KEY, TARGET
from tests.examples import RECORDS

GOOD = RECORDS[0] | {"rentals": "120"}


def clean_rows(folder: Path, *changes: dict[str, str]) -> Cleaned:
    """Clean a log of good rows with these changes."""
    table = pd.DataFrame([GOOD | change for change in changes], columns=COLUMNS)
    table.to_csv(folder / "raw.csv", index=False)
    return clean(read(folder / "raw.csv"), labelled=True)


def test_hours() -> None:
    hours = parse_hour(pd.Series(["8", "08:00", "08:30"], dtype="str"))
    assert hours[:2].tolist() == [8, 8]
    assert pd.isna(hours[2])


def test_miles_become_kilometres() -> None:
    wind = parse_wind(pd.Series(["12", "10.0 mph", None], dtype="str"))
    assert wind[:2].tolist() == [12, pytest.approx(16.09344)]
    assert pd.isna(wind[2])


def test_a_trace_of_rain_is_a_little_rain() -> None:
    rain = parse_rain(pd.Series(["0.0", "trace", "2.5"], dtype="str"))
    assert rain.tolist() == [0, 0.05, 2.5]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"slot_id": ""}, "slot_id is missing"),
        ({"day": "24 Nov"}, "day is not a date"),
        ({"hour": "24"}, "hour is not between 0 and 23"),
        ({"hour": "08:30"}, "hour is not between 0 and 23"),
        ({"temperature_c": "85.0"}, "temperature_c is not between -30 and 45"),
        ({"rain_mm": "wet"}, "rain_mm is not a number"),
        ({"holiday": "maybe"}, "holiday is neither yes nor no"),
        ({"rentals": "-1"}, "rentals is not a count"),
        ({"rentals": "1.5"}, "rentals is not a count"),
        ({"rentals": ""}, "rentals is not a count"),
        ({"rentals": "closed"}, "the system was closed"),
    ],
)
def test_rejected_rows_are_kept_with_the_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    cleaned = clean_rows(tmp_path, {}, change)
    assert len(cleaned.rows) == 1
    assert cleaned.rejected["reason"].to_dict() == {3: reason}


def test_spelling_is_repaired(tmp_path: Path) -> None:
    change = {
        "day": "24/11/2025",
        "hour": "08:00",
        "holiday": "Y",
        "temperature_c": "offline",
        "rentals": " 97",
    }
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert row["day"] == pd.Timestamp("2025-11-24")
    assert (row["hour"], row["holiday"], row[TARGET]) == (8, "yes", 97)
    assert pd.isna(row["temperature_c"])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "08 work"),
        ({"day": "2025-11-29"}, "08 free"),
        ({"holiday": "yes"}, "08 free"),
    ],
)
def test_weekends_and_holidays_have_a_shape_of_their_own(
    tmp_path: Path, change: dict[str, str], kind: str
) -> None:
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert row["hour_of_day_kind"] == kind


def test_what_is_worked_out_of_the_weather(tmp_path: Path) -> None:
    change = {"temperature_c": "-3", "rain_mm": "1.0"}
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert (row["cold"], row["hot"]) == (8, 0)
    assert row["rain"] == pytest.approx(np.log(2))


def test_of_an_hour_logged_twice_the_last_counts(tmp_path: Path) -> None:
    cleaned = clean_rows(tmp_path, {"rentals": "10"}, {"rentals": "80"})
    assert cleaned.rows[TARGET].tolist() == [80]
    assert cleaned.repeated == 1


def test_a_torn_line_is_rejected_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    line = ",".join(GOOD[name] for name in COLUMNS)
    path.write_text("\n".join([",".join(COLUMNS), line + ",", line]))
    cleaned = clean(read(path), labelled=True)
    assert cleaned.rejected["reason"].to_dict() == {2: TORN}
    assert len(cleaned.rows) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "columns are missing"),
        ("hour,Hour\n1,2\n", "two columns of the same name"),
        (",".join(COLUMNS), "100.0% of 0 rows"),
    ],
)
def test_a_log_that_is_none_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(content)
    with pytest.raises(DataRefusedError, match=message):
        clean(read(path), labelled=True).refuse_above(0.05)


def test_the_generated_mess_is_cleaned(raw_file: Path, rows: pd.DataFrame) -> None:
    raw_lines = raw_file.read_text(encoding="utf-8-sig").splitlines()
    assert 0.9 < len(rows) / len(raw_lines) < 1
    assert not rows.duplicated(KEY).any()


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    contents = []
    for seed in (1, 1, 2):
        generate(tmp_path / "raw.csv", days=5, seed=seed)
        contents.append((tmp_path / "raw.csv").read_bytes())
    assert contents[0] == contents[1] != contents[2]
