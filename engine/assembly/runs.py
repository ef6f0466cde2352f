"""Runs and their requests, and what people decide of them: approvals, and held events."""

from __future__ import annotations

from typing import TypedDict

from engine.approvals.service import ApprovalService
from engine.assembly.common import Common
from engine.quarantine.edits import EditService
from engine.quarantine.releases import ReleaseService
from engine.quarantine.service import QuarantineService, QuarantineTools
from engine.requests import RequestService
from engine.run_items import RunItems
from engine.runs import RunService
from engine.starter import Starter
from engine.tools import Tools


class Held(TypedDict):
    """The use cases of keys that keep failing."""

    quarantine: QuarantineService
    releases: ReleaseService
    edits: EditService


class Runs(Held):
    """The use cases of runs."""

    runs: RunService
    run_items: RunItems
    requests: RequestService
    approvals: ApprovalService


def runs(common: Common, tools: Tools, starter: Starter) -> Runs:
    """What is seen and done of runs."""
    return Runs(
        runs=_runs(common, tools, starter),
        run_items=RunItems(common.store, common.catalog),
        requests=RequestService(common.store, common.vault),
        approvals=_approvals(common),
        **_held(common, tools),
    )


def _runs(common: Common, tools: Tools, starter: Starter) -> RunService:
    return RunService(
        common.store,
        common.catalog,
        common.transitions,
        starter,
        tools.answers,
        tools.endings,
        common.limits,
        tools.traces,
        common.vault,
        common.audit,
        common.clock,
    )


def _approvals(common: Common) -> ApprovalService:
    return ApprovalService(
        common.store,
        common.transitions,
        common.announcer,
        common.audit,
        common.surroundings.links,
        common.registry.compile_schema,
        common.clock,
        common.dispatcher.wake,
    )


def _held(common: Common, tools: Tools) -> Held:
    quarantine = QuarantineTools(
        common.store, common.transitions, tools.endings, common.vault, common.audit, common.clock
    )
    wake = common.dispatcher.wake
    return Held(
        quarantine=QuarantineService(quarantine),
        releases=ReleaseService(quarantine, common.catalog, common.announcer, wake),
        edits=EditService(quarantine),
    )
