"""Lists what is installed in a site-packages folder, as JSON, without importing any of it."""

import importlib.metadata
import json
import re
import sys

NAME = re.compile(r"[A-Za-z0-9._-]+")


def normalised(name):
    """Return a distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(distribution):
    """Return the names by which code imports a distribution."""
    names = set((distribution.read_text("top_level.txt") or "").split())
    for file in distribution.files or []:
        first = file.parts[0]
        if first.endswith((".dist-info", ".data", ".pth")) or first in ("..", "__pycache__"):
            continue
        if len(file.parts) > 1:
            names.add(first)
        elif first.endswith((".py", ".so", ".pyd")):
            names.add(first.split(".")[0])
    return sorted(name for name in names if name.isidentifier())


def main():
    """Print one object for each distribution in the folder that the first argument names."""
    found = []
    for distribution in importlib.metadata.distributions(path=[sys.argv[1]]):
        requires = {normalised(NAME.match(line)[0]) for line in distribution.requires or []}
        found.append(
            {
                "name": normalised(distribution.metadata["Name"]),
                "version": distribution.version,
                "requires": sorted(requires),
                "imports": imports(distribution),
            }
        )
    json.dump(sorted(found, key=lambda item: item["name"]), sys.stdout)


main()
