"""What the box office can tune without a new release."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Rules(BaseSettings):
    """How many tickets one customer gets, and how long they can be handed back."""

    max_tickets: int = Field(default=6, ge=1, le=100)
    refund_hours: int = Field(default=48, ge=0, le=8760)
