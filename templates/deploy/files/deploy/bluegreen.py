"""The release procedure, the same for every target.

There are three slots, named after colours. Between releases two of them run:
the live one and the one before it. A new release starts in the third, so
nothing that happens to it can touch the two that matter. Users move only after
it has proved itself, and move back if it then disappoints.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from deploy.commands import DeployError

logger = logging.getLogger(__name__)


class StrandedError(DeployError):
    """Users may be on either of two releases; somebody has to look."""


# What ends a release early. Ctrl-C must not leave users on a release half checked.
FAILURES = (DeployError, KeyboardInterrupt)


class Colour(StrEnum):
    """The slots."""

    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"


@dataclass(frozen=True)
class Release:
    """A version in its slot."""

    colour: Colour
    version: str


@dataclass(frozen=True)
class State:
    """Who serves users, and who did before."""

    live: Release | None = None
    before: Release | None = None

    def idle(self) -> Colour:
        """Return a slot that a new release may take."""
        taken = {release.colour for release in (self.live, self.before) if release}
        return next(colour for colour in Colour if colour not in taken)


def state_to_data(state: State) -> dict[str, Any]:
    """Write a state as JSON data."""
    return {
        role: release and {"colour": release.colour.value, "version": release.version}
        for role, release in (("live", state.live), ("before", state.before))
    }


def state_from_data(data: dict[str, Any]) -> State:
    """Read a state; raises what a wrong shape raises."""

    def release(role: str) -> Release | None:
        found = data[role]
        return found and Release(Colour(found["colour"]), str(found["version"]))

    return State(release("live"), release("before"))


class Target(Protocol):
    """A place to deploy to. Each method raises ``DeployError`` on failure."""

    def state(self) -> State:
        """Read who is live and who was before."""

    def start(self, release: Release, image: str) -> None:
        """Start a release and wait until it is healthy. Users do not see it."""

    def check(self, release: Release) -> None:
        """Run the smoke test where users do not come."""

    def switch(self, state: State) -> None:
        """Send users to ``state.live`` and note ``state.before``, in one step."""

    def wait_public(self, release: Release) -> None:
        """Wait until users reach this release."""

    def check_public(self, release: Release) -> None:
        """Wait likewise, then run the smoke test the way users come in."""

    def remove(self, colour: Colour, *, at_once: bool) -> None:
        """Empty a slot. Unless at once, its requests may finish first."""


def release(target: Target, image: str, version: str) -> State:
    """Bring a release live, or leave users where they were and raise."""
    old = target.state()
    new = Release(old.idle(), version)
    there = State(live=new, before=old.live)
    logger.info("releasing", extra={"version": version, "colour": new.colour})
    try:
        target.start(new, image)
        target.check(new)
    except FAILURES as error:
        logger.error("bad release; users never saw it", extra={"error": str(error)})
        tidy(target, new.colour, at_once=True)
        raise
    try:
        move(target, old, there, target.check_public)
    except StrandedError:
        raise
    except FAILURES:
        tidy(target, new.colour, at_once=False)
        raise
    if old.before:
        tidy(target, old.before.colour, at_once=False)
    logger.info("released", extra=state_to_data(there))
    return there


def rollback(target: Target, only_from: str | None = None) -> State:
    """Send users back to the release before, or leave them where they are and raise.

    The two change places, so a second rollback takes back the first. Whoever
    says which version to leave cannot undo a colleague's rollback by accident.
    """
    old = target.state()
    if not old.live or not old.before:
        raise DeployError("there is no release to go back to")
    if only_from not in {None, old.live.version}:
        raise DeployError(f"{old.live.version} is live, not {only_from}")
    target.check(old.before)
    there = State(live=old.before, before=old.live)
    # The whole smoke test belongs to the newer release and may ask too much of
    # an older one, which was just checked from inside with its own.
    move(target, old, there, target.wait_public)
    logger.info("rolled back", extra=state_to_data(there))
    return there


def move(
    target: Target, here: State, there: State, check: Callable[[Release], None]
) -> None:
    """Send users from one state to another, or bring them back and raise."""
    try:
        target.switch(there)
        if there.live:
            check(there.live)
    except FAILURES as error:
        logger.error("users are badly served; going back", extra={"error": str(error)})
        try:
            target.switch(here)
            if here.live:
                target.wait_public(here.live)
        except DeployError as second:
            message = f"going back failed too, so nothing was removed: {second}"
            raise StrandedError(message) from error
        raise


def tidy(target: Target, colour: Colour, *, at_once: bool) -> None:
    """Empty a slot; if that fails, the release that needs it next tries again."""
    try:
        target.remove(colour, at_once=at_once)
    except DeployError as error:
        logger.warning("not removed", extra={"colour": colour, "error": str(error)})
