"""The programme: customers look at it, organisers put it together."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from events_api.access import Permission
from events_api.db import SessionDep
from events_api.deps import PagingDep, PathId, fetch_page, needs, problems
from events_api.models import Event, Order, utcnow
from events_api.schemas.common import Page, Text
from events_api.schemas.ticketing import EventIn, EventOut, EventPatch

router = APIRouter(prefix="/events", tags=["events"])

can_see = needs(Permission.SEE_EVENTS)
can_publish = needs(Permission.PUBLISH_EVENTS)


def find_event(event_id: int, session: Session, *, lock: bool = False) -> Event:
    """Return an event or answer 404."""
    event = session.get(Event, event_id, with_for_update=lock)
    if event is None:
        raise HTTPException(404, "No event has this number.")
    return event


@router.get("", dependencies=[can_see], responses=problems(401, 403, 422, 503))
def list_events(
    session: SessionDep,
    paging: PagingDep,
    venue: Annotated[Text | None, Query(description="Part of the venue")] = None,
    on_sale: Annotated[bool, Query(description="Only what can be bought now")] = False,
) -> Page[EventOut]:
    """List the programme, the earliest event first."""
    query = select(Event)
    if venue:
        query = query.where(Event.venue.icontains(venue, autoescape=True))
    if on_sale:
        now = utcnow()
        query = query.where(
            Event.cancelled_at.is_(None),
            Event.sales_open_at <= now,
            Event.sales_close_at > now,
            Event.sold < Event.capacity,
        )
    return fetch_page(session, query, EventOut, paging, Event.starts_at, Event.id)


@router.post(
    "",
    status_code=201,
    dependencies=[can_publish],
    responses=problems(400, 401, 403, 409, 422, 503),
)
def publish(body: EventIn, session: SessionDep, response: Response) -> EventOut:
    """Put an event into the programme."""
    event = Event(**body.model_dump())
    session.add(event)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "The venue is taken at that time.") from None
    response.headers["Location"] = f"/events/{event.id}"
    return EventOut.model_validate(event)


@router.get(
    "/{event_id}",
    dependencies=[can_see],
    responses=problems(401, 403, 404, 422, 503),
)
def show_event(event_id: PathId, session: SessionDep) -> EventOut:
    """Show one event and how many tickets are left."""
    return EventOut.model_validate(find_event(event_id, session))


@router.patch(
    "/{event_id}",
    dependencies=[can_publish],
    responses=problems(400, 401, 403, 404, 409, 422, 503),
)
def change_event(event_id: PathId, body: EventPatch, session: SessionDep) -> EventOut:
    """Change name, price or capacity; orders keep the price they were made at."""
    event = find_event(event_id, session)
    for field, value in body.model_dump(exclude_none=True).items():
        setattr(event, field, value)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "More tickets than that are sold.") from None
    return EventOut.model_validate(event)


@router.post(
    "/{event_id}/cancel",
    dependencies=[can_publish],
    responses=problems(401, 403, 404, 409, 422, 503),
)
def call_off(event_id: PathId, session: SessionDep) -> EventOut:
    """Call an event off and refund every order, all or nothing."""
    event = find_event(event_id, session, lock=True)
    now = utcnow()
    if event.cancelled_at is not None:
        raise HTTPException(409, "This event is off already.")
    if event.starts_at <= now:
        raise HTTPException(409, "This event has begun.")
    event.cancelled_at = now
    event.sold = 0
    session.execute(
        update(Order)
        .where(Order.event_id == event.id, Order.refunded_at.is_(None))
        .values(refunded_at=now)
    )
    session.commit()
    return EventOut.model_validate(event)
