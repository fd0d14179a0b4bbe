"""A stand-in for ``docker``: containers, one proxy, and who users reach."""

import json
import re
from typing import Any

from tests.stubs.world import RefusedError, behaviour, option, unknown

WELCOME = "server { listen 80; server_name localhost; }"


def docker(data: dict[str, Any], words: list[str], stdin: str) -> str:
    """Carry out one command line."""
    containers = data.setdefault("containers", {})
    match words:
        case ["ps", "--all", "--format", "{{.Names}}"]:
            return "\n".join(containers)
        case ["network", "ls", "--format", "{{.Name}}"]:
            return "\n".join(["bridge", *data.setdefault("networks", [])])
        case ["network", "create", name]:
            data["networks"].append(name)
            return name
        case ["run", "--detach", *_]:
            return start(data, words)
        case ["exec", "--interactive", proxy, "sh", "-ec", _]:
            running(containers, proxy)
            data["conf"] = stdin
            return ""
        case ["exec", proxy, "cat", _]:
            running(containers, proxy)
            return str(data["conf"])
        case ["exec", name, "python", "-m", _, _, "--version", version]:
            return smoke(running(containers, name), version)
        case ["inspect", "--format", "[{{json .State}}, {{.RestartCount}}]", name]:
            return inspect(containers[name])
        case ["logs", "--tail", "5", name]:
            return f"the last words of {containers[name]['image']}"
        case ["stop", "-t", _, name]:
            containers[name]["status"] = "exited"
            return name
        case ["rm", "--force", name]:
            del containers[name]
            return name
    raise unknown(words)


def start(data: dict[str, Any], words: list[str]) -> str:
    """Start a container, or the proxy with its volume."""
    name, image = option(words, "--name"), words[-1]
    if name in data["containers"]:
        raise RefusedError(f"the name {name} is taken")
    if option(words, "--network") not in data["networks"]:
        raise RefusedError("there is no such network")
    container = {"image": image, "status": "running", "version": "", "looks": 0}
    if "--publish" in words:
        data.setdefault("conf", WELCOME)
    else:
        container["version"] = option(words, "--env").removeprefix("APP_VERSION=")
    if behaviour(image) == "crash":
        container["status"] = data.get("crashed", "exited")
    data["containers"][name] = container
    return "0123456789ab"


def running(containers: dict[str, Any], name: str) -> Any:
    """Return a container that commands can be run in."""
    if name not in containers or containers[name]["status"] != "running":
        raise RefusedError(f"container {name} is not running")
    return containers[name]


def smoke(container: dict[str, Any], version: str) -> str:
    """Run the smoke test in a container."""
    if behaviour(container["image"]) == "wrong" or container["version"] != version:
        raise RefusedError("smoke test failed")
    return ""


def inspect(container: dict[str, Any]) -> str:
    """Describe a container's state; it becomes healthy at the second look."""
    container["looks"] += 1
    hangs = behaviour(container["image"]) == "hang"
    health = "healthy" if container["looks"] > 1 and not hangs else "starting"
    state: dict[str, Any] = {"Status": container["status"], "ExitCode": 0}
    if container["status"] != "running":
        state["ExitCode"] = 3
    if behaviour(container["image"]) == "unhealthy":
        health = "unhealthy"
    if behaviour(container["image"]) != "unchecked":
        state["Health"] = {"Status": health}
    return json.dumps([state, int(container["status"] == "restarting")])


def reached(data: dict[str, Any]) -> dict[str, str] | None:
    """Return the container that users reach, None if nobody answers."""
    found = re.search(r"http://([a-z0-9-]+):\d+;", data.get("conf", ""))
    container = data.get("containers", {}).get(found[1]) if found else None
    return container if container and container["status"] == "running" else None
