"""What the stand-ins share: a world in a JSON file, and orders to fail.

An image's tag says how it behaves: ``good``; ``crash`` ends at once; ``hang``
never becomes healthy; ``wrong`` fails its smoke test; ``outside`` passes it
inside, and users get nonsense.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[[dict[str, Any], list[str], str], str]


class RefusedError(Exception):
    """The stand-in fails, with this message and exit code 1."""


class World:
    """Everything that the programs know, and which calls are to fail."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        self.data = data or {}
        self.calls: list[list[str]] = []
        self.fail: list[int] = []  # counted from 1
        self.after = False  # fail once the work is done
        self.interrupt = 0  # at this call, somebody presses Ctrl-C

    def call(self, command: Command, name: str, words: list[str], stdin: str) -> str:
        """Carry a command out, or fail as told."""
        self.calls.append([name, *words])
        if len(self.calls) == self.interrupt:
            raise KeyboardInterrupt
        told_to_fail = len(self.calls) in self.fail
        if told_to_fail and not self.after:
            raise RefusedError("told to fail")
        answer = command(self.data, words, stdin)
        if told_to_fail:
            raise RefusedError("told to fail after the work was done")
        return answer

    def load(self, path: Path) -> None:
        """Read the world from a file."""
        self.__dict__.update(json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path) -> None:
        """Write it to a file."""
        path.write_text(json.dumps(self.__dict__), encoding="utf-8")


def run_program(command: Command, name: str, path: Path) -> int:
    """Be the program: arguments and standard input in, standard output out."""
    world = World()
    world.load(path)
    try:
        answer = world.call(command, name, sys.argv[1:], sys.stdin.read())
    except RefusedError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    finally:
        world.save(path)
    sys.stdout.write(answer + "\n")
    return 0


def behaviour(image: str) -> str:
    """Say how an image behaves."""
    return image.rpartition(":")[2]


def option(words: list[str], name: str) -> str:
    """Return the value of ``--name=value``, or of ``--name value``."""
    for position, word in enumerate(words):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name:
            return words[position + 1]
    raise RefusedError(f"{name} is missing in {words}")


def unknown(words: list[str]) -> RefusedError:
    """Refuse what the real program would do and the stand-in does not know."""
    return RefusedError(f"the stand-in does not know {words}")
