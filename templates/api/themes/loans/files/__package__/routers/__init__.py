"""HTTP endpoints, one module for each part of the API."""

from loans_api.routers import auth, books, health, loans, users

ROUTERS = (health.router, auth.router, users.router, books.router, loans.router)
