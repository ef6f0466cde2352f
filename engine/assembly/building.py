"""Building automations: drafts and versions, what can be said of a draft, and trying it out."""

from __future__ import annotations

from typing import TypedDict

from engine.assembly.common import Common
from engine.automation_changes import AutomationChanges
from engine.automations import AutomationService
from engine.curl.importing import CurlImporter
from engine.drafts.faults import DraftFaults
from engine.drafts.sketches import SketchService
from engine.schedules.forecasts import ForecastService
from engine.tools import Tools
from engine.trying.completions import CompletionService
from engine.trying.listen_tools import ListenTools
from engine.trying.listeners import Listeners
from engine.trying.previews import PreviewService
from engine.trying.questions import Questions
from engine.trying.samples import SampleService
from engine.trying.trial_attempts import TrialTools
from engine.trying.trial_plan import TrialPlanner
from engine.trying.trials import TrialService
from engine.versions import VersionService


class Kept(TypedDict):
    """Automations as they are kept."""

    automations: AutomationService
    versions: VersionService


class Drafting(TypedDict):
    """What can be said of a draft without an event."""

    sketches: SketchService
    previews: PreviewService
    completions: CompletionService
    questions: Questions
    curl: CurlImporter
    forecasts: ForecastService


class Trying(TypedDict):
    """Trying a draft out with real data."""

    samples: SampleService
    listeners: Listeners
    trials: TrialService


class Building(Kept, Drafting, Trying):
    """The use cases of whoever builds."""


def building(common: Common, tools: Tools) -> Building:
    """What the builder works with; trials send by the ways out of executions."""
    faults = DraftFaults(common.registry, common.compiler)
    return Building(**_kept(common), **_drafting(common, faults), **_trying(common, tools, faults))


def _kept(common: Common) -> Kept:
    store, catalog, clock = common.store, common.catalog, common.clock
    changes = AutomationChanges(store, catalog, common.audit, common.announcer, clock)
    schedules = common.live_schedules
    return Kept(
        automations=AutomationService(store, changes, schedules, clock),
        versions=VersionService(store, catalog, common.compiler, changes, schedules),
    )


def _drafting(common: Common, faults: DraftFaults) -> Drafting:
    registry, compiler = common.registry, common.compiler
    vault, clock = common.vault, common.clock
    schedules, stored = common.live_schedules, common.store.schedules
    return Drafting(
        sketches=SketchService(registry, faults),
        previews=PreviewService(registry, compiler, vault, clock),
        completions=CompletionService(registry, compiler, vault, clock),
        questions=Questions(),
        curl=CurlImporter(compiler),
        forecasts=ForecastService(registry, compiler, schedules, stored, clock),
    )


def _trying(common: Common, tools: Tools, faults: DraftFaults) -> Trying:
    samples = SampleService(common.store, common.vault, common.compiler, common.clock)
    return Trying(
        samples=samples,
        listeners=_listeners(common, samples),
        trials=_trials(common, tools, faults),
    )


def _listeners(common: Common, samples: SampleService) -> Listeners:
    tools = ListenTools(
        common.store,
        common.registry,
        common.compiler,
        common.vault,
        common.keyring,
        samples,
        common.rejections,
        common.clock,
    )
    return Listeners(tools, shared=common.surroundings.shared)


def _trials(common: Common, tools: Tools, faults: DraftFaults) -> TrialService:
    trial_tools = TrialTools(
        common.store,
        tools.sender,
        tools.notifier,
        common.clock,
        tools.records,
        tools.stopping,
        tools.tokens,
    )
    planner = TrialPlanner(common.registry, common.compiler, faults)
    return TrialService(trial_tools, planner, common.vault, common.audit)
