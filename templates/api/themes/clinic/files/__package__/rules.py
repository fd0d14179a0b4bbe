"""The numbers of the practice's rules; the environment can change each of them."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Rules(BaseSettings):
    """How far ahead, how many, and until when."""

    publish_days: int = Field(default=180, ge=1, le=3650)
    max_upcoming: int = Field(default=3, ge=1)
    cancel_hours: int = Field(default=24, ge=0, le=720)
