"""The threads of a process, whatever it is there for: what starts, rests and stops, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import Clock
from core.store import Store
from dispatch.alerts import AlertThreads
from dispatch.answers import AnswerThread
from dispatch.deliveries import DeliveryDispatcher
from dispatch.limits import LimitThread
from dispatch.listening import ListenThread
from dispatch.relaying import RelayThread
from dispatch.retention import RetentionThread
from dispatch.schedules import ScheduleThread
from dispatch.sweeper import Sweeper
from engine.assembly import Parts
from engine.dispatching import Dispatcher
from engine.executor import Executor
from engine.hands import ForgottenRuns

STOP_SECONDS = 12.0
"""How long a stop waits for attempts under way; what is left runs again after the start."""
ANSWER_SECONDS = 3.0
"""How long a stop leaves callers to wait for answers that may still come; then they are told 504.

Both together are less than a process has before it is killed, which would cut everybody off.
"""

Call = Callable[[], None]


class RunDispatcher(Dispatcher, Protocol):
    """A dispatcher of this process, with its beginning and its end."""

    def submit(self, work: Callable[[], None]) -> None:
        """Runs one branch of a run in a thread of its own."""
        ...

    def begin(self, executor: Executor) -> None:
        """Starts bringing due runs to this executor, where that is its business."""
        ...

    def rest(self) -> None:
        """Takes nothing up any more; what goes on goes on."""
        ...

    def stop(self, seconds: float) -> bool:
        """Waits for what goes on; whether all of it came to rest."""
        ...


class Loop(Protocol):
    """A thread that does one thing again and again."""

    def start(self) -> None:
        """Begins."""
        ...

    def stop(self) -> None:
        """Ends it, and waits for that."""
        ...


@dataclass(frozen=True, slots=True)
class Chores:
    """What is to be done beside runs; any number of processes may."""

    relay: RelayThread
    schedules: ScheduleThread
    alerts: AlertThreads
    deliveries: DeliveryDispatcher
    retention: RetentionThread

    def start(self) -> None:
        """Begins with what is due already."""
        self.relay.start()
        self.schedules.start()
        self.deliveries.start()
        self.alerts.start()
        self.retention.start()

    def rest(self) -> None:
        """Takes nothing up any more."""
        self.schedules.rest()
        self.deliveries.rest()


@dataclass(frozen=True, slots=True)
class Machinery:
    """What works in a process. `around` starts before all else and stops after it."""

    parts: Parts
    dispatcher: RunDispatcher
    sweeper: Sweeper
    loops: Sequence[Loop]
    chores: Chores | None = None
    around: Sequence[Loop] = ()

    def start(self, *, alone: bool) -> None:
        """Takes up what is due. `alone`: no other process can be using the store."""
        for loop in self.around:
            loop.start()
        self.sweeper.start(alone=alone)
        self.dispatcher.begin(self.parts.executor)
        for loop in self.loops:
            loop.start()
        if self.chores is not None:
            self.chores.start()

    def rest(self) -> None:
        """A stop is coming: takes nothing up any more, and lets runs come to rest after a step."""
        self.parts.executor.tools.stopping.set()
        self._dismiss_callers()
        self.parts.service.listeners.stop()
        if self.chores is not None:
            self.chores.rest()
        self.dispatcher.rest()

    def stop(self) -> None:
        """Lets what is under way come to rest, and gives back what did not."""
        self.rest()
        last_moment = time.monotonic() + STOP_SECONDS
        for loop in self.loops:
            loop.stop()
        if self.chores is not None:
            self.chores.relay.stop()
            self.chores.schedules.stop()
            self.chores.alerts.stop()
            self.chores.retention.stop()
        self.dispatcher.stop(STOP_SECONDS)
        if self.chores is not None:
            self.chores.deliveries.stop(max(last_moment - time.monotonic(), 0))
        self.sweeper.stop()
        for loop in self.around:
            loop.stop()

    def _dismiss_callers(self) -> None:
        """Who waits for an answer is not kept until the end of the process, which is near."""
        answers = self.parts.executor.tools.answers
        if answers.count == 0:
            answers.dismiss()
            return
        timer = threading.Timer(ANSWER_SECONDS, answers.dismiss)
        timer.daemon = True
        timer.start()


@dataclass(frozen=True, slots=True)
class Workshop:
    """What machinery is made of, whichever it is. `set_clock` sets the clock by the store's."""

    parts: Parts
    store: Store
    clock: Clock
    set_clock: Call

    def everything(self, dispatcher: RunDispatcher) -> Machinery:
        """All there is, in one process."""
        return Machinery(
            self.parts,
            dispatcher,
            self.sweeper(dispatcher),
            [self.answers(), self.limits(), *self.listening()],
            self.chores(dispatcher.executor),
        )

    def sweeper(self, dispatcher: RunDispatcher) -> Sweeper:
        """Renews the lease of this process and rescues what others left."""
        return Sweeper(
            self.store,
            self.parts.transitions,
            self.clock,
            dispatcher.executor,
            dispatcher.wake,
            self.parts.service.statistics.roll_up,
            self.set_clock,
            ForgottenRuns(
                self.store,
                self.parts.transitions,
                self.parts.executor.tools.hands,
                dispatcher.executor,
            ),
            self.parts.executor.tools.meters,
            self.parts.executor.tools.lease,
        )

    def answers(self) -> AnswerThread:
        """Fetches answers for callers whose runs went on elsewhere."""
        answers = self.parts.executor.tools.answers
        return AnswerThread(lambda: answers.collect(self.store.runs))

    def limits(self) -> LimitThread:
        """Watches quotas, and sums up what this process turned away."""
        return LimitThread(self.parts.quota_watch, self.parts.rejections)

    def listening(self) -> Sequence[Loop]:
        """Lets listeners here hear what comes to other processes, where there can be some."""
        exchange = self.parts.service.listeners.exchange
        return [] if exchange is None else [ListenThread(exchange)]

    def chores(self, executor: str) -> Chores:
        """All chores; deliveries are held under the name of this executor."""
        parts, sending = self.parts, self.parts.subscriptions
        return Chores(
            RelayThread(parts.relay),
            ScheduleThread(parts.ticker),
            AlertThreads(parts.alert_watch, parts.notice_sender, parts.alert_history),
            DeliveryDispatcher(sending.deliverer, sending.stirred, self.clock, executor),
            RetentionThread(self.store, parts.retention),
        )
