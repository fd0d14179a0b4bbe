"""Terms of hire. Each is an environment variable with a default."""

from decimal import Decimal

from pydantic import Field
from pydantic_settings import BaseSettings


class Rules(BaseSettings):
    """How long, how early and for how much tools are hired."""

    max_hire_days: int = Field(default=14, ge=1, le=60)
    max_days_ahead: int = Field(default=90, ge=0, le=365)
    deposit_limit: Decimal = Field(default=Decimal(400), ge=0)
    late_fee_percent: int = Field(default=150, ge=0, le=1000)  # of the daily rate
