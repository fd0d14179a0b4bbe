"""A stand-in for ``gcloud``: one Cloud Run service with revisions and traffic."""

import json
from typing import Any

from tests.stubs.world import RefusedError, behaviour, option, unknown


def gcloud(data: dict[str, Any], words: list[str], _stdin: str) -> str:
    """Carry out one command line."""
    option(words, "--region")
    match words:
        case ["run", "services", "list", "--format=json", *_]:
            return json.dumps(services(data))
        case ["run", "revisions", "describe", name, "--format=json", *_]:
            version = data["revisions"][name]["version"]
            env = [{"name": "APP_VERSION", "value": version}]
            return json.dumps({"spec": {"containers": [{"env": env}]}})
        case ["run", "deploy", name, *_]:
            return deploy(data, name, words)
        case ["run", "services", "update-traffic", _, *_]:
            return update_traffic(data, words)
        case ["run", "services", "delete", _, *_]:
            data.clear()
            return ""
    raise unknown(words)


def services(data: dict[str, Any]) -> list[dict[str, Any]]:
    """List the services of the project: somebody else's, and ours once there is one."""
    found: list[dict[str, Any]] = [{"metadata": {"name": "another"}, "status": {}}]
    if "name" in data:
        traffic: list[dict[str, Any]] = [
            {"tag": tag, "revisionName": name, "url": f"https://{tag}---app"}
            for tag, name in data["tags"].items()
        ]
        if data["live"]:
            traffic.append({"percent": 100, "revisionName": data["live"]})
        status = {"url": "https://app", "traffic": traffic}
        found.append({"metadata": {"name": data["name"]}, "status": status})
    return found


def deploy(data: dict[str, Any], name: str, words: list[str]) -> str:
    """Make a revision; it gets the traffic unless told otherwise."""
    image = option(words, "--image")
    if "name" not in data:
        data |= {"name": name, "tags": {}, "revisions": {}, "live": None}
        if "--no-traffic" in words:
            raise RefusedError("a new service cannot be without traffic")
    revision = f"{name}-{len(data['revisions']) + 1:05}"
    version = option(words, "--set-env-vars").removeprefix("APP_VERSION=")
    data["revisions"][revision] = {"image": image, "version": version}
    if behaviour(image) in {"crash", "hang"}:
        raise RefusedError("the container failed its startup probe")
    data["tags"][option(words, "--tag")] = revision
    if "--no-traffic" not in words:
        data["live"] = revision
    return ""


def update_traffic(data: dict[str, Any], words: list[str]) -> str:
    """Move traffic and tags."""
    for word in words:
        name, _, value = word.partition("=")
        match name:
            case "--to-revisions":
                data["live"] = value.partition("=")[0]
            case "--update-tags":
                tag, _, revision = value.partition("=")
                data["tags"][tag] = revision
            case "--remove-tags":
                data["tags"].pop(value, None)
    return ""


def reached(data: dict[str, Any], tag: str = "") -> dict[str, str] | None:
    """Return the revision that users reach, or that a tag's own address shows."""
    name = data.get("tags", {}).get(tag) if tag else data.get("live")
    found: dict[str, str] | None = data.get("revisions", {}).get(name)
    return found
