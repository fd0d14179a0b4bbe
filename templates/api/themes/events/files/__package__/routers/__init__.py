"""HTTP endpoints: what is on, and what was bought."""

from events_api.routers import auth, events, health, orders, users

ROUTERS = (health.router, auth.router, users.router, events.router, orders.router)
