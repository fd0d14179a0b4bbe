"""Runs other programs and reads what they print. Only here is ``subprocess`` used."""

import logging
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5

T = TypeVar("T")


class DeployError(Exception):
    """A step failed."""


class Run(Protocol):
    """Run a command, return what it printed, raise ``DeployError`` if it fails."""

    def __call__(
        self, *command: str, stdin: str = "", timeout: float = 60, merge: bool = False
    ) -> str:
        """Run the command."""


def run(
    *command: str, stdin: str = "", timeout: float = 60, merge: bool = False
) -> str:
    """Run a command without a shell, so nothing in it can be misread as code.

    With ``merge``, what it wrote to standard error is returned too.
    """
    logger.info("run", extra={"command": shlex.join(command)})
    try:
        done = subprocess.run(
            command,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge else subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            input=stdin,
            timeout=timeout,
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip()
        message = f"{command[0]} exited with {error.returncode}: {said}"
        raise DeployError(message) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeployError(str(error)) from error
    return done.stdout.strip()


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Make a ``DeployError`` of an answer that is not what we expect.

    Guessing is worse than stopping: half-understood output would decide where
    users go.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise DeployError(f"cannot make sense of {what}: {error!r}") from error


def retry(action: Callable[[], T], seconds: float) -> T:
    """Try until there is no ``DeployError``; after so many seconds, raise the last."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except DeployError:
            if time.monotonic() >= deadline:
                raise
            pause(POLL_SECONDS)


def wait_until(healthy: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something to become healthy; give up at once if asking raises."""
    deadline = time.monotonic() + seconds
    while not healthy():
        if time.monotonic() >= deadline:
            raise DeployError(f"{what} was not healthy within {seconds:g} seconds")
        pause(POLL_SECONDS)


def pause(seconds: float) -> None:
    """Wait. Only this module looks at the clock, so a test needs to stop only one."""
    time.sleep(seconds)
