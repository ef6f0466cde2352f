"""What executes: the ways out, with care for those they lead to, and the tools of executions."""

from __future__ import annotations

from engine.answers import Answers
from engine.approvals.desk import DeskTools
from engine.approvals.endings import UnansweredQuestions
from engine.assembly.common import Common
from engine.care.parts import Care, care_for
from engine.care.run_caller import RunCaller
from engine.child_runs import ChildRuns
from engine.deeds import Deeds
from engine.endings import Endings
from engine.order.passing import TurnsPassedOn
from engine.quarantine.failures import FailuresCounted
from engine.records.access import RecordTools
from engine.records.changes import RecordChanges
from engine.relaying.announced_ends import AnnouncedEnds
from engine.tokens import TokenCache
from engine.tools import Submit, Tools


def care_of(common: Common, places: int) -> Care:
    """The ways out of a process whose executors have so many threads."""
    caller = RunCaller(common.store, common.transitions, common.clock, common.dispatcher.wake)
    return care_for(
        common.surroundings,
        common.store,
        common.announcer,
        common.settings,
        common.audit,
        common.clock,
        places,
        caller.call,
    )


def tools_of(common: Common, care: Care, tokens: TokenCache, submit: Submit) -> Tools:
    """What every execution of this process works with."""
    children = ChildRuns(common.store, common.catalog, common.transitions, common.clock)
    surroundings = common.surroundings
    return Tools(
        store=common.store,
        transitions=common.transitions,
        sender=care.sender,
        notifier=care.notifier,
        clock=common.clock,
        vault=common.vault,
        catalog=common.catalog,
        answers=Answers(common.store.answers if surroundings.shared else None),
        deeds=Deeds(common.announcer, children, surroundings.links, _desk(common)),
        endings=_endings(common, children),
        tokens=tokens,
        records=_records(common),
        lease=common.lease,
        submit=submit,
        meters=surroundings.meters,
        traces=surroundings.traces,
    )


def _desk(common: Common) -> DeskTools:
    return DeskTools(
        common.store, common.inbox, common.announcer, common.surroundings.links, common.clock
    )


def _endings(common: Common, children: ChildRuns) -> Endings:
    """What follows from the end of a run, in this order."""
    store, catalog, transitions = common.store, common.catalog, common.transitions
    announcer, vault = common.announcer, common.vault
    rules = (
        AnnouncedEnds(announcer, catalog),
        children,
        UnansweredQuestions(store, catalog),
        FailuresCounted(store.quarantine, transitions, catalog, announcer, vault),
        TurnsPassedOn(transitions),
    )
    return Endings(rules, common.dispatcher.wake, common.surroundings.meters)


def _records(common: Common) -> RecordTools:
    return RecordTools(
        RecordChanges(
            common.store, common.record_schemas, common.announcer, common.vault, common.clock
        )
    )
