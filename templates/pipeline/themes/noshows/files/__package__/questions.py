"""What the prediction endpoint takes and gives."""

from datetime import date
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from noshows.clean import add_derived, parse_hour
from noshows.model import Scores, rounded
from noshows.schema import CATEGORICAL, DATES, NUMERIC


def between(name: str) -> Any:  # noqa: ANN401  what Field returns
    """Use the limits of the schema for a field."""
    low, high = NUMERIC[name]
    return Field(ge=low, le=high)


class Appointment(BaseModel):
    """One appointment that has been booked; leave out what is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    # In JSON a date is text, so strictness would refuse every one.
    booked_on: Annotated[date, Field(strict=False)]
    appointment_on: Annotated[date, Field(strict=False)]
    hour: Annotated[
        str | None, Field(pattern=r"^(0[7-9]|1\d):[0-5]\d$", examples=["09:30"])
    ] = None
    age: Annotated[float | None, between("age")] = None
    earlier_visits: Annotated[float | None, between("earlier_visits")] = None
    earlier_no_shows: Annotated[float | None, between("earlier_no_shows")] = None
    department: Literal["general", "dental", "physio", "skin"] | None = None
    channel: Literal["web", "phone", "desk"] | None = None
    reminder: Literal["sms", "none"] | None = None

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        """Hold questions to the rules that the desk's rows are held to."""
        if self.booked_on > self.appointment_on:
            raise ValueError("booked after the appointment")
        if (self.earlier_no_shows or 0) > (self.earlier_visits or 0):
            raise ValueError("more no-shows than visits")
        return self


class Question(BaseModel):
    """Appointments to score."""

    model_config = ConfigDict(extra="forbid")

    appointments: Annotated[list[Appointment], Field(min_length=1, max_length=1000)]

    def rows(self) -> pd.DataFrame:
        """Build the same kind of table that cleaning an export gives."""
        table = pd.DataFrame([each.model_dump() for each in self.appointments])
        table["hour"] = parse_hour(table["hour"].astype("str"))
        types = dict.fromkeys(NUMERIC, "float64") | dict.fromkeys(CATEGORICAL, "str")
        dates = dict.fromkeys(DATES, "datetime64[us]")
        return add_derived(table.astype(types | dates))


class Answer(BaseModel):
    """The probability of a no-show for each appointment, in the order sent."""

    run: str
    no_show_probability: list[float]

    @classmethod
    def of(cls, run: str, scores: Scores) -> Self:
        """Build the answer from the scores of one run."""
        return cls(run=run, no_show_probability=rounded(scores))
