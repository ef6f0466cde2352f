"""Puts the engine together over its ports; what stands behind them is the caller's matter."""

from __future__ import annotations

from dataclasses import dataclass

from core.clock import Clock
from core.http import Sender
from core.store import Store
from engine.answers import Answers
from engine.arrival import Starter
from engine.audit import AuditService
from engine.automation_changes import AutomationChanges
from engine.automations import AutomationService
from engine.care.parts import PLACES, Care, care_for
from engine.care.sender import CareSender
from engine.catalog import Catalog
from engine.channel import Channel
from engine.compiler import Compiler
from engine.curl.importing import CurlImporter
from engine.dispatching import Dispatcher
from engine.document_schema import document_schema
from engine.drafts.faults import DraftFaults
from engine.drafts.sketches import SketchService
from engine.endings import Endings
from engine.events.announcer import Announcer
from engine.events.catalogue import EVENT_TYPES
from engine.executor import Executor
from engine.intake import Intake
from engine.keys import Keyring
from engine.overview import OverviewService
from engine.people.accounts import AccountService
from engine.people.invitations import InvitationService
from engine.people.passwords import Passwords
from engine.people.sessions import SessionKeeper
from engine.people.users import UserService
from engine.registry import Registry
from engine.relaying.announced_ends import AnnouncedEnds
from engine.relaying.relay import Relay
from engine.relaying.starts import EventStarts
from engine.requests import RequestService
from engine.runs import RunService
from engine.secrets import SecretService
from engine.service import Service
from engine.settings import SettingsService
from engine.statistics import StatisticsService
from engine.tenant_settings import TenantSettings
from engine.tenants import TenantService
from engine.tokens import TokenCache
from engine.tools import Submit, Tools
from engine.transitions import Transitions
from engine.trying.completions import CompletionService
from engine.trying.listeners import Listeners, ListenTools
from engine.trying.previews import PreviewService
from engine.trying.questions import Questions
from engine.trying.samples import SampleService
from engine.trying.trial_plan import TrialPlanner
from engine.trying.trial_run import TrialTools
from engine.trying.trials import TrialService
from engine.vault import Vault
from engine.versions import VersionService


@dataclass(frozen=True, slots=True)
class Parts:
    """The engine: what others call, what executes, what moves states, and what hands events on."""

    service: Service
    executor: Executor
    transitions: Transitions
    relay: Relay


@dataclass(frozen=True, slots=True)
class _Common:
    """What most use cases work with."""

    registry: Registry
    store: Store
    clock: Clock
    compiler: Compiler
    vault: Vault
    catalog: Catalog
    audit: AuditService
    keyring: Keyring
    transitions: Transitions
    relay: Relay
    announcer: Announcer
    settings: TenantSettings


def assemble(
    registry: Registry,
    store: Store,
    sender: Sender,
    clock: Clock,
    dispatcher: Dispatcher,
    submit: Submit,
    *,
    places: int = PLACES,
) -> Parts:
    """The engine over these ports. `places` is how many threads executors have."""
    common = _common(registry, store, clock, dispatcher)
    care = care_for(store, common.announcer, common.settings, common.audit, clock, places)
    tools = _tools(common, CareSender(sender, care.endpoints), submit, dispatcher)
    executor = Executor(tools)
    service = _service(common, tools, Starter(executor, dispatcher), dispatcher, care)
    return Parts(service, executor, tools.transitions, common.relay)


def _common(registry: Registry, store: Store, clock: Clock, dispatcher: Dispatcher) -> _Common:
    compiler = Compiler(registry)
    audit = AuditService(store.audit, clock)
    catalog = Catalog(store.automations, compiler, clock)
    transitions = Transitions(store.runs)
    consumers = (EventStarts(store, catalog, transitions, dispatcher.wake),)
    relay = Relay(store, consumers, clock)
    versions = {name: one.version for name, one in EVENT_TYPES.items()}
    stir = relay.stirred.set
    return _Common(
        registry=registry,
        store=store,
        clock=clock,
        compiler=compiler,
        vault=Vault(store.secrets, clock),
        catalog=catalog,
        audit=audit,
        keyring=Keyring(store, audit, clock),
        transitions=transitions,
        relay=relay,
        announcer=Announcer(store.platform_events, consumers, versions, clock, stir),
        settings=TenantSettings(store.tenants, clock),
    )


