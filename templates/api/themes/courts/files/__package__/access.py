"""Who may do what: roles, permissions, and which role has which."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is. A new one is a player's."""

    PLAYER = "player"
    MANAGER = "manager"


class Permission(StrEnum):
    """What endpoints ask for; they never ask for a role."""

    SEE_COURTS = "courts:see"
    BOOK = "bookings:make"
    RUN_CLUB = "club:run"  # courts, anybody's bookings, and no limits on one's own
    MANAGE_ACCOUNTS = "accounts:manage"


DEFAULT_ROLE = Role.PLAYER

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PLAYER: frozenset({Permission.SEE_COURTS, Permission.BOOK}),
    Role.MANAGER: frozenset(Permission),
}
