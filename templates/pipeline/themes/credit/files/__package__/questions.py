"""What the prediction endpoint takes and gives."""

from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from credit.clean import add_derived
from credit.model import Scores, rounded
from credit.schema import CATEGORICAL, NUMERIC


def between(name: str) -> Any:  # noqa: ANN401  what Field returns
    """Use the limits of the schema for a field."""
    low, high = NUMERIC[name]
    return Field(ge=low, le=high)


class Loan(BaseModel):
    """One loan that somebody asks for; leave out what is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    amount: Annotated[float, between("amount")]
    term_months: Annotated[float, between("term_months")]
    income: Annotated[float, between("income")]
    rate_pct: Annotated[float | None, between("rate_pct")] = None
    years_employed: Annotated[float | None, between("years_employed")] = None
    late_payments: Annotated[float | None, between("late_payments")] = None
    purpose: Literal["car", "home", "debts", "other"] | None = None
    housing: Literal["rent", "mortgage", "own"] | None = None


class Question(BaseModel):
    """Loans to score."""

    model_config = ConfigDict(extra="forbid")

    loans: Annotated[list[Loan], Field(min_length=1, max_length=1000)]

    def rows(self) -> pd.DataFrame:
        """Build the same kind of table that cleaning the book gives."""
        table = pd.DataFrame([loan.model_dump() for loan in self.loans])
        types = dict.fromkeys(NUMERIC, "float64") | dict.fromkeys(CATEGORICAL, "str")
        return add_derived(table.astype(types))


class Answer(BaseModel):
    """The probability of a default for each loan, in the order they were sent."""

    run: str
    default_probability: list[float]

    @classmethod
    def of(cls, run: str, scores: Scores) -> Self:
        """Build the answer from the scores of one run."""
        return cls(run=run, default_probability=rounded(scores))
