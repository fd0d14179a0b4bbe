"""Buying tickets and handing them back."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from events_api.access import Permission
from events_api.db import SessionDep
from events_api.deps import (
    PagingDep,
    PathId,
    SettingsDep,
    fetch_page,
    may,
    needs,
    problems,
)
from events_api.models import Event, Order, User, utcnow
from events_api.routers.events import find_event
from events_api.schemas.common import Page
from events_api.schemas.ticketing import OrderIn, OrderOut

router = APIRouter(prefix="/orders", tags=["orders"])

Customer = Annotated[User, needs(Permission.BUY_TICKETS)]


def find_order(order_id: int, session: Session, user: User) -> Order:
    """Return an order or answer 404, also if it is somebody else's."""
    order = session.get(Order, order_id)
    if order is not None and (
        order.user_id == user.id or may(user, Permission.HANDLE_ORDERS)
    ):
        return order
    raise HTTPException(404, "You have no order with this number.")


def claim_tickets(event_id: int, quantity: int, session: Session) -> Event:
    """Count tickets as sold in one statement, or answer 409.

    The database compares and adds in a single step, so two customers cannot both
    see the last ticket. From here until the commit the event's row is ours.
    """
    claim = (
        update(Event)
        .where(Event.id == event_id, Event.sold + quantity <= Event.capacity)
        .values(sold=Event.sold + quantity)
        .returning(Event)
    )
    event = session.scalars(claim).one_or_none()
    if event is None:
        left = find_event(event_id, session).tickets_left
        raise HTTPException(409, f"Tickets left: {left}." if left else "Sold out.")
    return event


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 422, 503))
def buy(
    body: OrderIn,
    session: SessionDep,
    customer: Customer,
    settings: SettingsDep,
    response: Response,
) -> OrderOut:
    """Buy tickets for one event.

    Claims first and asks afterwards: what the checks read is locked by then and
    cannot change, and any refusal rolls the claim back.
    """
    event = claim_tickets(body.event_id, body.quantity, session)
    now = utcnow()
    if event.cancelled_at is not None:
        raise HTTPException(409, "This event is off.")
    if now < event.sales_open_at:
        raise HTTPException(409, "Ticket sales have not opened yet.")
    if now >= event.sales_close_at:
        raise HTTPException(409, "Ticket sales are over.")
    mine = session.scalars(
        select(func.coalesce(func.sum(Order.quantity), 0)).where(
            Order.event_id == event.id,
            Order.user_id == customer.id,
            Order.refunded_at.is_(None),
        )
    ).one()
    if mine + body.quantity > settings.max_tickets:
        limit = settings.max_tickets
        raise HTTPException(409, f"You can have {limit} tickets for an event, no more.")
    order = Order(
        event_id=event.id,
        user_id=customer.id,
        quantity=body.quantity,
        total_cents=event.price_cents * body.quantity,
        bought_at=now,
    )
    session.add(order)
    session.commit()
    response.headers["Location"] = f"/orders/{order.id}"
    return OrderOut.model_validate(order)


@router.get("", responses=problems(401, 403, 422, 503))
def list_orders(
    session: SessionDep, customer: Customer, paging: PagingDep
) -> Page[OrderOut]:
    """List the caller's orders, or everybody's for an organiser; newest first."""
    query = select(Order)
    if not may(customer, Permission.HANDLE_ORDERS):
        query = query.where(Order.user_id == customer.id)
    return fetch_page(session, query, OrderOut, paging, Order.id.desc())


@router.get("/{order_id}", responses=problems(401, 403, 404, 422, 503))
def show_order(order_id: PathId, session: SessionDep, customer: Customer) -> OrderOut:
    """Show one order to whoever made it, or to an organiser."""
    return OrderOut.model_validate(find_order(order_id, session, customer))


@router.post("/{order_id}/refund", responses=problems(401, 403, 404, 409, 422, 503))
def refund(
    order_id: PathId, session: SessionDep, customer: Customer, settings: SettingsDep
) -> OrderOut:
    """Take an order back and put its tickets on sale again.

    Customers can do it until some hours before the start, organisers always.
    """
    order = find_order(order_id, session, customer)
    event = find_event(order.event_id, session, lock=True)
    session.refresh(order)  # whoever had the lock before us may have refunded it
    if order.refunded_at is not None:
        raise HTTPException(409, "This order was refunded before.")
    now = utcnow()
    too_late = event.starts_at - timedelta(hours=settings.refund_hours) <= now
    if too_late and not may(customer, Permission.HANDLE_ORDERS):
        hours = settings.refund_hours
        raise HTTPException(409, f"Refunds end {hours} hours before the start.")
    order.refunded_at = now
    event.sold -= order.quantity
    session.commit()
    return OrderOut.model_validate(order)
