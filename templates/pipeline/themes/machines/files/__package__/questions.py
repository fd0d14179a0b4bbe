"""What the prediction endpoint takes and gives."""

from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from machines.model import Scores, rounded
from machines.schema import CATEGORICAL, NUMERIC


def between(name: str) -> Any:  # noqa: ANN401  what Field returns
    """Use the limits of the schema for a field."""
    low, high = NUMERIC[name]
    return Field(ge=low, le=high)


class Machine(BaseModel):
    """One machine's week; leave out what its sensors do not tell."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    # In degrees Celsius.
    temperature: Annotated[float | None, between("temperature_c")] = None
    vibration_mm_s: Annotated[float | None, between("vibration_mm_s")] = None
    pressure_bar: Annotated[float | None, between("pressure_bar")] = None
    run_hours: Annotated[float | None, between("run_hours")] = None
    hours_since_service: Annotated[float | None, between("hours_since_service")] = None
    alarms: Annotated[float | None, between("alarms")] = None
    series: Literal["px1", "px2", "qr5"] | None = None
    hall: Literal["a", "b", "c"] | None = None


class Question(BaseModel):
    """Machines to score."""

    model_config = ConfigDict(extra="forbid")

    machines: Annotated[list[Machine], Field(min_length=1, max_length=1000)]

    def rows(self) -> pd.DataFrame:
        """Build the same kind of table that cleaning the readings gives."""
        table = pd.DataFrame([machine.model_dump() for machine in self.machines])
        table = table.rename(columns={"temperature": "temperature_c"})
        types = dict.fromkeys(NUMERIC, "float64") | dict.fromkeys(CATEGORICAL, "str")
        return table.astype(types)


class Answer(BaseModel):
    """The risk of a standstill for each machine, in the order they were sent."""

    run: str
    standstill_risk: list[float]

    @classmethod
    def of(cls, run: str, scores: Scores) -> Self:
        """Build the answer from the scores of one run."""
        return cls(run=run, standstill_risk=rounded(scores))
