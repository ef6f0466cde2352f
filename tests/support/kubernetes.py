"""The manifests as kustomize puts them together, as far as tests need it, and their schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.support.server import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
SCHEMA = ROOT / "tests" / "deploy" / "schemas" / "kubernetes-1.34.json"
GROUPS = {
    "v1": "io.k8s.api.core.v1",
    "apps/v1": "io.k8s.api.apps.v1",
    "policy/v1": "io.k8s.api.policy.v1",
    "networking.k8s.io/v1": "io.k8s.api.networking.v1",
}
BEHAVIOUR = "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior"

Manifest = dict[str, Any]


def kustomization(folder: Path) -> Manifest:
    """The kustomization of a folder."""
    found: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text())
    return found


def manifests(folder: Path = FOLDER) -> Iterator[Manifest]:
    """Every object that a folder's kustomization names, its generated maps and secrets included."""
    asked = kustomization(folder)
    for name in asked.get("resources", ()):
        if (folder / name).is_dir():
            yield from manifests(folder / name)
        else:
            yield from yaml.safe_load_all((folder / name).read_text())
    for kind in ("ConfigMap", "Secret"):
        key = "configMapGenerator" if kind == "ConfigMap" else "secretGenerator"
        for generator in asked.get(key, ()):
            yield _generated(kind, generator, folder)


def faults(value: Any, definition: str) -> list[str]:
    """What Kubernetes would refuse."""
    schema = {**json.loads(SCHEMA.read_text()), "$ref": f"#/$defs/{definition}"}
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{fault.json_path}: {fault.message}" for fault in found]


def definition_of(manifest: Manifest) -> str:
    """The name of a kind in the schema."""
    return f"{GROUPS[manifest['apiVersion']]}.{manifest['kind']}"


def _generated(kind: str, generator: Manifest, folder: Path) -> Manifest:
    data: dict[str, str] = {}
    for name in generator.get("files", ()):
        key, _, file = name.rpartition("=")
        data[key or file] = (folder / file).read_text()
    for name in generator.get("envs", ()):
        file = folder / name
        data |= _variables(file if file.exists() else file.with_name(f"{name}.example"))
    values = "stringData" if kind == "Secret" else "data"
    metadata = {"name": generator["name"]}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, values: data}


def _variables(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
