"""Who may do what: roles, permissions, and which role has which."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is. Everybody begins as a member."""

    MEMBER = "member"
    LIBRARIAN = "librarian"


class Permission(StrEnum):
    """What endpoints ask for; they never ask for a role."""

    READ_CATALOGUE = "catalogue:read"
    CHANGE_CATALOGUE = "catalogue:change"
    BORROW = "loans:borrow"
    SEE_ALL_LOANS = "loans:see-all"
    MANAGE_ACCOUNTS = "accounts:manage"


DEFAULT_ROLE = Role.MEMBER

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: frozenset({Permission.READ_CATALOGUE, Permission.BORROW}),
    Role.LIBRARIAN: frozenset(Permission),
}
