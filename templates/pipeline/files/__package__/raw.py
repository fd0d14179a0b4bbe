"""Read a raw export: every cell as text, nothing trusted, nothing lost.

What a cell means is decided in ``clean.py``. Here are the tools for it, and the
rule for when an export is so bad that nobody should learn from it.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

TORN = "wrong number of cells"


class DataRefusedError(Exception):
    """The file as a whole cannot be trusted."""


@dataclass(frozen=True)
class Export:
    """The cells of an export by line number, and the lines that are torn."""

    cells: pd.DataFrame
    torn: pd.Series


@dataclass(frozen=True)
class Cleaned:
    """Rows that can be used, and rows that cannot, with the reason."""

    rows: pd.DataFrame
    rejected: pd.DataFrame
    total: int
    repeated: int

    def refuse_above(self, max_rejected: float) -> None:
        """Give up when too many rows are bad: then the export itself is wrong."""
        share = len(self.rejected) / self.total if self.total else 1.0
        if share > max_rejected:
            raise DataRefusedError(
                f"{share:.1%} of {self.total} rows are rejected, "
                f"at most {max_rejected:.1%} may be"
            )


def read(path: Path) -> Export:
    """Read a CSV file; lines with too few or too many cells are marked as torn."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [tidy_name(name) for name in next(reader, [])]
            numbered = [(reader.line_num, cells) for cells in reader if cells]
    except (OSError, UnicodeError, csv.Error) as error:
        raise DataRefusedError(f"{path} is not a CSV file: {error}") from error
    if len(set(header)) < len(header):
        raise DataRefusedError(f"{path} has two columns of the same name")
    width = len(header)
    lines = [line for line, _ in numbered]
    padded = [[*cells, *[""] * width][:width] for _, cells in numbered]
    torn = [len(cells) != width for _, cells in numbered]
    return Export(
        cells=pd.DataFrame(padded, index=lines, columns=header, dtype="str"),
        torn=pd.Series(torn, index=lines, dtype=bool),
    )


def tidy_name(name: str) -> str:
    """Write a column's name as the schema does."""
    return name.strip().lower().replace(" ", "_")


def require_columns(cells: pd.DataFrame, expected: Iterable[str]) -> None:
    """Refuse an export that lacks a column; columns we do not know are ignored."""
    if missing := sorted(set(expected) - set(cells.columns)):
        raise DataRefusedError(f"columns are missing: {', '.join(missing)}")


class Review:
    """Collects, for each row, the first reason to reject it."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.reasons = pd.Series("", index=export.cells.index, dtype="str")
        self.reject(export.torn, TORN)

    def reject(self, bad: pd.Series, why: str) -> None:
        """Reject these rows, unless a reason is known already."""
        self.reasons = self.reasons.mask(bad & (self.reasons == ""), why)

    def finish(self, rows: pd.DataFrame, key: list[str]) -> Cleaned:
        """Part good rows from bad ones; of rows with one key the last counts."""
        bad = self.reasons != ""
        rejected = self.export.cells.assign(reason=self.reasons)[bad]
        good = rows[~bad]
        kept = good.drop_duplicates(key, keep="last")
        return Cleaned(
            rows=kept.sort_values(key, ignore_index=True),
            rejected=rejected,
            total=len(rows),
            repeated=len(good) - len(kept),
        )


def parse_text(cells: pd.Series, missing: Iterable[str]) -> pd.Series:
    """Trim, lower-case, and blank what means "no value"."""
    text = cells.str.strip().str.lower()
    return text.mask(text.isin(list(missing)))


def parse_number(text: pd.Series) -> pd.Series:
    """Read plain numbers; NaN where there is none."""
    return pd.to_numeric(text, errors="coerce").astype("float64")


def parse_date(text: pd.Series, formats: Iterable[str]) -> pd.Series:
    """Read a date in any of these formats; NaT where none fits."""
    dates = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for pattern in formats:
        found = pd.to_datetime(text, format=pattern, errors="coerce")
        dates = dates.fillna(found.astype("datetime64[us]"))
    return dates
