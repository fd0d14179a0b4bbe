"""The numbers of the lending rules; the environment can change each of them."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Rules(BaseSettings):
    """How long and how much a member may borrow."""

    loan_days: int = Field(default=21, ge=1)
    max_open_loans: int = Field(default=5, ge=1)