def _tools(common: _Common, sender: CareSender, submit: Submit, dispatcher: Dispatcher) -> Tools:
    rules = (AnnouncedEnds(common.announcer, common.catalog),)
    return Tools(
        store=common.store,
        transitions=common.transitions,
        sender=sender,
        clock=common.clock,
        vault=common.vault,
        catalog=common.catalog,
        answers=Answers(),
        announcer=common.announcer,
        endings=Endings(rules, dispatcher.wake),
        tokens=TokenCache(common.clock),
        submit=submit,
    )


def _service(
    common: _Common, tools: Tools, starter: Starter, dispatcher: Dispatcher, care: Care
) -> Service:
    registry, store, clock = common.registry, common.store, common.clock
    vault, audit = common.vault, common.audit
    automations, versions = _automations(common)
    accounts, users, invitations = _people(common)
    sketches, trials = _drafts(common, tools)
    samples, listeners = _listening(common)
    statistics = StatisticsService(store, clock)
    settings = SettingsService(store, audit, common.settings.forget)
    return Service(
        tenants=TenantService(store, audit, clock),
        automations=automations,
        versions=versions,
        runs=_runs(common, tools, starter),
        requests=RequestService(store, vault),
        secrets=SecretService(store, vault, common.catalog, audit, clock),
        keys=common.keyring,
        settings=settings,
        endpoints=care.service,
        accounts=accounts,
        users=users,
        invitations=invitations,
        audit=audit,
        statistics=statistics,
        overview=OverviewService(store, statistics, sketches),
        channel=Channel(store, common.catalog, vault, settings, starter, clock),
        intake=_intake(common, tools, starter, dispatcher, listeners),
        sketches=sketches,
        previews=PreviewService(registry, common.compiler, vault, clock),
        completions=CompletionService(registry, vault, clock),
        questions=Questions(),
        curl=CurlImporter(common.compiler),
        trials=trials,
        samples=samples,
        listeners=listeners,
        registry=registry,
        document_schema=document_schema(registry),
        store=store,
    )


def _automations(common: _Common) -> tuple[AutomationService, VersionService]:
    store, catalog = common.store, common.catalog
    changes = AutomationChanges(store, catalog, common.audit, common.clock)
    return (
        AutomationService(store, changes, common.clock),
        VersionService(store, catalog, common.compiler, changes),
    )


def _people(common: _Common) -> tuple[AccountService, UserService, InvitationService]:
    store, audit, clock = common.store, common.audit, common.clock
    sessions, passwords = SessionKeeper(store, clock), Passwords()
    return (
        AccountService(store, sessions, passwords, audit, clock),
        UserService(store, sessions, audit),
        InvitationService(store, sessions, passwords, audit, clock),
    )


def _drafts(common: _Common, tools: Tools) -> tuple[SketchService, TrialService]:
    faults = DraftFaults(common.registry, common.compiler)
    planner = TrialPlanner(common.registry, common.compiler, faults)
    trial_tools = TrialTools(common.store, tools.sender, common.clock, tools.stopping, tools.tokens)
    return (
        SketchService(common.registry, faults),
        TrialService(trial_tools, planner, common.vault),
    )


def _listening(common: _Common) -> tuple[SampleService, Listeners]:
    store, compiler, vault, clock = common.store, common.compiler, common.vault, common.clock
    samples = SampleService(store, vault, compiler, clock)
    tools = ListenTools(store, common.registry, compiler, vault, common.keyring, samples, clock)
    return samples, Listeners(tools)


def _runs(common: _Common, tools: Tools, starter: Starter) -> RunService:
    return RunService(
        common.store,
        common.catalog,
        tools.transitions,
        starter,
        tools.answers,
        tools.endings,
        common.vault,
        common.audit,
        common.clock,
    )


def _intake(
    common: _Common,
    tools: Tools,
    starter: Starter,
    dispatcher: Dispatcher,
    listeners: Listeners,
) -> Intake:
    return Intake(
        common.store,
        common.catalog,
        common.vault,
        common.keyring,
        common.clock,
        starter,
        dispatcher,
        tools.answers,
        listeners,
    )
