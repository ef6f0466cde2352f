"""The composition root: with app.py the only place that knows every room."""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from actions import ACTIONS
from builder_ui import PageSettings
from core.clock import Clock, SystemClock
from core.config import Assets, Config
from core.errors import ConfigError
from core.limits import RequestCounter
from dispatch.alerts import AlertThreads
from dispatch.deliveries import DeliveryDispatcher
from dispatch.embedded import PLACES, EmbeddedDispatcher
from dispatch.limits import LimitThread
from dispatch.relaying import RelayThread
from dispatch.schedules import ScheduleThread
from dispatch.sweeper import Sweeper
from engine.assembly import Parts, assemble
from engine.links import Links
from engine.registry import Registry
from engine.service import Service
from engine.surroundings import Surroundings
from engine.transitions import Transitions
from net import AddressGuard, AppriseNotifier, PooledSender, parse_networks
from store import Cipher, SqlStore, open_counter, open_store
from triggers import TRIGGERS
from triggers.bodies import body_value
from triggers.schemas import compile_schema

DEFAULT_TENANT = "default"
STOP_SECONDS = 12.0
"""How long a stop waits for attempts under way; what is left runs again after the start."""


@dataclass(frozen=True, slots=True)
class Application:
    """A whole Penstock. `start` makes it execute; without it, it only stores and reads."""

    config: Config
    parts: Parts
    store: SqlStore
    dispatcher: EmbeddedDispatcher
    sweeper: Sweeper
    relay: RelayThread
    schedules: ScheduleThread
    deliveries: DeliveryDispatcher
    alerts: AlertThreads
    limits: LimitThread
    counter: RequestCounter
    clock: Clock
    links: Links
    page_settings: PageSettings

    @property
    def service(self) -> Service:
        """Every use case."""
        return self.parts.service

    def start(self, *, alone: bool) -> None:
        """Takes up what is due. `alone`: the data folder's lock is held by this process."""
        self.sweeper.start(alone=alone)
        self.dispatcher.begin(self.parts.executor)
        self.relay.start()
        self.schedules.start()
        self.deliveries.start()
        self.alerts.start()
        self.limits.start()

    def rest(self) -> None:
        """A stop is coming: takes nothing up any more, and lets runs come to rest after a step."""
        self.parts.executor.tools.stopping.set()
        self.service.listeners.stop()
        self.schedules.rest()
        self.dispatcher.rest()
        self.deliveries.rest()

    def stop(self) -> None:
        """Lets what is under way come to rest, gives back what did not, and closes the store."""
        self.rest()
        self.relay.stop()
        self.schedules.stop()
        last_moment = time.monotonic() + STOP_SECONDS
        self.alerts.stop()
        self.limits.stop()
        self.dispatcher.stop(STOP_SECONDS)
        self.deliveries.stop(max(last_moment - time.monotonic(), 0))
        self.sweeper.stop()
        self.parts.executor.tools.sender.close()
        self.counter.close()
        self.store.close()


def build(config: Config) -> Application:
    """Puts an application together over the database of the configuration.

    Raises ConfigError for a setting that cannot be used, StorageUnavailable when the database
    cannot be reached.
    """
    clock, counter = SystemClock(), open_counter(config.redis_url)
    guard = AddressGuard(parse_networks(config.allow_private))
    secret_key = _secret_key(config)
    store = open_store(_database_url(config), Cipher(secret_key))
    dispatcher = EmbeddedDispatcher(store, Transitions(store.runs), clock, PLACES)
    registry = action_and_trigger_registry()
    links = Links(_derived(secret_key, "links"), config.site_url)
    sender, notifier = PooledSender(guard), AppriseNotifier(guard)
    surroundings = Surroundings(sender, notifier, body_value, links, counter)
    parts = assemble(
        registry, store, surroundings, clock, dispatcher, dispatcher.submit, places=PLACES
    )
    sweeper = Sweeper(
        store,
        parts.transitions,
        clock,
        dispatcher.executor,
        dispatcher.wake,
        parts.service.statistics.roll_up,
    )
    pages = _page_settings(config, secret_key)
    relay = RelayThread(parts.relay)
    schedules = ScheduleThread(parts.ticker)
    sending = parts.subscriptions
    deliveries = DeliveryDispatcher(sending.deliverer, sending.stirred, clock, dispatcher.executor)
    alerts = AlertThreads(parts.alert_watch, parts.notice_sender)
    return Application(
        config=config,
        parts=parts,
        store=store,
        dispatcher=dispatcher,
        sweeper=sweeper,
        relay=relay,
        schedules=schedules,
        deliveries=deliveries,
        alerts=alerts,
        limits=LimitThread(parts.quota_watch, parts.rejections),
        counter=counter,
        clock=clock,
        links=links,
        page_settings=pages,
    )


def bootstrap(application: Application) -> bool:
    """Makes tenant `default` and its key where they are missing; whether it is the first start."""
    service, key = application.service, application.config.bootstrap_api_key
    first = not service.tenants.all()
    if first:
        service.tenants.create(DEFAULT_TENANT, "Default")
    # Not while there are others: a key that was removed must stay so.
    if key is not None and not service.keys.list(DEFAULT_TENANT):
        service.keys.create(DEFAULT_TENANT, "bootstrap", ["admin"], key)
    return first


def lock_data_folder(config: Config) -> IO[str]:
    """Takes the data folder for this process. Raises ConfigError when another one has it.

    The lock goes with the process, however that ends; keep the file open as long as it is needed.
    """
    _make_data_folder(config)
    lock = (config.data_dir / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise ConfigError(
            f"the data folder {config.data_dir} is in use by process {holder}; stop that one, or "
            "set PENSTOCK_DATA_DIR to another folder"
        ) from None
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def action_and_trigger_registry() -> Registry:
    """Every action and trigger there is."""
    return Registry(actions=ACTIONS, triggers=TRIGGERS, compile_schema=compile_schema)


def _page_settings(config: Config, secret_key: bytes) -> PageSettings:
    return PageSettings(
        cookie_key=_derived(secret_key, "cookies of the pages"),
        secure=(config.public_url or "").startswith("https:"),
        cdn=config.assets is Assets.CDN,
        public_url=config.public_url,
    )


def _derived(secret_key: bytes, purpose: str) -> bytes:
    """A key that serves one purpose and tells nothing of the others."""
    return hmac.new(secret_key, f"penstock: {purpose}".encode(), "sha256").digest()


def _database_url(config: Config) -> str:
    if config.database_url is not None:
        return config.database_url
    _make_data_folder(config)
    return config.sqlite_url


def _make_data_folder(config: Config) -> None:
    try:
        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"PENSTOCK_DATA_DIR: {config.data_dir} cannot be made: {error.strerror}"
        ) from None


def _secret_key(config: Config) -> bytes:
    """The key of all secrets: the configured one, or a 0600 file in the data folder."""
    if config.secret_key is not None:
        return config.secret_key.encode()
    _make_data_folder(config)
    file = config.data_dir / "secret.key"
    try:
        _make_key_file(file)
        return file.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"the key file {file} cannot be used: {error.strerror}") from None


def _make_key_file(file: Path) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secrets.token_urlsafe(32))
        opened.flush()
        os.fsync(opened.fileno())
