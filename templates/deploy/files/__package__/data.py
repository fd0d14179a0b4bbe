"""Finds and reads the data that the service answers from."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class DataError(Exception):
    """The data cannot be used, so the service must not start."""


def read_data(variable: str, default: str) -> Any:  # noqa: ANN401  (any JSON)
    """Read the JSON file that an environment variable names, or our own."""
    path = Path(os.environ.get(variable) or Path(__file__).with_name(default))
    with sound(str(path)):
        return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def sound(what: str) -> Iterator[None]:
    """Turn whatever goes wrong with the data into a ``DataError``."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise DataError(f"cannot use {what}: {error!r}") from error
    except AttributeError as error:
        raise DataError(f"{what} has another shape: {error}") from error
