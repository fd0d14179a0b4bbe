"""Cleaning: what is repaired, and what is set aside and why."""

from pathlib import Path

import pandas as pd
import pytest

from machines.clean import clean, parse_temperature
from machines.generate import generate
from machines.raw import TORN, Cleaned, DataRefusedError, read
from machines.schema import COLUMNS, KEY, TARGET
from tests.examples import RECORDS

GOOD = RECORDS[0] | {"standstill_h": "0.0"}


def clean_rows(folder: Path, *changes: dict[str, str]) -> Cleaned:
    """Clean an export of good rows with these changes."""
    table = pd.DataFrame([GOOD | change for change in changes], columns=COLUMNS)
    table.to_csv(folder / "raw.csv", index=False)
    return clean(read(folder / "raw.csv"), labelled=True)


def test_fahrenheit_becomes_celsius() -> None:
    text = pd.Series(["71.5", "212 f", "32.0 f", None, "hot"], dtype="str")
    found = parse_temperature(text)
    assert found[:3].tolist() == [71.5, 100, 0]
    assert found[3:].isna().all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reading_id": ""}, "reading_id is missing"),
        ({"week_of": "week 12"}, "week_of is not a date"),
        ({"week_of": "2025-11-25"}, "week_of is not a Monday"),
        ({"temperature": "hot"}, "temperature_c is not a number"),
        ({"temperature": "400 F"}, "temperature_c is not between -20 and 150"),
        ({"vibration_mm_s": "99.99"}, "vibration_mm_s is not between 0 and 60"),
        ({"run_hours": "65535"}, "run_hours is not between 0 and 168"),
        ({"series": "test rig"}, "series is none that we know"),
        ({"standstill_h": "n/a"}, "nobody reported the standstill"),
        ({"standstill_h": "-4"}, "standstill_h is below zero"),
    ],
)
def test_rejected_rows_are_kept_with_the_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    cleaned = clean_rows(tmp_path, {}, change)
    assert len(cleaned.rows) == 1
    assert cleaned.rejected["reason"].to_dict() == {3: reason}


def test_a_reading_without_any_sensor_is_rejected(tmp_path: Path) -> None:
    silent = {"temperature": "ERR", "vibration_mm_s": "-999", "pressure_bar": "-999"}
    cleaned = clean_rows(tmp_path, {}, silent)
    assert cleaned.rejected["reason"].tolist() == ["no sensor answered"]


def test_spelling_is_repaired(tmp_path: Path) -> None:
    change = {
        "week_of": "24-Nov-25",
        "series": "PX-1",
        "hall": " B",
        "pressure_bar": "6,25",
        "vibration_mm_s": "ERR",
    }
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert row["week_of"] == pd.Timestamp("2025-11-24")
    assert (row["series"], row["hall"]) == ("px1", "b")
    assert row["pressure_bar"] == 6.25
    assert pd.isna(row["vibration_mm_s"])


@pytest.mark.parametrize(
    ("hours", "stood_still"), [("0.0", 0), ("0.9", 0), ("1.0", 1), ("12,5", 1)]
)
def test_a_short_stop_is_no_standstill(
    tmp_path: Path, hours: str, stood_still: int
) -> None:
    cleaned = clean_rows(tmp_path, {"standstill_h": hours})
    assert cleaned.rows[TARGET].tolist() == [stood_still]


def test_of_a_reading_sent_twice_the_last_counts(tmp_path: Path) -> None:
    cleaned = clean_rows(tmp_path, {"alarms": "1"}, {"alarms": "8"})
    assert cleaned.rows["alarms"].tolist() == [8]
    assert cleaned.repeated == 1


def test_a_torn_line_is_rejected_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    line = ",".join(GOOD[name] for name in COLUMNS)
    path.write_text("\n".join([",".join(COLUMNS), line, line[: len(line) // 2]]))
    cleaned = clean(read(path), labelled=True)
    assert cleaned.rejected["reason"].to_dict() == {3: TORN}
    assert len(cleaned.rows) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "columns are missing"),
        ("hall,Hall\n1,2\n", "two columns of the same name"),
        (",".join(COLUMNS), "100.0% of 0 rows"),
    ],
)
def test_readings_that_are_none_are_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(content)
    with pytest.raises(DataRefusedError, match=message):
        clean(read(path), labelled=True).refuse_above(0.05)


def test_the_generated_mess_is_cleaned(raw_file: Path, rows: pd.DataFrame) -> None:
    raw_lines = raw_file.read_text(encoding="utf-8").splitlines()
    assert 0.9 < len(rows) / len(raw_lines) < 1
    assert not rows.duplicated(KEY).any()


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    contents = []
    for seed in (1, 1, 2):
        generate(tmp_path / "raw.csv", machines=5, seed=seed)
        contents.append((tmp_path / "raw.csv").read_bytes())
    assert contents[0] == contents[1] != contents[2]
