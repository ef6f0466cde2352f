"""What an execution works with; one set for a process."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from core.clock import Clock
from core.meters import Meters
from core.store import Store
from core.traces import Traces
from engine.answers import Answers
from engine.care.notifier import CareNotifier
from engine.care.sender import CareSender
from engine.catalog import Catalog
from engine.deeds import Deeds
from engine.endings import Endings
from engine.hands import Hands
from engine.lease import Lease
from engine.records.access import RecordTools
from engine.tokens import TokenCache
from engine.transitions import Transitions
from engine.vault import Vault

Submit = Callable[[Callable[[], None]], None]
"""Hands work to a thread of its own."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The store, the way out, the clock, partners' access tokens, and where callers wait."""

    store: Store
    transitions: Transitions
    sender: CareSender
    notifier: CareNotifier
    clock: Clock
    vault: Vault
    catalog: Catalog
    answers: Answers
    deeds: Deeds
    endings: Endings
    tokens: TokenCache
    records: RecordTools
    submit: Submit
    meters: Meters
    traces: Traces
    lease: Lease
    chance: Callable[[], float] = random.random
    stopping: threading.Event = field(default_factory=threading.Event)
    hands: Hands = field(default_factory=Hands)
