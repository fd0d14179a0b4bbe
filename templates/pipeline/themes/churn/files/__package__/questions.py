"""What the prediction endpoint takes and gives."""

from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from churn.model import Scores, rounded
from churn.schema import CATEGORICAL, NUMERIC


def between(name: str) -> Any:  # noqa: ANN401  what Field returns
    """Use the limits of the schema for a field."""
    low, high = NUMERIC[name]
    return Field(ge=low, le=high)


class Customer(BaseModel):
    """One customer, as of the end of a month; leave out what is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    monthly_fee: Annotated[float | None, between("monthly_fee")] = None
    tenure_months: Annotated[float | None, between("tenure_months")] = None
    logins_30d: Annotated[float | None, between("logins_30d")] = None
    support_tickets_90d: Annotated[float | None, between("support_tickets_90d")] = None
    late_payments_12m: Annotated[float | None, between("late_payments_12m")] = None
    plan: Literal["basic", "plus", "family"] | None = None
    region: Literal["north", "south", "east", "west"] | None = None
    autopay: Literal["yes", "no"] | None = None


class Question(BaseModel):
    """Customers to score."""

    model_config = ConfigDict(extra="forbid")

    customers: Annotated[list[Customer], Field(min_length=1, max_length=1000)]

    def rows(self) -> pd.DataFrame:
        """Build the same kind of table that cleaning an export gives."""
        table = pd.DataFrame([customer.model_dump() for customer in self.customers])
        types = dict.fromkeys(NUMERIC, "float64") | dict.fromkeys(CATEGORICAL, "str")
        return table.astype(types)


class Answer(BaseModel):
    """The probability of churn for each customer, in the order they were sent."""

    run: str
    churn_probability: list[float]

    @classmethod
    def of(cls, run: str, scores: Scores) -> Self:
        """Build the answer from the scores of one run."""
        return cls(run=run, churn_probability=rounded(scores))
