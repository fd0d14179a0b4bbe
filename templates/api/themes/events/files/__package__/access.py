"""The box office's house rules: who may publish, buy, and look after orders."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is. Whoever registers is a customer."""

    CUSTOMER = "customer"
    ORGANISER = "organiser"


class Permission(StrEnum):
    """What an endpoint asks for, whatever the roles are called."""

    SEE_EVENTS = "events:see"
    PUBLISH_EVENTS = "events:publish"
    BUY_TICKETS = "tickets:buy"
    HANDLE_ORDERS = "orders:handle"
    MANAGE_ACCOUNTS = "accounts:manage"


DEFAULT_ROLE = Role.CUSTOMER

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CUSTOMER: frozenset({Permission.SEE_EVENTS, Permission.BUY_TICKETS}),
    Role.ORGANISER: frozenset(Permission),
}
