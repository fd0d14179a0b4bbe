"""The counter: booking, handing out and taking back."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hire_api.access import Permission
from hire_api.charges import late_fee
from hire_api.db import SessionDep
from hire_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    may,
    needs,
    problems,
)
from hire_api.models import Hire, Status, User, today
from hire_api.routers.tools import find_tool, first_day
from hire_api.schemas.common import Page
from hire_api.schemas.depot import HireIn, HireOut, ReturnIn
from hire_api.stock import HOLDING, free_by_day

router = APIRouter(prefix="/hires", tags=["hires"])

Hirer = Annotated[User, needs(Permission.BOOK_TOOLS)]
Storekeeper = Annotated[User, needs(Permission.RUN_COUNTER)]


def find_hire(hire_id: int, session: Session, user: User) -> Hire:
    """Return a hire or answer 404; it has to be the caller's or the depot's own."""
    hire = session.get(Hire, hire_id)
    if hire is None or (
        hire.user_id != user.id and not may(user, Permission.RUN_COUNTER)
    ):
        raise HTTPException(404, "There is no hire with this number.")
    return hire


def lock_hire(hire_id: int, session: Session, user: User, *, still: Status) -> Hire:
    """Lock a hire for its next step, or answer 409 if it is past that."""
    hire = find_hire(hire_id, session, user)
    session.refresh(hire, with_for_update=True)
    if hire.status is not still:
        raise HTTPException(409, f"This hire is {hire.status}, not {still}.")
    return hire


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 422, 503))
def book(
    body: HireIn,
    session: SessionDep,
    hirer: Hirer,
    settings: SettingsDep,
    response: Response,
) -> HireOut:
    """Reserve tools for some days.

    The hirer is locked before the tool, by everyone in this order. Until we
    commit, nobody else books this tool and the hirer books nothing else, so
    neither the free days nor the sum of deposits can change under us.
    """
    starts_on = first_day(body.starts_on, settings)
    if body.days > settings.max_hire_days:
        raise HTTPException(409, f"A hire lasts {settings.max_hire_days} days at most.")
    session.refresh(hirer, with_for_update=True)
    tool = find_tool(body.tool_id, session, lock=True)
    for day, free in free_by_day(session, tool, starts_on, body.days).items():
        if free < body.quantity:
            raise HTTPException(409, f"Free on {day}: {max(free, 0)}.")
    deposit = tool.deposit * body.quantity
    held = session.scalars(
        select(func.coalesce(func.sum(Hire.deposit), 0)).where(
            Hire.user_id == hirer.id, Hire.status.in_(HOLDING)
        )
    ).one()
    if held + deposit > settings.deposit_limit:
        limit = settings.deposit_limit
        raise HTTPException(409, f"Your deposits would add up to more than {limit}.")
    hire = Hire(
        tool_id=tool.id,
        user_id=hirer.id,
        quantity=body.quantity,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=body.days - 1),
        daily_rate=tool.daily_rate,
        deposit=deposit,
    )
    session.add(hire)
    session.commit()
    response.headers["Location"] = f"/hires/{hire.id}"
    return HireOut.model_validate(hire)


@router.get("", responses=problems(401, 403, 422, 503))
def list_hires(
    session: SessionDep, hirer: Hirer, paging: PagingDep, status: Status | None = None
) -> Page[HireOut]:
    """List hires, those that end first on top: one's own, or all at the counter."""
    query = select(Hire)
    if not may(hirer, Permission.RUN_COUNTER):
        query = query.where(Hire.user_id == hirer.id)
    if status:
        query = query.where(Hire.status == status)
    return fetch_page(session, query, HireOut, paging, Hire.ends_on, Hire.id)


@router.get("/{hire_id}", responses=problems(401, 403, 404, 422, 503))
def show_hire(hire_id: PathId, session: SessionDep, hirer: Hirer) -> HireOut:
    """Show one hire to its hirer or to a storekeeper."""
    return HireOut.model_validate(find_hire(hire_id, session, hirer))


@router.post("/{hire_id}/cancel", responses=problems(401, 403, 404, 409, 422, 503))
def cancel(hire_id: PathId, session: SessionDep, hirer: Hirer) -> HireOut:
    """Give a reservation up; possible until the tools are handed out."""
    hire = lock_hire(hire_id, session, hirer, still=Status.RESERVED)
    hire.status = Status.CANCELLED
    session.commit()
    return HireOut.model_validate(hire)


@router.post("/{hire_id}/hand-out", responses=problems(401, 403, 404, 409, 422, 503))
def hand_out(hire_id: PathId, session: SessionDep, keeper: Storekeeper) -> HireOut:
    """Hand the tools over and take the deposit, on one of the booked days."""
    hire = lock_hire(hire_id, session, keeper, still=Status.RESERVED)
    if not hire.starts_on <= today() <= hire.ends_on:
        raise HTTPException(409, f"Booked from {hire.starts_on} to {hire.ends_on}.")
    hire.status = Status.OUT
    session.commit()
    return HireOut.model_validate(hire)


@router.post(
    "/{hire_id}/take-back", responses=problems(400, 401, 403, 404, 409, 422, 503)
)
def take_back(
    hire_id: PathId,
    body: ReturnIn,
    session: SessionDep,
    keeper: Storekeeper,
    settings: SettingsDep,
) -> HireOut:
    """Take the tools back and settle the deposit: damage costs all of it."""
    hire = lock_hire(hire_id, session, keeper, still=Status.OUT)
    hire.status = Status.RETURNED
    hire.returned_on = today()
    fee = late_fee(hire, hire.returned_on, settings.late_fee_percent)
    hire.late_fee = fee
    hire.deposit_back = Decimal(0) if body.damaged else hire.deposit - fee
    session.commit()
    return HireOut.model_validate(hire)
