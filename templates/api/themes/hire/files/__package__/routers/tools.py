"""The shelves: hirers look for a tool and a free day, storekeepers keep stock."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hire_api.access import Permission
from hire_api.config import Settings
from hire_api.db import SessionDep
from hire_api.deps import PagingDep, PathId, SettingsDep, fetch_page, needs, problems
from hire_api.models import Tool, today
from hire_api.schemas.common import Page
from hire_api.schemas.depot import DayOut, Money, ToolIn, ToolOut, ToolPatch
from hire_api.stock import free_by_day

router = APIRouter(prefix="/tools", tags=["tools"])

can_browse = needs(Permission.BROWSE_TOOLS)
can_keep = needs(Permission.KEEP_STOCK)


def find_tool(tool_id: int, session: Session, *, lock: bool = False) -> Tool:
    """Return a tool or answer 404."""
    tool = session.get(Tool, tool_id, with_for_update=lock)
    if tool is None:
        raise HTTPException(404, "The depot has no such tool.")
    return tool


def first_day(given: date | None, settings: Settings) -> date:
    """Return the first day asked for, today if none was; 409 if out of reach."""
    now = today()
    day = given or now
    if day < now:
        raise HTTPException(409, "That day is over.")
    if day > now + timedelta(days=settings.max_days_ahead):
        ahead = settings.max_days_ahead
        raise HTTPException(409, f"Bookings open {ahead} days ahead.")
    return day


@router.get("", dependencies=[can_browse], responses=problems(401, 403, 422, 503))
def list_tools(
    session: SessionDep, paging: PagingDep, max_rate: Money | None = None
) -> Page[ToolOut]:
    """List tools by name: all of them, or those up to a daily rate."""
    query = select(Tool)
    if max_rate is not None:
        query = query.where(Tool.daily_rate <= max_rate)
    return fetch_page(session, query, ToolOut, paging, Tool.name, Tool.id)


@router.post(
    "",
    status_code=201,
    dependencies=[can_keep],
    responses=problems(400, 401, 403, 409, 422, 503),
)
def add_tool(body: ToolIn, session: SessionDep, response: Response) -> ToolOut:
    """Put a new tool on the shelves."""
    tool = Tool(**body.model_dump())
    session.add(tool)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "Another tool has this code.") from None
    response.headers["Location"] = f"/tools/{tool.id}"
    return ToolOut.model_validate(tool)


@router.get(
    "/{tool_id}",
    dependencies=[can_browse],
    responses=problems(401, 403, 404, 422, 503),
)
def show_tool(tool_id: PathId, session: SessionDep) -> ToolOut:
    """Show one tool."""
    return ToolOut.model_validate(find_tool(tool_id, session))


@router.patch(
    "/{tool_id}",
    dependencies=[can_keep],
    responses=problems(400, 401, 403, 404, 409, 422, 503),
)
def change_tool(
    tool_id: PathId, body: ToolPatch, session: SessionDep, settings: SettingsDep
) -> ToolOut:
    """Change what is given. Stock that is promised to somebody cannot go away."""
    tool = find_tool(tool_id, session, lock=True)
    if body.stock is not None and body.stock < tool.stock:
        horizon = settings.max_days_ahead + settings.max_hire_days
        free = free_by_day(session, tool, today(), horizon)
        if min(free.values()) < tool.stock - body.stock:
            raise HTTPException(409, "More than that are out or booked.")
    for field, value in body.model_dump(exclude_none=True).items():
        setattr(tool, field, value)
    session.commit()
    return ToolOut.model_validate(tool)


@router.get(
    "/{tool_id}/calendar",
    dependencies=[can_browse],
    responses=problems(401, 403, 404, 409, 422, 503),
)
def show_calendar(
    tool_id: PathId,
    session: SessionDep,
    settings: SettingsDep,
    starts_on: date | None = None,
    days: Annotated[int, Query(ge=1, le=31)] = 14,
) -> list[DayOut]:
    """Show how many of a tool are free, day by day."""
    tool = find_tool(tool_id, session)
    free = free_by_day(session, tool, first_day(starts_on, settings), days)
    return [DayOut(day=day, free=max(count, 0)) for day, count in free.items()]
