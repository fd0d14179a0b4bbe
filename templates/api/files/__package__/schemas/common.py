"""Shapes and types that every part of the API uses."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")

# PostgreSQL text cannot hold NUL, so it is refused here instead of failing there.
Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00]+$"
    ),
]
LongText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]+$"
    ),
]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Model(BaseModel):
    """Base for all schemas: readable from ORM objects, no unknown fields."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class Problem(Model):
    """Error body used everywhere (RFC 9457, application/problem+json)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[str, str]] = []


class Page(Model, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    limit: int
    offset: int
