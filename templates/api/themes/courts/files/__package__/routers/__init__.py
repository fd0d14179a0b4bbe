"""HTTP endpoints, one module for each part of the API."""

from courts_api.routers import auth, bookings, courts, health, users

ROUTERS = (
    health.router,
    auth.router,
    users.router,
    courts.router,
    bookings.router,
)
