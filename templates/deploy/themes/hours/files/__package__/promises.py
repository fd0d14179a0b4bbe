"""What users may rely on, whatever the hours are. The smoke test asks for it."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote


def broken_promises(get: Callable[[str], Any]) -> Iterator[str]:
    """Ask a running service; yield a sentence for each promise that it breaks."""
    places = get("/places")
    if not places:
        yield "there is no place"
    for place in places:
        now = get(f"/open?place={place}")
        if now["changes_at"] is None:
            yield f"{place} stays as it is for weeks"
            continue
        later = get(f"/open?place={place}&at={quote(now['changes_at'])}")
        if now["open"] == later["open"]:
            yield f"{place} does not change at {now['changes_at']}"
