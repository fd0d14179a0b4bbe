"""The endpoints that users come for."""

from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel

from hours.data import read_data
from hours.timetable import parse_timetable


class Answer(BaseModel):
    """Whether a place is open, and when that changes."""

    place: str
    at: datetime
    open: bool
    changes_at: datetime | None


def make_router() -> APIRouter:
    """Read the hours once; raises ``DataError`` if they cannot be used."""
    timetable = parse_timetable(read_data("HOURS_FILE", "hours.json"))
    router = APIRouter(tags=["hours"])

    @router.get("/places")
    async def places() -> list[str]:
        """List the places that we know."""
        return sorted(timetable.places)

    @router.get("/open", responses={404: {"description": "Unknown place"}})
    async def is_open(place: str, at: AwareDatetime | None = None) -> Answer:
        """Say whether a place is open now, or at another moment with its offset."""
        known = timetable.places.get(place)
        if known is None:
            raise HTTPException(404, f"Places: {', '.join(sorted(timetable.places))}.")
        try:
            local = (at or datetime.now(UTC)).astimezone(timetable.timezone)
            changes_at = known.next_change(local)
        except OverflowError:
            raise HTTPException(422, "That is not a time to go anywhere.") from None
        return Answer(
            place=place, at=local, open=known.is_open(local), changes_at=changes_at
        )

    return router
