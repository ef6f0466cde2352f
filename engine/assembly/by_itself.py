"""What works by itself, whenever a loop of the process that has it takes it up."""

from __future__ import annotations

from typing import TypedDict

from engine.alerts.history import AlertHistory
from engine.alerts.notices import NoticeSender
from engine.alerts.telling import AlertTelling
from engine.alerts.watch import AlertWatch
from engine.assembly.common import Common
from engine.limits.watch import QuotaWatch
from engine.rejections import Rejections
from engine.relaying.relay import Relay
from engine.retention.service import RetentionService
from engine.schedules.ticker import Ticker
from engine.service import Service
from engine.starter import Starter


class ByItself(TypedDict):
    """What nobody calls who waits for it."""

    relay: Relay
    ticker: Ticker
    alert_watch: AlertWatch
    notice_sender: NoticeSender
    alert_history: AlertHistory
    quota_watch: QuotaWatch
    rejections: Rejections
    retention: RetentionService


def by_itself(common: Common, starter: Starter, service: Service) -> ByItself:
    """What hands on, ticks, watches, tells and tidies up."""
    store, clock = common.store, common.clock
    return ByItself(
        relay=common.relay,
        ticker=_ticker(common, starter),
        alert_watch=_alert_watch(common),
        notice_sender=NoticeSender(store, service.notifications, clock),
        alert_history=AlertHistory(store, service.settings, clock),
        quota_watch=QuotaWatch(store, common.inbox, common.announcer, clock),
        rejections=common.rejections,
        retention=RetentionService(store, clock),
    )


def _ticker(common: Common, starter: Starter) -> Ticker:
    return Ticker(
        common.store,
        common.catalog,
        starter,
        common.announcer,
        common.clock,
        common.live_schedules.stirred,
    )


def _alert_watch(common: Common) -> AlertWatch:
    telling = AlertTelling(common.store, common.inbox, common.announcer)
    return AlertWatch(common.store, telling, common.clock)
