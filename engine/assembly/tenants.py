"""A tenant, and what is its own: settings, secrets, keys, collections and their records."""

from __future__ import annotations

from typing import TypedDict

from engine.assembly.common import Common
from engine.keys import Keyring
from engine.records.collections import CollectionService
from engine.records.service import RecordService
from engine.secrets import SecretService
from engine.settings import SettingsService
from engine.tenants import TenantService
from engine.tools import Tools


class Tenants(TypedDict):
    """The use cases of tenants and of what they own."""

    tenants: TenantService
    settings: SettingsService
    secrets: SecretService
    keys: Keyring
    collections: CollectionService
    records: RecordService


def tenants(common: Common, tools: Tools) -> Tenants:
    """What admins see to; records change as they do for the steps of runs."""
    store, audit, clock = common.store, common.audit, common.clock
    return Tenants(
        tenants=TenantService(store, audit, clock),
        settings=SettingsService(store, audit, common.settings.forget),
        secrets=SecretService(store, common.vault, common.catalog, audit, clock),
        keys=common.keyring,
        collections=CollectionService(store, common.record_schemas, audit, clock),
        records=RecordService(tools.records.changes, audit),
    )
