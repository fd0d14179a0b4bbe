"""Reads deploy.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.commands import DeployError


@dataclass(frozen=True)
class Config:
    """Where and how to deploy."""

    name: str
    port: int
    docker_proxy_image: str
    docker_bind: str
    docker_public_url: str
    kubernetes_namespace: str
    cloud_run_region: str


def load_config(path: Path) -> Config:
    """Read the file; a missing or unknown setting is an error."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        flat: dict[str, Any] = {}
        for section, values in data.items():
            prefix = "" if section == "app" else section.replace("-", "_") + "_"
            flat |= {prefix + key: value for key, value in values.items()}
        return Config(**flat)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DeployError(f"cannot use {path}: {error}") from error
