"""A tenant's switches and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from core.errors import InvalidError, NotFoundError
from core.schema_words import faults_of
from core.store import Store
from engine.audit import AuditService

SETTINGS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The tenant's switches and limits.",
    "additionalProperties": False,
    "properties": {
        "channels": {
            "type": "object",
            "title": "Ways in",
            "description": "Which ways in are open beside the trigger URLs.",
            "additionalProperties": False,
            "properties": {
                "events": {
                    "type": "boolean",
                    "title": "Generic channel",
                    "default": False,
                    "description": "Whether the generic channel POST /api/v1/events takes events.",
                }
            },
        },
        "retention": {
            "type": "object",
            "title": "How long the past is kept",
            "additionalProperties": False,
            "properties": {
                "alert_days": {
                    "type": "integer",
                    "title": "Alerts, in days",
                    "minimum": 1,
                    "maximum": 3650,
                    "default": 90,
                    "description": "How long an alert that is over stays on the page Alerts.",
                }
            },
        },
    },
}

DEFAULTS: Mapping[str, Any] = {"channels": {"events": False}, "retention": {"alert_days": 90}}

_VALIDATOR = Draft202012Validator(SETTINGS_SCHEMA)


class SettingsService:
    """The settings of tenants."""

    def __init__(self, store: Store, audit: AuditService) -> None:
        self._store = store
        self._audit = audit

    def get(self, tenant: str) -> Mapping[str, Any]:
        """A tenant's settings, the defaults filled in. Raises NotFoundError."""
        found = self._store.tenants.get(tenant)
        if found is None:
            raise NotFoundError(f"there is no tenant {tenant}")
        return _merge(DEFAULTS, found.settings)

    def change(self, tenant: str, patch: Any) -> Mapping[str, Any]:
        """Changes what the patch names (JSON Merge Patch, RFC 7396). Raises InvalidError."""
        faults = faults_of(_VALIDATOR.iter_errors(patch))
        if faults:
            raise InvalidError("the settings cannot be changed so", faults)
        changed = _merge(self.get(tenant), patch)
        note = self._audit.note(tenant, "settings.changed", "settings", tenant, "", patch)
        self._store.commit([self._store.tenants.change_settings(tenant, changed), note])
        return changed


def _merge(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in patch.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(name), Mapping)
        merged[name] = _merge(merged[name], value) if both else value
    return merged
