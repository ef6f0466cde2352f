"""What is measured, in the words of Prometheus: names, units and the few labels there are.

Loaded by the first `GET /metrics` (`api.metrics`), for prometheus-client takes 3 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from api.metering import Counted, Distribution, Labels, Readings
from core.states import RUN_ENDS
from engine.gauges import Gauges, GaugeService, StoreGauges


def exposition(meter: Counted, gauges: GaugeService) -> Callable[[], bytes]:
    """What writes down how everything stands now, the process' memory and processor included."""
    registry = CollectorRegistry()
    registry.register(_Penstock(meter, gauges))
    ProcessCollector(registry=registry)
    return lambda: generate_latest(registry)


class _Penstock(Collector):
    """Measurements of Penstock's own."""

    def __init__(self, meter: Counted, gauges: GaugeService) -> None:
        self._meter = meter
        self._gauges = gauges

    def describe(self) -> Iterator[Metric]:
        """Nothing: nobody needs to be asked while this is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every measurement."""
        yield from _counted(self._meter.read())
        gauges = self._gauges.read()
        yield from _of_process(gauges)
        if gauges.store is not None:
            yield from _of_store(gauges.store)


def _counted(readings: Readings) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "penstock_accepted_events", "Events that were stored.", value=readings.accepted
    )
    ended: dict[Labels, float] = {
        (status.value,): readings.ended.get(status, 0) for status in sorted(RUN_ENDS)
    }
    yield _family(
        CounterMetricFamily("penstock_runs_ended", "Ends of runs.", labels=["status"]), ended
    )
    yield _histogram(
        "penstock_attempt_duration_seconds",
        "Single tries of steps, the partner's answer included.",
        ("action", "outcome", "origin"),
        readings.attempts,
    )
    yield _histogram(
        "penstock_step_duration_seconds",
        "Steps from their first attempt to their end.",
        ("action", "status", "origin"),
        readings.steps,
    )
    yield CounterMetricFamily(
        "penstock_lease_rescues",
        "Runs that were put back since their executor was gone.",
        value=readings.rescued,
    )
    yield CounterMetricFamily(
        "penstock_dead_letters", "Deliveries that were given up.", value=readings.given_up
    )
    waits = "Waits for a connection to the database, from the pool of the process."
    yield _histogram("penstock_pool_wait_seconds", waits, (), {(): readings.waits})
    commits = "Commits, with the wait for a connection to the database."
    yield _histogram("penstock_commit_duration_seconds", commits, (), {(): readings.commits})
    units = "Units of work that shared a commit."
    yield _histogram("penstock_commit_units", units, (), {(): readings.units})


def _of_process(gauges: Gauges) -> Iterator[Metric]:
    circuits: dict[Labels, float] = {
        (state.value,): count for state, count in gauges.circuits.items()
    }
    words = "Endpoints that this process knows, by the state of their circuit."
    yield _family(GaugeMetricFamily("penstock_breaker_state", words, labels=["state"]), circuits)
    yield GaugeMetricFamily(
        "penstock_database_connections",
        "Connections to the database in use.",
        value=gauges.connections,
    )
    yield GaugeMetricFamily(
        "penstock_store_up",
        "Whether the database answers; while it does not, what it would tell is left out.",
        value=int(gauges.store is not None),
    )


def _of_store(gauges: StoreGauges) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "penstock_oldest_due_seconds",
        "How long the run has waited that has been due for the longest time.",
        value=gauges.oldest_due / 1000,
    )
    yield GaugeMetricFamily(
        "penstock_due_runs", "Runs that are due: the depth of the queue.", value=gauges.due
    )
    runs: dict[Labels, float] = {(status.value,): count for status, count in gauges.runs.items()}
    words = "Runs that have not ended; each state is counted up to 100,000."
    yield _family(GaugeMetricFamily("penstock_runs", words, labels=["status"]), runs)
    yield GaugeMetricFamily(
        "penstock_executors", "Processes that hold a lease.", value=gauges.executors
    )


def _family(
    family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[Labels, float]
) -> Metric:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _histogram(
    name: str, words: str, labels: Sequence[str], found: Mapping[Labels, Distribution]
) -> Metric:
    family = HistogramMetricFamily(name, words, labels=labels)
    for values, distribution in found.items():
        family.add_metric(values, list(_buckets(distribution)), distribution.total)
    return family


def _buckets(distribution: Distribution) -> Iterator[tuple[str, float]]:
    """Each bucket with all that is in it and in those below it."""
    sum_so_far = 0
    bounds = [*(str(float(bound)) for bound in distribution.bounds), "+Inf"]
    for bound, count in zip(bounds, distribution.counts, strict=True):
        sum_so_far += count
        yield bound, sum_so_far
