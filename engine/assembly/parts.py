"""The whole engine, as its steps."""

from __future__ import annotations

from dataclasses import dataclass

from core.clock import Clock
from core.store import Store
from engine.alerts.history import AlertHistory
from engine.alerts.notices import NoticeSender
from engine.alerts.watch import AlertWatch
from engine.assembly.by_itself import by_itself
from engine.assembly.common import common_parts
from engine.assembly.executing import care_of, tools_of
from engine.assembly.telling import subscription_parts
from engine.assembly.use_cases import use_cases
from engine.care.parts import PLACES
from engine.dispatching import Dispatcher
from engine.executor import Executor
from engine.limits.watch import QuotaWatch
from engine.registry import Registry
from engine.rejections import Rejections
from engine.relaying.relay import Relay
from engine.retention.service import RetentionService
from engine.schedules.ticker import Ticker
from engine.service import Service
from engine.starter import Starter
from engine.subscriptions.parts import SubscriptionParts
from engine.surroundings import Surroundings
from engine.tokens import TokenCache
from engine.tools import Submit
from engine.transitions import Transitions


@dataclass(frozen=True, slots=True)
class Parts:
    """The engine: what others call, what executes and moves states, and what works by itself."""

    service: Service
    executor: Executor
    transitions: Transitions
    relay: Relay
    ticker: Ticker
    subscriptions: SubscriptionParts
    alert_watch: AlertWatch
    notice_sender: NoticeSender
    quota_watch: QuotaWatch
    rejections: Rejections
    retention: RetentionService
    alert_history: AlertHistory


def assemble(
    registry: Registry,
    store: Store,
    surroundings: Surroundings,
    clock: Clock,
    dispatcher: Dispatcher,
    submit: Submit,
    *,
    places: int = PLACES,
) -> Parts:
    """The engine over these ports. `places` is how many threads executors have."""
    common = common_parts(registry, store, surroundings, clock, dispatcher)
    care = care_of(common, places)
    tools = tools_of(common, care, TokenCache(clock, places // 4), submit)
    executor = Executor(tools)
    starter = Starter(executor, dispatcher)
    subscriptions = subscription_parts(common, care.sender)
    service = use_cases(common, care, tools, starter, subscriptions)
    return Parts(
        service=service,
        executor=executor,
        transitions=common.transitions,
        subscriptions=subscriptions,
        **by_itself(common, starter, service),
    )
