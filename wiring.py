"""The composition root: with app.py the only place that knows every room."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from actions import ACTIONS
from api.metering import Meter
from builder_ui import PageSettings
from core.changes import ALONE, ChangeBoard, SharedChanges
from core.clock import Clock, SystemClock
from core.config import Assets, Config
from core.limits import RequestCounter
from core.roles import Role
from core.traces import NO_TRACES
from data_folder import database_url, secret_key
from dispatch.accepting import AcceptingDispatcher
from dispatch.embedded import EmbeddedDispatcher
from dispatch.machinery import Machinery, RunDispatcher, Workshop
from dispatch.run_threads import PLACES
from engine.assembly import Parts, assemble
from engine.links import Links
from engine.registry import Registry
from engine.service import Service
from engine.surroundings import Surroundings
from engine.transitions import Transitions
from net import AddressGuard, AppriseNotifier, PooledSender, open_traces, parse_networks
from store import Cipher, SqlStore, open_counter, open_store
from triggers import TRIGGERS
from triggers.bodies import body_value
from triggers.schemas import compile_schema

DEFAULT_TENANT = "default"


@dataclass(frozen=True, slots=True)
class Application:
    """A whole Penstock. `start` makes it work; without it, it only stores and reads."""

    config: Config
    parts: Parts
    store: SqlStore
    machinery: Machinery
    counter: RequestCounter
    clock: Clock
    links: Links
    page_settings: PageSettings
    meter: Meter
    changes: SharedChanges | None = None
    """What other processes of this machine changed; looked at before a request is answered."""

    @property
    def service(self) -> Service:
        """Every use case."""
        return self.parts.service

    def start(self, *, alone: bool) -> None:
        """Takes up what is due. `alone`: the data folder's lock is held by this process."""
        if self.changes is not None:
            self.changes.watch()
        self.machinery.start(alone=alone)

    def rest(self) -> None:
        """A stop is coming: takes nothing up any more, and lets runs come to rest after a step."""
        self.machinery.rest()

    def stop(self) -> None:
        """Lets what is under way come to rest, gives back what did not, and closes the store."""
        self.machinery.stop()
        self.parts.executor.tools.sender.close()
        self.counter.close()
        self.store.close()
        self.parts.executor.tools.traces.close()


def build(
    config: Config,
    role: Role = Role.RUN,
    *,
    serving: bool = False,
    board: ChangeBoard | None = None,
) -> Application:
    """Puts an application together over the database of the configuration.

    `serving`: it will work, and not just be asked something; it has its database written in a
    process of its own, and is traced. `board`: other processes of this machine do the same, and
    change what this one remembers. Raises ConfigError for a setting that cannot be used,
    StorageUnavailable when the database cannot be reached.
    """
    counter = open_counter(config.redis_url)
    guard = AddressGuard(parse_networks(config.allow_private))
    key, meter = secret_key(config), Meter()
    store = open_store(
        database_url(config), Cipher(key), meter, writer_apart=serving, shared=board is not None
    )
    changes = None if board is None else SharedChanges(board)
    clock, set_clock = _clock(store)
    links = Links(_derived(key, "links"), config.site_url)
    surroundings = Surroundings(
        sender=PooledSender(guard),
        notifier=AppriseNotifier(guard),
        parse_body=body_value,
        links=links,
        counter=counter,
        shared=store.is_shared,
        meters=meter,
        ready_lag=config.ready_lag,
        traces=open_traces(config.traces) if serving else NO_TRACES,
        changes=changes or ALONE,
    )
    workshop = partial(_workshop, store, surroundings, clock, set_clock)
    machinery = _machinery(config, role, store, clock, workshop)
    return Application(
        config=config,
        parts=machinery.parts,
        store=store,
        machinery=machinery,
        counter=counter,
        clock=clock,
        links=links,
        page_settings=_page_settings(config, key),
        meter=meter,
        changes=changes,
    )


def _clock(store: SqlStore) -> tuple[Clock, Callable[[], None]]:
    """The time by which an installation counts, and what sets it right now and then."""
    clock = store.clock()
    return (SystemClock(), lambda: None) if clock is None else (clock, clock.set)


def _workshop(
    store: SqlStore,
    surroundings: Surroundings,
    clock: Clock,
    set_clock: Callable[[], None],
    dispatcher: RunDispatcher,
) -> Workshop:
    """The engine over this dispatcher, from which machinery is made."""
    parts = assemble(
        action_and_trigger_registry(),
        store,
        surroundings,
        clock,
        dispatcher,
        dispatcher.submit,
        places=PLACES,
    )
    return Workshop(parts, store, clock, set_clock)


def _machinery(
    config: Config,
    role: Role,
    store: SqlStore,
    clock: Clock,
    workshop: Callable[[RunDispatcher], Workshop],
) -> Machinery:
    if role is Role.RUN or config.redis_url is None:
        dispatcher = EmbeddedDispatcher(store, Transitions(store.runs), clock)
        return workshop(dispatcher).everything(dispatcher)
    # RQ and Redis' client are large, and an installation in one process needs neither.
    from dispatch import rq  # noqa: PLC0415

    bell = rq.Bell(rq.WakeUps(config.redis_url))
    if role is Role.WEB:
        accepting = AcceptingDispatcher(bell.ring)
        return rq.web(workshop(accepting), accepting, bell)
    executing = EmbeddedDispatcher(store, Transitions(store.runs), clock, call_others=bell.ring)
    return rq.worker(workshop(executing), executing, bell, config.redis_url)


def bootstrap(application: Application) -> bool:
    """Makes tenant `default` and its key where they are missing; whether it is the first start."""
    # Several machines may start at once on a new database.
    with application.store.exclusively("bootstrap", wait=True):
        return _bootstrap(application.service, application.config.bootstrap_api_key)


def _bootstrap(service: Service, key: str | None) -> bool:
    first = not service.tenants.all()
    if first:
        service.tenants.create(DEFAULT_TENANT, "Default")
    # Not while there are others: a key that was removed must stay so.
    if key is not None and not service.keys.list(DEFAULT_TENANT):
        service.keys.create(DEFAULT_TENANT, "bootstrap", ["admin"], key)
    return first


def action_and_trigger_registry() -> Registry:
    """Every action and trigger there is."""
    return Registry(actions=ACTIONS, triggers=TRIGGERS, compile_schema=compile_schema)


def _page_settings(config: Config, key: bytes) -> PageSettings:
    return PageSettings(
        cookie_key=_derived(key, "cookies of the pages"),
        secure=(config.public_url or "").startswith("https:"),
        cdn=config.assets is Assets.CDN,
        public_url=config.public_url,
    )


def _derived(key: bytes, purpose: str) -> bytes:
    """A key that serves one purpose and tells nothing of the others."""
    return hmac.new(key, f"penstock: {purpose}".encode(), "sha256").digest()
