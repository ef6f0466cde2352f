"""What listening for requests works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, InvalidError
from core.model import Event
from core.samples import SampleSource
from core.store import Store
from engine.compiler import Compiler
from engine.drafts.draft import mapping
from engine.keys import Keyring
from engine.plan import CompiledTrigger
from engine.registry import Registry
from engine.rejections import Rejections
from engine.trying.listening import Capture, capture_name
from engine.trying.sample_json import event_json
from engine.trying.samples import SampleService
from engine.vault import Vault


@dataclass(frozen=True, slots=True)
class ListenTools:
    """What every part of it needs."""

    store: Store
    registry: Registry
    compiler: Compiler
    vault: Vault
    keyring: Keyring
    samples: SampleService
    rejections: Rejections
    clock: Clock

    def trigger(self, trigger: Mapping[str, Any]) -> CompiledTrigger:
        """A draft's trigger, made ready. Raises ConflictError for none, InvalidError for faults."""
        kind = str(trigger.get("type"))
        if kind not in self.registry.triggers:
            raise ConflictError("nothing starts the automation yet; choose a trigger")
        if faults := list(self.compiler.trigger_faults(trigger)):
            raise InvalidError("the trigger has faults; mend them and listen again", faults)
        return self.compiler.trigger(kind, mapping(trigger.get("with")))

    def capture(self, event: Event) -> Capture:
        """A request that was taken; it is kept as a sample when somebody asks for that."""
        name, content, source = capture_name(event), event_json(event), SampleSource.CAPTURED
        save, tenant, automation_id = self.samples.save, event.tenant, event.automation_id
        return Capture(lambda: save(tenant, automation_id, name, content, source))
