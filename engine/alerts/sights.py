"""What is seen of an automation for each of its rules: whether an alert stands, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.alerts import Alert, AlertRule, AlertSigns, Failure, LiveAutomation, Span
from core.clock import Milliseconds
from core.statistics import BUCKET, RunStatistics, Tally
from engine.alerts import words
from engine.alerts.deciding import failures_stand, rate_stands, silence_stands, silent_for
from engine.alerts.recent import LastEvents
from engine.alerts.rules import AlertRules, FailureRateRule, FailuresRule, SilenceRule
from engine.alerts.schema import MOST_FAILURES


@dataclass(frozen=True, slots=True)
class Watched:
    """An automation that is watched `since` a moment: what was before does not count.

    `failed_at` is the moment of its newest failure, whenever that was.
    """

    automation: LiveAutomation
    rules: AlertRules
    since: Milliseconds
    failed_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Sight:
    """What a rule comes to. `words` say why the alert stands or, where it does not, why not."""

    rule: AlertRule
    stands: bool
    words: str


class Sights:
    """Looks at the automations of one tenant at one moment."""

    def __init__(
        self,
        tenant: str,
        signs: AlertSigns,
        statistics: RunStatistics,
        events: LastEvents,
        spans: Sequence[Span],
        now: Milliseconds,
    ) -> None:
        self._tenant = tenant
        self._signs = signs
        self._statistics = statistics
        self._events = events
        self._spans = spans
        self._now = now
        self._tallies: dict[Milliseconds, Mapping[str, Tally]] = {}

    def of(self, watched: Watched, raised: Mapping[AlertRule, Alert]) -> Iterator[Sight]:
        """A sight for each of its rules. `raised` are the alerts it has now."""
        rules = watched.rules
        if rules.failures is not None:
            yield self._failures(watched, rules.failures, AlertRule.FAILURES in raised)
        if rules.failure_rate is not None:
            yield self._rate(watched, rules.failure_rate, AlertRule.FAILURE_RATE in raised)
        if rules.silence is not None:
            yield self._silence(watched, rules.silence, raised.get(AlertRule.SILENCE))

    def _failures(self, watched: Watched, rule: FailuresRule, raised: bool) -> Sight:
        automation, begin = watched.automation, self._begin(watched, rule.within)
        # Most of the time nothing fails, and nothing has to be counted.
        count = self._count(automation, begin) if watched.failed_at > begin else 0
        newest = watched.failed_at if count else None
        stands = failures_stand(rule, count, newest, self._now, raised=raised)
        if stands and not raised:
            said = words.failures_seen(automation.name, rule, count, self._last(automation))
        else:
            said = words.failures_ended(automation.name, rule, count)
        return Sight(AlertRule.FAILURES, stands, said)

    def _rate(self, watched: Watched, rule: FailureRateRule, raised: bool) -> Sight:
        automation, begin = watched.automation, self._begin(watched, rule.within)
        tally = self._tally(automation, begin) if watched.failed_at > begin else Tally()
        failures, runs = tally.failures, tally.succeeded + tally.failures
        stands = rate_stands(rule, failures, runs, raised=raised)
        if stands and not raised:
            last = self._last(automation)
            said = words.rate_seen(automation.name, rule, failures, runs, last)
        else:
            said = words.rate_ended(automation.name, rule, failures, runs)
        return Sight(AlertRule.FAILURE_RATE, stands, said)

    def _silence(self, watched: Watched, rule: SilenceRule, raised: Alert | None) -> Sight:
        automation = watched.automation
        heard = max(watched.since, self._events.known(self._tenant, automation.id))
        if raised is None and self._now - heard < rule.length:
            return Sight(AlertRule.SILENCE, False, "")
        last = self._events.read(self._tenant, automation.id)
        silent = silent_for(max(watched.since, last or 0), self._now, self._spans)
        raised_at = raised.raised_at if raised else None
        stands = silence_stands(rule, silent, last, raised_at)
        if stands:
            said = words.silence_seen(automation.name, rule, last)
        else:
            said = words.silence_ended(automation.name, last)
        return Sight(AlertRule.SILENCE, stands, said)

    def _begin(self, watched: Watched, within: Milliseconds) -> Milliseconds:
        return max(self._now - within, watched.since - 1)

    def _last(self, automation: LiveAutomation) -> Failure | None:
        return self._signs.newest_failure(self._tenant, automation.id)

    def _count(self, automation: LiveAutomation, begin: Milliseconds) -> int:
        most = MOST_FAILURES + 1
        return self._signs.failures(self._tenant, automation.id, begin, self._now, most)

    def _tally(self, automation: LiveAutomation, begin: Milliseconds) -> Tally:
        """What ended since a moment; since the quarter of an hour it lies in, where that is past.

        The quarters are counted once for all automations of the tenant with the same window.
        """
        if self._now - begin > BUCKET:
            begin -= begin % BUCKET
        if begin not in self._tallies:
            self._tallies[begin] = self._tallied(begin)
        return self._tallies[begin].get(automation.id, Tally())

    def _tallied(self, begin: Milliseconds) -> Mapping[str, Tally]:
        # What lies ahead was counted before the clock was put back.
        if begin % BUCKET == 0:
            return self._statistics.totals(self._tenant, begin, self._now, BUCKET).automations
        tallies: dict[str, Tally] = {}
        for one in self._statistics.count(self._tenant, begin + 1, self._now + 1):
            tallies[one.automation_id] = tallies.get(one.automation_id, Tally()) + one.tally
        return tallies
