"""Changes of settings as JSON Merge Patch has them (RFC 7396): null puts a default back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge_patch(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The base with what the patch names in place of what it had; what is null is taken out."""
    merged = dict(base)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            below = merged.get(name)
            merged[name] = merge_patch(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[name] = value
    return merged


def patch_to(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The patch that makes `wanted` of the base, and names only what is to change."""
    patch: dict[str, Any] = {name: None for name in base if name not in wanted}
    for name, value in wanted.items():
        before = base.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            below = patch_to(before, value)
            if below:
                patch[name] = below
        elif name not in base or before != value:
            patch[name] = value
    return patch


def patch_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a patch: that of the whole, with null wherever something stands in it."""
    below = dict(schema)
    if "properties" in schema:
        below["properties"] = {name: _or_null(one) for name, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        below["additionalProperties"] = _or_null(schema["additionalProperties"])
    return below


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    optional = patch_schema(schema)
    optional["type"] = [schema["type"], "null"]
    if "enum" in schema:
        optional["enum"] = [*schema["enum"], None]
    return optional
