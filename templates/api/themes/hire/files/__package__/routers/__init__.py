"""HTTP endpoints: accounts, the shelves and the counter."""

from hire_api.routers import auth, health, hires, tools, users

ROUTERS = (health.router, auth.router, users.router, tools.router, hires.router)
