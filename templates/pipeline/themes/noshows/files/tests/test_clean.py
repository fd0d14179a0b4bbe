"""Cleaning: what is repaired, and what is set aside and why."""

from pathlib import Path

import pandas as pd
import pytest

from noshows.clean import clean, parse_age, parse_hour, parse_week
from noshows.generate import generate
from noshows.raw import TORN, Cleaned, DataRefusedError, read
from noshows.schema import COLUMNS, KEY, TARGET
from tests.examples import RECORDS

GOOD = RECORDS[0] | {"outcome": "attended"}


def clean_rows(folder: Path, *changes: dict[str, str]) -> Cleaned:
    """Clean a list of good rows with these changes."""
    table = pd.DataFrame([GOOD | change for change in changes], columns=COLUMNS)
    table.to_csv(folder / "raw.csv", index=False)
    return clean(read(folder / "raw.csv"), labelled=True)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("09:30", 9.5), ("9.30", 9.5), ("9h30", 9.5), ("14:00", 14), ("9:75", None)],
)
def test_hours(text: str, hour: float | None) -> None:
    found = parse_hour(pd.Series([text], dtype="str"))[0]
    assert found == hour if hour is not None else pd.isna(found)


def test_ages() -> None:
    ages = parse_age(pd.Series(["34", "34 y", "grown-up"], dtype="str"))
    assert ages.fillna(-1).tolist() == [34, 34, -1]


def test_a_week_is_its_monday() -> None:
    weeks = parse_week(pd.Series(["2025-W01", "2025-W48", "2025-W60"], dtype="str"))
    assert weeks[0] == pd.Timestamp("2024-12-30")
    assert weeks[1] == pd.Timestamp("2025-11-24")
    assert pd.isna(weeks[2])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"appointment_id": ""}, "appointment_id is missing"),
        ({"week": "48"}, "week is not a week"),
        ({"week": "2025-W47"}, "appointment_on is in another week"),
        ({"booked_on": "yesterday"}, "booked_on is not a date"),
        ({"booked_on": "2025-11-25"}, "booked after the appointment"),
        ({"hour": "noon"}, "hour cannot be read"),
        ({"age": "180"}, "age is not between 0 and 110"),
        ({"earlier_no_shows": "7"}, "more no-shows than visits"),
        ({"department": "garage"}, "department is none that we know"),
        ({"outcome": ""}, "nobody noted whether the patient came"),
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
        "appointment_on": "24.11.2025",
        "department": "Dentistry",
        "channel": "Online ",
        "reminder": "N",
        "age": "-",
        "outcome": "DNA",
    }
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert row["appointment_on"] == pd.Timestamp("2025-11-24")
    assert (row["department"], row["channel"]) == ("dental", "web")
    assert row["reminder"] == "none"
    assert row[TARGET] == 1
    assert pd.isna(row["age"])


def test_what_is_worked_out_of_the_columns(tmp_path: Path) -> None:
    [row] = clean_rows(tmp_path, {"booked_on": "2025-11-24"}).rows.to_dict("records")
    assert row["wait"] == 0
    assert row["weekday"] == "monday"
    assert row["missed_share"] == pytest.approx(3.4 / 8)


def test_an_appointment_that_was_exported_twice_counts_once(tmp_path: Path) -> None:
    cleaned = clean_rows(tmp_path, {"outcome": "no-show"}, {"outcome": "came"})
    assert cleaned.rows[TARGET].tolist() == [0]
    assert cleaned.repeated == 1


def test_a_torn_line_is_rejected_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    line = ",".join(GOOD[name] for name in COLUMNS)
    path.write_text("\n".join([",".join(COLUMNS), "A1,2025-W48", line]))
    cleaned = clean(read(path), labelled=True)
    assert cleaned.rejected["reason"].to_dict() == {2: TORN}
    assert len(cleaned.rows) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "columns are missing"),
        ("age,AGE\n1,2\n", "two columns of the same name"),
        (",".join(COLUMNS), "100.0% of 0 rows"),
    ],
)
def test_a_list_that_is_none_is_refused(
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
        generate(tmp_path / "raw.csv", appointments=200, seed=seed)
        contents.append((tmp_path / "raw.csv").read_bytes())
    assert contents[0] == contents[1] != contents[2]
