"""Sample data: a season of events, an organiser and some customers."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from events_api.access import Role
from events_api.accounts import save_user
from events_api.config import Settings
from events_api.models import Event, Order, utcnow

# Name, venue, starts in so many days, price in cents, capacity.
EVENTS = [
    ("Brass on the Quay", "Harbour Stage", -20, 1200, 300),
    ("Stand-up Sunday", "The Cellar", 1, 900, 60),
    ("Fermentation for Beginners", "Mill Kitchen", 6, 4500, 12),
    ("Nocturnes by Candlelight", "St Anne's Chapel", 13, 2800, 90),
    ("Noche de Boleros", "Teatro Ávila", 21, 2200, 240),
    ("Open Studio Weekend", "Foundry Yard", 30, 0, 150),
    ("Midwinter Ceilidh", "Corn Exchange", 75, 1600, 400),
    ("Robots Against Toasters", "The Cellar", 90, 1400, 60),
]
NOT_YET_ON_SALE = "Robots Against Toasters"
CALLED_OFF = "Midwinter Ceilidh"
# Who bought how many tickets for what, and whether they came back.
ORDERS = [
    ("noor@example.org", "Brass on the Quay", 2, False),
    ("noor@example.org", "Fermentation for Beginners", 6, False),
    ("tomas@example.org", "Fermentation for Beginners", 5, False),
    ("tomas@example.org", "Noche de Boleros", 2, True),
    ("ifeoma@example.org", "Nocturnes by Candlelight", 4, False),
    ("ifeoma@example.org", "Midwinter Ceilidh", 3, True),
    ("ifeoma@example.org", "Stand-up Sunday", 1, False),
]


def add_samples(session: Session, password_hash: str, settings: Settings) -> int:
    """Add the sample data unless there are events; returns how many rows it added."""
    if session.scalar(select(Event.id).limit(1)) is not None:
        return 0
    save_user(session, "organiser@example.org", password_hash, Role.ORGANISER)
    now = utcnow()
    events = {}
    for name, venue, days, price_cents, capacity in EVENTS:
        starts_at = now + timedelta(days=days)
        open_for = timedelta(days=30 if name == NOT_YET_ON_SALE else 100)
        events[name] = Event(
            name=name,
            venue=venue,
            starts_at=starts_at,
            sales_open_at=starts_at - open_for,
            sales_close_at=starts_at - timedelta(hours=1),
            price_cents=price_cents,
            capacity=capacity,
            sold=0,
            cancelled_at=now if name == CALLED_OFF else None,
        )
    session.add_all(events.values())
    session.flush()
    for email, name, quantity, returned in ORDERS:
        event = events[name]
        order = Order(
            event_id=event.id,
            user_id=save_user(session, email, password_hash, Role.CUSTOMER).id,
            quantity=min(quantity, settings.max_tickets),
            total_cents=event.price_cents * min(quantity, settings.max_tickets),
            bought_at=event.sales_open_at + timedelta(days=3),
            refunded_at=now if returned else None,
        )
        if not returned:
            event.sold += order.quantity
        session.add(order)
    return len(EVENTS) + len(ORDERS)
