"""HTTP endpoints, one module for each part of the API."""

from clinic_api.routers import appointments, auth, health, shifts, users

ROUTERS = (
    health.router,
    auth.router,
    users.router,
    shifts.router,
    appointments.router,
)
