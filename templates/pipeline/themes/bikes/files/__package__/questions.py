"""What the prediction endpoint takes and gives."""

from datetime import date
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bikes.clean import add_derived
from bikes.model import Scores, rounded
from bikes.schema import HOURS, WEATHER


def between(name: str) -> Any:  # noqa: ANN401  what Field returns
    """Use the limits of the schema for a field."""
    low, high = WEATHER[name]
    return Field(ge=low, le=high)


class Hour(BaseModel):
    """One hour and its weather forecast; leave out what is not forecast."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    # In JSON a date is text, so strictness would refuse every one.
    day: Annotated[date, Field(strict=False)]
    hour: Annotated[int, Field(ge=HOURS[0], le=HOURS[1])]
    temperature_c: Annotated[float | None, between("temperature_c")] = None
    rain_mm: Annotated[float | None, between("rain_mm")] = None
    wind_kmh: Annotated[float | None, between("wind_kmh")] = None
    holiday: Literal["yes", "no"] = "no"


class Question(BaseModel):
    """Hours to predict."""

    model_config = ConfigDict(extra="forbid")

    hours: Annotated[list[Hour], Field(min_length=1, max_length=1000)]

    def rows(self) -> pd.DataFrame:
        """Build the same kind of table that cleaning the log gives."""
        table = pd.DataFrame([hour.model_dump() for hour in self.hours])
        types = dict.fromkeys(["hour", *WEATHER], "float64")
        return add_derived(table.astype(types | {"day": "datetime64[us]"}))


class Answer(BaseModel):
    """The expected rentals of each hour, in the order they were sent."""

    run: str
    expected_rentals: list[float]

    @classmethod
    def of(cls, run: str, scores: Scores) -> Self:
        """Build the answer from the scores of one run."""
        return cls(run=run, expected_rentals=rounded(scores))
