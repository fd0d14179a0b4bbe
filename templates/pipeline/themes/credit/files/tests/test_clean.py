"""Cleaning: what is repaired, and what is set aside and why."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from credit import clean as rules
from credit.clean import clean
from credit.generate import generate
from credit.raw import TORN, Cleaned, DataRefusedError, read
from credit.schema import COLUMNS, KEY, STATUSES, TARGET
from tests.examples import RECORDS

GOOD = RECORDS[0] | {"status": "current"}


def clean_rows(folder: Path, *changes: dict[str, str]) -> Cleaned:
    """Clean a book of good rows with these changes."""
    table = pd.DataFrame([GOOD | change for change in changes], columns=COLUMNS)
    table.to_csv(folder / "raw.csv", index=False)
    return clean(read(folder / "raw.csv"), labelled=True)


@pytest.mark.parametrize(
    ("parse", "text", "number"),
    [
        (rules.parse_amount, "12500", 12500),
        (rules.parse_amount, "12,500", 12500),
        (rules.parse_amount, "12.5k", 12500),
        (rules.parse_term, "36 months", 36),
        (rules.parse_rate, "7.9%", 7.9),
        (rules.parse_income, "48000", 48000),
        (rules.parse_income, "4000.00/m", 48000),
        (rules.parse_years, "< 1", 0),
        (rules.parse_years, "10+", 10),
        (rules.parse_years, "4", 4),
    ],
)
def test_numbers_as_people_type_them(
    parse: Callable[[pd.Series], pd.Series], text: str, number: float
) -> None:
    assert parse(pd.Series([text], dtype="str"))[0] == number


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"loan_id": ""}, "loan_id is missing"),
        ({"issued": "2024"}, "issued is not a month"),
        ({"amount": "250000"}, "amount is not between 500 and 60000"),
        ({"amount": ""}, "amount is missing"),
        ({"term_months": "forever"}, "term_months cannot be read"),
        ({"rate_pct": "tbd"}, "rate_pct cannot be read"),
        ({"income": "0"}, "income is not between 3000 and 1000000"),
        ({"housing": "tent"}, "housing is none that we know"),
        ({"status": "sold"}, "the loan was sold, nobody knows its end"),
        ({"status": ""}, "status is none that we know"),
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
        "issued": "Dec-24",
        "purpose": "Debt consolidation",
        "housing": "Tenant ",
        "late_payments": "",
    }
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert row["issued"] == pd.Timestamp("2024-12-01")
    assert (row["purpose"], row["housing"]) == ("debts", "rent")
    assert pd.isna(row["late_payments"])


def test_what_is_worked_out_of_the_columns(tmp_path: Path) -> None:
    change = {"amount": "12k", "term_months": "24", "income": "2000/m"}
    change["years_employed"] = "25"
    [row] = clean_rows(tmp_path, change).rows.to_dict("records")
    assert row["payment_share"] == 0.25
    assert row["term"] == "24"
    assert row["years_employed"] == 10


@pytest.mark.parametrize("status", list(STATUSES))
def test_a_default_is_what_the_lender_gave_up_hope_for(
    tmp_path: Path, status: str
) -> None:
    cleaned = clean_rows(tmp_path, {"status": status.title()})
    hopeless = status in {"late 90", "default", "charged off"}
    assert cleaned.rows[TARGET].tolist() == [int(hopeless)]


def test_a_loan_in_the_book_of_two_branches_counts_once(tmp_path: Path) -> None:
    cleaned = clean_rows(tmp_path, {"status": "paid"}, {"status": "default"})
    assert cleaned.rows[TARGET].tolist() == [1]
    assert cleaned.repeated == 1


def test_a_torn_line_is_rejected_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    line = ",".join(GOOD[name] for name in COLUMNS)
    path.write_text("\n".join([",".join(COLUMNS), line, line.replace(",", ";")]))
    cleaned = clean(read(path), labelled=True)
    assert cleaned.rejected["reason"].to_dict() == {3: TORN}
    assert len(cleaned.rows) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "columns are missing"),
        ("income, Income\n1,2\n", "two columns of the same name"),
        (",".join(COLUMNS), "100.0% of 0 rows"),
    ],
)
def test_a_book_that_is_none_is_refused(
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
        generate(tmp_path / "raw.csv", loans=200, seed=seed)
        contents.append((tmp_path / "raw.csv").read_bytes())
    assert contents[0] == contents[1] != contents[2]
