"""Which side of the counter somebody stands on, and what that allows."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is. New accounts are hirers."""

    HIRER = "hirer"
    STOREKEEPER = "storekeeper"


class Permission(StrEnum):
    """What endpoints check; roles are only bundles of these."""

    BROWSE_TOOLS = "tools:browse"
    KEEP_STOCK = "tools:keep"
    BOOK_TOOLS = "hires:book"
    RUN_COUNTER = "hires:counter"
    MANAGE_ACCOUNTS = "accounts:manage"


DEFAULT_ROLE = Role.HIRER

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.HIRER: frozenset({Permission.BROWSE_TOOLS, Permission.BOOK_TOOLS}),
    Role.STOREKEEPER: frozenset(Permission),
}
