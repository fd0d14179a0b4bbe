"""Who may do what: roles, permissions, and which role has which."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is. Whoever registers is a patient."""

    PATIENT = "patient"
    DOCTOR = "doctor"


class Permission(StrEnum):
    """What endpoints ask for; they never ask for a role."""

    READ_SHIFTS = "shifts:read"
    WORK_SHIFTS = "shifts:work"
    BOOK = "appointments:book"
    MANAGE_ACCOUNTS = "accounts:manage"


DEFAULT_ROLE = Role.PATIENT

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PATIENT: frozenset({Permission.READ_SHIFTS, Permission.BOOK}),
    Role.DOCTOR: frozenset(Permission),  # doctors fall ill, too
}
