"""What users may rely on, whatever is cooked. The smoke test asks for it."""

from collections.abc import Callable, Iterator
from typing import Any


def broken_promises(get: Callable[[str], Any]) -> Iterator[str]:
    """Ask a running service; yield a sentence for each promise that it breaks."""
    recipes = get("/recipes")
    if not recipes:
        yield "there is no recipe"
    for recipe in recipes:
        few, many = (
            {
                line["name"]: int(line["amount"])
                for line in get(f"/recipes/{recipe}?eaters={eaters}")["ingredients"]
            }
            for eaters in (2, 9)
        )
        if not few or few.keys() != many.keys():
            yield f"what {recipe} needs depends on who comes"
        for name, amount in few.items():
            if not 0 < amount <= many.get(name, 0):
                yield f"{recipe} for two needs {amount} of {name}, for nine no more"
