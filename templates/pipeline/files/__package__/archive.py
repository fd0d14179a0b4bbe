"""Make a model file depend on nothing but the model.

skops names objects after their address in memory, and a zip archive notes the
time of writing, so two files of the same model differ. Here the addresses
become 0, 1, 2 and so on in the order of appearance, and every member gets the
same date. Then "nothing has changed" can be proven by comparing two digests.
"""

import io
import json
from typing import Any
from zipfile import ZipFile, ZipInfo

SCHEMA = "schema.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold


def renumber(node: Any, numbers: dict[str, str]) -> Any:  # noqa: ANN401  it is JSON
    """Replace the addresses in a schema; ``numbers`` remembers what became what."""
    if isinstance(node, list):
        return [renumber(child, numbers) for child in node]
    if not isinstance(node, dict):
        return node
    changed: dict[str, Any] = {}
    for key, value in node.items():
        if key == "__id__":
            changed[key] = int(numbers.setdefault(str(value), str(len(numbers))))
        elif key == "file" and isinstance(value, str):
            address, _, ending = value.partition(".")
            number = numbers.setdefault(address, str(len(numbers)))
            changed[key] = f"{number}.{ending}"
        else:
            changed[key] = renumber(value, numbers)
    return changed


def reproducible(model_file: bytes) -> bytes:
    """Return the same model in bytes that are the same each time."""
    numbers: dict[str, str] = {}
    with ZipFile(io.BytesIO(model_file)) as archive:
        schema = renumber(json.loads(archive.read(SCHEMA)), numbers)
        members = {SCHEMA: json.dumps(schema, separators=(",", ":")).encode()}
        for name in archive.namelist():
            if name != SCHEMA:
                address, _, ending = name.partition(".")
                members[f"{numbers[address]}.{ending}"] = archive.read(name)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in sorted(members):
            archive.writestr(ZipInfo(name, LONG_AGO), members[name])
    return buffer.getvalue()
