"""What most parts of the engine work with: the ports, and what is made of them alone."""

from __future__ import annotations

from dataclasses import dataclass

from core.clock import Clock
from core.store import Store
from engine.audit import AuditService
from engine.catalog import Catalog
from engine.compiler import Compiler
from engine.dispatching import Dispatcher
from engine.events.announcer import Announcer
from engine.events.catalogue import EVENT_TYPES
from engine.keys import Keyring
from engine.lease import Lease
from engine.limits.gate import Gate
from engine.limits.limits import Limits
from engine.limits.quotas import QuotaGuard
from engine.people.inbox import InboxService
from engine.records.schemas import RecordSchemas
from engine.registry import Registry
from engine.rejections import Rejections
from engine.relaying.relay import Relay
from engine.relaying.starts import EventStarts
from engine.schedules.live import LiveSchedules
from engine.subscriptions.consumer import SubscriptionConsumer
from engine.subscriptions.index import SubscriptionIndex
from engine.surroundings import Surroundings
from engine.tenant_settings import TenantSettings
from engine.transitions import Transitions
from engine.vault import Vault


@dataclass(frozen=True, slots=True)
class Common:
    """The ports as the caller gave them, and what there is one of for the whole engine."""

    registry: Registry
    store: Store
    surroundings: Surroundings
    clock: Clock
    dispatcher: Dispatcher
    compiler: Compiler
    vault: Vault
    catalog: Catalog
    audit: AuditService
    inbox: InboxService
    keyring: Keyring
    transitions: Transitions
    relay: Relay
    announcer: Announcer
    live_schedules: LiveSchedules
    index: SubscriptionIndex
    consumer: SubscriptionConsumer
    record_schemas: RecordSchemas
    settings: TenantSettings
    limits: Limits
    rejections: Rejections
    lease: Lease


def common_parts(
    registry: Registry,
    store: Store,
    surroundings: Surroundings,
    clock: Clock,
    dispatcher: Dispatcher,
) -> Common:
    """The common parts over these ports."""
    compiler = Compiler(registry)
    audit = AuditService(store.audit, clock)
    changes = surroundings.changes
    catalog = Catalog(store.automations, compiler, clock, changes)
    transitions = Transitions(store.runs)
    index = SubscriptionIndex(store.subscriptions, clock, changes)
    consumer = SubscriptionConsumer(index, store.deliveries, catalog, clock)
    consumers = (EventStarts(store, catalog, transitions, dispatcher.wake), consumer)
    relay = Relay(store, consumers, clock)
    versions = {name: one.version for name, one in EVENT_TYPES.items()}
    keyring = Keyring(store, audit, clock, changes)
    settings = TenantSettings(store.tenants, clock, changes)
    gate = Gate(surroundings.counter, settings.of, keyring, clock)
    return Common(
        registry=registry,
        store=store,
        surroundings=surroundings,
        clock=clock,
        dispatcher=dispatcher,
        compiler=compiler,
        vault=Vault(store.secrets, clock, changes),
        catalog=catalog,
        audit=audit,
        inbox=InboxService(store, clock),
        keyring=keyring,
        transitions=transitions,
        relay=relay,
        announcer=Announcer(store.platform_events, consumers, versions, clock, relay.stirred.set),
        live_schedules=LiveSchedules(store.schedules, catalog, clock),
        index=index,
        consumer=consumer,
        record_schemas=RecordSchemas(registry.compile_schema),
        settings=settings,
        limits=Limits(gate, QuotaGuard(store.usage, settings.of, clock)),
        rejections=Rejections(store, clock),
        lease=Lease(clock),
    )
