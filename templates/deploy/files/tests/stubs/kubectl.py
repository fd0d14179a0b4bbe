"""A stand-in for ``kubectl``: Deployments, their pods, and one Service."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.stubs.world import RefusedError, behaviour, option, unknown


def kubectl(data: dict[str, Any], words: list[str], stdin: str) -> str:
    """Carry out one command line."""
    if words[0] == "kustomize":
        return kustomize(Path(words[1]))
    option(words, "--namespace")
    deployments = data.setdefault("deployments", {})
    match words[1:]:
        case ["get", "service", name, "--ignore-not-found", "--output=json"]:
            found = data.get("service")
            return json.dumps(found) if found else ""
        case ["get", "service", name, "--ignore-not-found", "--output=name"]:
            return f"service/{name}" if data.get("service") else ""
        case ["get", "pods", selector, "--output=json"]:
            name = selector.partition("app=")[2].replace(",colour=", "-")
            return json.dumps({"items": pods(deployments[name])})
        case ["get", "deployment", name, "--output=json"]:
            return json.dumps(rolled_out(deployments[name]))
        case ["apply", "--filename=-"]:
            manifest = read_yaml(stdin)
            deployments[manifest["metadata"]["name"]] = manifest | {"looks": 0}
            return "applied"
        case ["apply", path]:
            data["service"] = read_yaml(Path(path.partition("=")[2]).read_text())
            return "applied"
        case ["delete", "deployment", name, "--ignore-not-found", *_]:
            deployments.pop(name, None)
            return ""
        case ["patch", "service", name, patch]:
            change = json.loads(patch.partition("=")[2])
            data["service"]["metadata"] |= change["metadata"]
            data["service"]["spec"] |= change["spec"]
            return f"service/{name} patched"
        case ["exec", name, "--", "python", "-m", _, url, "--version", version]:
            deployment = deployments[name.removeprefix("deployment/")]
            if "127.0.0.1" not in url:
                deployment = reached(data)
                if deployment and behaviour(image_of(deployment)) == "outside":
                    raise RefusedError("smoke test failed")
            if not deployment or version_of(deployment) != version:
                raise RefusedError("smoke test failed")
            if behaviour(image_of(deployment)) == "wrong":
                raise RefusedError("smoke test failed")
            return ""
    raise unknown(words)


def kustomize(folder: Path) -> str:
    """Build an overlay, in as far as ours use kustomize."""
    overlay = read_yaml((folder / "kustomization.yaml").read_text())
    base = (folder / overlay["resources"][0]).resolve()
    manifest = read_yaml((base / "deployment.yaml").read_text())
    manifest["metadata"]["name"] += overlay["nameSuffix"]
    for label in overlay["labels"]:
        for place in (
            manifest["metadata"].setdefault("labels", {}),
            manifest["spec"]["selector"]["matchLabels"],
            manifest["spec"]["template"]["metadata"]["labels"],
        ):
            place.update(label["pairs"])
    return write_yaml(manifest)


def read_yaml(text: str) -> Any:
    """Read a manifest; each time anew, for the caller may change it."""
    return json.loads(yaml_as_json(text))


@cache
def yaml_as_json(text: str) -> str:
    """Translate a manifest once. The import is slow, and few commands need it."""
    import yaml  # noqa: PLC0415

    return json.dumps(yaml.safe_load(text))


def write_yaml(manifest: Any) -> str:
    """Write a manifest, without quotes where YAML needs none, as kustomize does."""
    import yaml  # noqa: PLC0415

    return yaml.safe_dump(manifest)


def image_of(deployment: dict[str, Any]) -> str:
    """Return a Deployment's image."""
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def version_of(deployment: dict[str, Any]) -> Any:
    """Return the version that a Deployment was told; YAML may make it a number."""
    return deployment["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"]


def pods(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    """List a Deployment's pods."""
    state: dict[str, Any] = {"running": {}}
    restarts = 0
    match behaviour(image_of(deployment)):
        case "crash":
            state = {"terminated": {"exitCode": 3}}
        case "missing":
            state = {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
        case "flapping":
            restarts = 2
    status = {"containerStatuses": [{"state": state, "restartCount": restarts}]}
    return [{"status": {}}, {"status": status}]  # the first is not yet scheduled


def rolled_out(deployment: dict[str, Any]) -> dict[str, Any]:
    """Describe a Deployment; it is available at the second look."""
    deployment["looks"] += 1
    count = deployment["spec"]["replicas"]
    status: dict[str, Any] = {"observedGeneration": 1, "updatedReplicas": count}
    hangs = behaviour(image_of(deployment)) == "hang"
    if deployment["looks"] > 1 and not hangs:
        status["availableReplicas"] = count
    metadata = deployment["metadata"] | {"generation": 1}
    return {"metadata": metadata, "spec": deployment["spec"], "status": status}


def reached(data: dict[str, Any]) -> Any:
    """Return the Deployment that users reach, None if nobody answers."""
    selector = data.get("service", {}).get("spec", {}).get("selector")
    for deployment in data.get("deployments", {}).values():
        if deployment["spec"]["template"]["metadata"]["labels"] == selector:
            return deployment
    return None
