"""Every use case, as the API, the pages and the command line call them."""

from __future__ import annotations

from dataclasses import dataclass

from core.store import Store
from engine.automations import AutomationService
from engine.document_schema import Schema
from engine.intake import Intake
from engine.keys import Keyring
from engine.requests import RequestService
from engine.runs import RunService
from engine.secrets import SecretService
from engine.settings import SettingsService
from engine.tenants import TenantService


@dataclass(frozen=True, slots=True)
class Service:
    """The use cases by noun, and the schema of an automation document."""

    tenants: TenantService
    automations: AutomationService
    runs: RunService
    requests: RequestService
    secrets: SecretService
    keys: Keyring
    settings: SettingsService
    intake: Intake
    document_schema: Schema
    store: Store

    def check(self) -> None:
        """Raises StorageUnavailable unless events can be stored."""
        self.store.check()
