"""Cleaning: what is repaired, and what is set aside and why."""

from pathlib import Path

import pandas as pd
import pytest

from churn.clean import clean, parse_amount
from churn.generate import generate
from churn.raw import TORN, Cleaned, DataRefusedError, parse_date, read
from churn.schema import COLUMNS, KEY, MONTH_FORMATS, TARGET
from tests.examples import RECORDS

GOOD = RECORDS[0] | {"snapshot_month": "2025-01", "cancelled_on": ""}


def clean_rows(folder: Path, *changes: dict[str, str]) -> Cleaned:
    """Clean an export of good rows with these changes."""
    table = pd.DataFrame([GOOD | change for change in changes], columns=COLUMNS)
    table.to_csv(folder / "raw.csv", index=False)
    return clean(read(folder / "raw.csv"), labelled=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [("9.90", 9.9), ("€ 9,90", 9.9), (" 3 ", 3), ("1", 1), ("-1", None), ("N/A", None)],
)
def test_amounts(text: str, number: float | None) -> None:
    found = parse_amount(pd.Series([text], dtype="str"))[0]
    assert found == number if number is not None else pd.isna(found)


@pytest.mark.parametrize("text", ["2025-03", "03/2025", "Mar 2025"])
def test_months(text: str) -> None:
    found = parse_date(pd.Series([text], dtype="str"), MONTH_FORMATS)[0]
    assert found == pd.Timestamp("2025-03-01")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"customer_id": ""}, "customer_id is missing"),
        ({"snapshot_month": "2025-13"}, "snapshot_month is not a month"),
        ({"tenure_months": "9999"}, "tenure_months is not between 0 and 600"),
        ({"monthly_fee": "free"}, "monthly_fee is not a number"),
        ({"plan": "trial??"}, "plan is none that we know"),
        ({"cancelled_on": "soon"}, "cancelled_on is not a date"),
    ],
)
def test_rejected_rows_are_kept_with_the_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    cleaned = clean_rows(tmp_path, {}, change)
    assert len(cleaned.rows) == 1
    assert cleaned.rejected["reason"].to_dict() == {3: reason}
    [name] = change
    assert cleaned.rejected[name].tolist() == [change[name]]


def test_spelling_is_repaired(tmp_path: Path) -> None:
    change = {"plan": " BASIC", "autopay": "Y", "region": "", "logins_30d": "-1"}
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert (row["plan"], row["autopay"]) == ("basic", "yes")
    assert pd.isna(row["region"])
    assert pd.isna(row["logins_30d"])


def test_the_last_of_two_rows_for_a_month_counts(tmp_path: Path) -> None:
    cleaned = clean_rows(tmp_path, {"logins_30d": "1"}, {"logins_30d": "8"})
    assert cleaned.rows["logins_30d"].tolist() == [8]
    assert cleaned.repeated == 1


@pytest.mark.parametrize(
    ("cancelled_on", "churned"),
    [
        ("", 0),
        ("2025-01-31", 0),
        ("2025-02-01", 1),
        ("2025-02-28", 1),
        ("2025-03-01", 0),
    ],
)
def test_only_the_next_month_counts_as_churn(
    tmp_path: Path, cancelled_on: str, churned: int
) -> None:
    cleaned = clean_rows(tmp_path, {"cancelled_on": cancelled_on})
    assert cleaned.rows[TARGET].tolist() == [churned]


def test_a_torn_line_is_rejected_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    line = ",".join(GOOD[name] for name in COLUMNS)
    path.write_text("\n".join([",".join(COLUMNS), line, "C2,2025", line + ",1,2"]))
    cleaned = clean(read(path), labelled=True)
    assert cleaned.rejected["reason"].to_dict() == {3: TORN, 4: TORN}
    assert len(cleaned.rows) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "columns are missing"),
        ("a,A \n1,2\n", "two columns of the same name"),
        (",".join(COLUMNS), "100.0% of 0 rows"),
    ],
)
def test_an_export_that_is_none_is_refused(
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
        generate(tmp_path / "raw.csv", customers=50, seed=seed)
        contents.append((tmp_path / "raw.csv").read_bytes())
    assert contents[0] == contents[1] != contents[2]
