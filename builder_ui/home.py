"""Home: how it goes, at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import is_part
from builder_ui.routing import Routes
from builder_ui.usage import usage_lines
from builder_ui.visits import Visit
from core.clock import Milliseconds
from core.model import Run
from core.run_store import RunFilter
from core.states import RUN_FAILURES
from core.statistics import BUCKET, Tally
from core.writes import ListQuery
from engine.statistics import MOST_COUNTED, Span

HOUR: Milliseconds = 3_600_000
DAY = 24 * HOUR
NEWEST_FAILURES = 5
RANKED = 5
MOST_ALERTS = 5


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time to look at, in spans of `width`."""

    words: str
    length: Milliseconds
    width: Milliseconds


PERIODS: Mapping[str, Period] = {
    "24h": Period("24 hours", DAY, BUCKET),
    "7d": Period("7 days", 7 * DAY, 2 * HOUR),
    "30d": Period("30 days", 30 * DAY, 6 * HOUR),
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """An automation with how its runs went."""

    id: str
    name: str
    tally: Tally


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/", index)


def index(visit: Visit) -> ResponseReturnValue:
    """How the runs went, what waits, and what to look at."""
    chosen = request.args.get("period", "24h")
    period = PERIODS.get(chosen) or PERIODS["24h"]
    names = visit.service.overview.names(visit.tenant)
    statistics = visit.service.statistics
    history = statistics.history(visit.tenant, period.length, period.width)
    usage = visit.service.usage.report(visit.tenant)
    ranked = [Ranked(one, names.get(one, one), tally) for one, tally in history.automations.items()]
    return render_template(
        "home/_content.html" if is_part() else "home/index.html",
        names=names,
        periods=PERIODS,
        period=period,
        chosen=next(name for name, one in PERIODS.items() if one is period),
        plot=_plot(history.spans),
        total=history.total,
        slowest=_first(ranked, lambda one: one.tally.mean_duration),
        failing=_first(ranked, lambda one: one.tally.failures),
        open_runs=statistics.not_ended(visit.tenant),
        most_counted=MOST_COUNTED,
        failures=_failures(visit),
        alerts=visit.service.alerts.raised(visit.tenant),
        most_alerts=MOST_ALERTS,
        usage=usage,
        usage_lines=usage_lines(usage),
        quarantined=visit.service.quarantine.count(visit.tenant),
    )


def _first(ranked: Sequence[Ranked], key: Callable[[Ranked], int]) -> Sequence[Ranked]:
    """The first few by a number, without those that have none of it."""
    return [one for one in sorted(ranked, key=key, reverse=True) if key(one)][:RANKED]


def _plot(spans: Sequence[Span]) -> dict[str, list[int]]:
    """The numbers of the plots, column by column; times in seconds."""
    return {
        "times": [span.begin // 1000 for span in spans],
        "succeeded": [span.tally.succeeded for span in spans],
        "failures": [span.tally.failures for span in spans],
        "mean": [span.tally.mean_duration for span in spans],
        "longest": [span.tally.longest for span in spans],
    }


def _failures(visit: Visit) -> Sequence[Run]:
    """The newest runs that went wrong."""
    which, query = RunFilter(statuses=RUN_FAILURES), ListQuery(limit=NEWEST_FAILURES)
    return visit.service.runs.list(visit.tenant, which, query).items
