"""A tenant's switches and limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from core.errors import InvalidError, NotFoundError
from core.schema_words import faults_of
from core.store import Store
from engine.audit import AuditService
from engine.care.settings_schema import ENDPOINTS_SCHEMA
from engine.limits.settings import LIMIT_DEFAULTS, LIMITS_SCHEMA, QUOTAS_SCHEMA
from engine.retention.rules import RETENTION_DEFAULTS, RETENTION_SCHEMA
from engine.settings_patch import merge_patch, patch_schema

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
        "retention": RETENTION_SCHEMA,
        "endpoints": ENDPOINTS_SCHEMA,
        "limits": LIMITS_SCHEMA,
        "quotas": QUOTAS_SCHEMA,
    },
}

DEFAULTS: Mapping[str, Any] = {
    "channels": {"events": False},
    "endpoints": {},
    **LIMIT_DEFAULTS,
    **RETENTION_DEFAULTS,
}

PATCH_SCHEMA = patch_schema(SETTINGS_SCHEMA)
"""What a change may hold; null puts the default back."""

_VALIDATOR = Draft202012Validator(PATCH_SCHEMA)


class SettingsService:
    """The settings of tenants. `changed` is called with the tenant whose settings have."""

    def __init__(
        self, store: Store, audit: AuditService, changed: Callable[[str], None] = lambda _: None
    ) -> None:
        self._store = store
        self._audit = audit
        self._changed = changed

    def get(self, tenant: str) -> Mapping[str, Any]:
        """A tenant's settings, the defaults filled in. Raises NotFoundError."""
        return complete(self._stored(tenant))

    def change(self, tenant: str, patch: Any) -> Mapping[str, Any]:
        """Changes what the patch names (JSON Merge Patch, RFC 7396). Raises InvalidError."""
        faults = faults_of(_VALIDATOR.iter_errors(patch))
        if faults:
            raise InvalidError("the settings cannot be changed so", faults)
        changed = merge_patch(self._stored(tenant), patch)
        note = self._audit.note(tenant, "settings.changed", "settings", tenant, "", patch)
        self._store.commit([self._store.tenants.change_settings(tenant, changed), note])
        self._changed(tenant)
        return complete(changed)

    def _stored(self, tenant: str) -> Mapping[str, Any]:
        found = self._store.tenants.get(tenant)
        if found is None:
            raise NotFoundError(f"there is no tenant {tenant}")
        return found.settings


def complete(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings as they were stored, with the defaults of what they leave out."""
    return merge_patch(DEFAULTS, settings)
