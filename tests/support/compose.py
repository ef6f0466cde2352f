"""The compose files, read as Docker Compose reads them: variables filled in, files merged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.server import ROOT

FOLDER = ROOT / "deploy" / "compose"
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}")


class MissingVariable(Exception):
    """A variable that must be set is not."""


def compose(variables: Mapping[str, str], *names: str) -> dict[str, Any]:
    """The services of these files together, with the values of an .env file."""
    merged: dict[str, Any] = {}
    for name in names:
        text = _filled((FOLDER / name).read_text(), variables)
        merged = _merged(merged, yaml.safe_load(text))
    return merged


def variables_of(name: str) -> set[str]:
    """The variables a file asks for."""
    return {found[0] for found in VARIABLE.findall((FOLDER / name).read_text())}


def example_variables() -> set[str]:
    """The variables that .env.example tells of."""
    text = (FOLDER / ".env.example").read_text()
    return set(re.findall(r"^#?([A-Z_]+)=", text, re.M))


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if variables.get(name):
            return variables[name]
        if kind != ":-":
            raise MissingVariable(name)
        return rest or ""

    return VARIABLE.sub(value, text)


def _merged(first: Any, second: Any) -> Any:
    """As Compose merges files: mappings by key, volumes by target, other lists in a row."""
    if isinstance(first, dict) and isinstance(second, dict):
        both = {key: _merged(first[key], second[key]) for key in first.keys() & second.keys()}
        return {**first, **second, **both}
    if isinstance(first, list) and isinstance(second, list):
        return list({_target(item): item for item in [*first, *second]}.values())
    return second


def _target(item: Any) -> str:
    parts = str(item).split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def mounts(service: Mapping[str, Any]) -> dict[str, Path]:
    """The files of this repository that a service sees, by where it sees them."""
    found = {}
    for volume in service.get("volumes", ()):
        source, target = volume.split(":")[:2]
        if source.startswith("."):
            found[target] = (FOLDER / source).resolve()
    return found
