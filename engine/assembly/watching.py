"""Watching: how automations, endpoints and the installation do, and what is used up."""

from __future__ import annotations

from typing import TypedDict

from engine.alerts.service import AlertService
from engine.assembly.common import Common
from engine.care.parts import Care
from engine.care.service import EndpointService
from engine.drafts.sketches import SketchService
from engine.gauges import GaugeService
from engine.limits.usage import UsageService
from engine.overview import OverviewService
from engine.readiness import Readiness
from engine.statistics import StatisticsService


class Watching(TypedDict):
    """The use cases of whoever watches."""

    statistics: StatisticsService
    overview: OverviewService
    alerts: AlertService
    endpoints: EndpointService
    usage: UsageService
    gauges: GaugeService
    readiness: Readiness


def watching(common: Common, care: Care, sketches: SketchService) -> Watching:
    """What is seen of the whole; the overview has each automation in one line of its sketch."""
    store, clock = common.store, common.clock
    statistics = StatisticsService(store, clock)
    ready_lag = common.surroundings.ready_lag
    return Watching(
        statistics=statistics,
        overview=OverviewService(store, statistics, sketches),
        alerts=AlertService(store),
        endpoints=care.service,
        usage=UsageService(store, common.settings.of, clock),
        gauges=GaugeService(store, care.service.circuits, clock, ready_lag),
        readiness=Readiness(store, clock),
    )
