"""Puts the engine together over its ports; what stands behind them is the caller's matter."""

from __future__ import annotations

from dataclasses import dataclass

from core.changes import Changes
from core.clock import Clock
from core.meters import Meters
from core.store import Store
from engine.alerts.history import AlertHistory
from engine.alerts.notices import NoticeSender
from engine.alerts.service import AlertService
from engine.alerts.telling import AlertTelling
from engine.alerts.watch import AlertWatch
from engine.answers import Answers
from engine.approvals.desk import DeskTools
from engine.approvals.endings import UnansweredQuestions
from engine.approvals.service import ApprovalService
from engine.audit import AuditService
from engine.automation_changes import AutomationChanges
from engine.automations import AutomationService
from engine.callbacks import CallbackService
from engine.care.parts import PLACES, Care, care_for
from engine.care.run_caller import RunCaller
from engine.care.sender import CareSender
from engine.catalog import Catalog
from engine.channel import Channel
from engine.child_runs import ChildRuns
from engine.compiler import Compiler
from engine.curl.importing import CurlImporter
from engine.deeds import Deeds
from engine.dispatching import Dispatcher
from engine.document_schema import document_schema
from engine.drafts.faults import DraftFaults
from engine.drafts.sketches import SketchService
from engine.endings import Endings
from engine.events.announcer import Announcer
from engine.events.catalogue import EVENT_TYPES
from engine.executor import Executor
from engine.gauges import GaugeService
from engine.intake import Intake
from engine.keys import Keyring
from engine.lease import Lease
from engine.limits.gate import Gate
from engine.limits.limits import Limits
from engine.limits.quotas import QuotaGuard
from engine.limits.usage import UsageService
from engine.limits.watch import QuotaWatch
from engine.notifying import NotificationService
from engine.order.passing import TurnsPassedOn
from engine.overview import OverviewService
from engine.people.accounts import AccountService
from engine.people.inbox import InboxService
from engine.people.invitations import InvitationService
from engine.people.passwords import Passwords
from engine.people.sessions import SessionKeeper
from engine.people.users import UserService
from engine.quarantine.edits import EditService
from engine.quarantine.failures import FailuresCounted
from engine.quarantine.releases import ReleaseService
from engine.quarantine.service import QuarantineService, QuarantineTools
from engine.readiness import Readiness
from engine.records.access import RecordTools
from engine.records.changes import RecordChanges
from engine.records.collections import CollectionService
from engine.records.schemas import RecordSchemas
from engine.records.service import RecordService
from engine.registry import Registry
from engine.rejections import Rejections
from engine.relaying.announced_ends import AnnouncedEnds
from engine.relaying.relay import Relay
from engine.relaying.starts import EventStarts
from engine.requests import RequestService
from engine.retention.service import RetentionService
from engine.run_items import RunItems
from engine.runs import RunService
from engine.schedules.forecasts import ForecastService
from engine.schedules.live import LiveSchedules
from engine.schedules.ticker import Ticker
from engine.secrets import SecretService
from engine.service import Service
from engine.settings import SettingsService
from engine.starter import Starter
from engine.statistics import StatisticsService
from engine.subscriptions.consumer import SubscriptionConsumer
from engine.subscriptions.index import SubscriptionIndex
from engine.subscriptions.parts import SubscriptionParts, assemble_subscriptions
from engine.surroundings import Surroundings
from engine.tenant_settings import TenantSettings
from engine.tenants import TenantService
from engine.tokens import TokenCache
from engine.tools import Submit, Tools
from engine.transitions import Transitions
from engine.trying.completions import CompletionService
from engine.trying.listen_tools import ListenTools
from engine.trying.listeners import Listeners
from engine.trying.previews import PreviewService
from engine.trying.questions import Questions
from engine.trying.samples import SampleService
from engine.trying.trial_attempts import TrialTools
from engine.trying.trial_plan import TrialPlanner
from engine.trying.trials import TrialService
from engine.vault import Vault
from engine.versions import VersionService


@dataclass(frozen=True, slots=True)
class Parts:
    """The engine: what others call, what executes and moves states, and what works by itself."""

    service: Service
    executor: Executor
    transitions: Transitions
    relay: Relay
    ticker: Ticker
    subscriptions: SubscriptionParts
    alert_watch: AlertWatch
    notice_sender: NoticeSender
    quota_watch: QuotaWatch
    rejections: Rejections
    retention: RetentionService
    alert_history: AlertHistory


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
    live_schedules: LiveSchedules
    index: SubscriptionIndex
    consumer: SubscriptionConsumer
    record_schemas: RecordSchemas
    settings: TenantSettings
    limits: Limits
    rejections: Rejections
    meters: Meters
    lease: Lease


def assemble(
    registry: Registry,
    store: Store,
    surroundings: Surroundings,
    clock: Clock,
    dispatcher: Dispatcher,
    submit: Submit,
    *,
    places: int = PLACES,
) -> Parts:
    """The engine over these ports. `places` is how many threads executors have."""
    common = _common(registry, store, surroundings, clock, dispatcher)
    care = _care(common, surroundings, dispatcher, places)
    tokens = TokenCache(clock, places // 4)
    tools = _tools(common, surroundings, care, tokens, submit, dispatcher)
    executor = Executor(tools)
    subscriptions = _subscriptions(common, care.sender)
    starter = Starter(executor, dispatcher)
    service = _service(common, tools, surroundings, starter, dispatcher, subscriptions, care)
    ticker = _ticker(common, starter)
    watch = _alert_watch(common)
    notices = NoticeSender(store, service.notifications, clock)
    return Parts(
        service=service,
        executor=executor,
        transitions=tools.transitions,
        relay=common.relay,
        ticker=ticker,
        subscriptions=subscriptions,
        alert_watch=watch,
        notice_sender=notices,
        quota_watch=QuotaWatch(store, InboxService(store, clock), common.announcer, clock),
        rejections=common.rejections,
        retention=RetentionService(store, clock),
        alert_history=AlertHistory(store, service.settings, clock),
    )


def _common(
    registry: Registry,
    store: Store,
    surroundings: Surroundings,
    clock: Clock,
    dispatcher: Dispatcher,
) -> _Common:
    compiler = Compiler(registry)
    audit = AuditService(store.audit, clock)
    changes = surroundings.changes
    catalog = Catalog(store.automations, compiler, clock, changes)
    transitions = Transitions(store.runs)
    index = SubscriptionIndex(store.subscriptions, clock, changes)
    consumer = SubscriptionConsumer(index, store.deliveries, catalog, clock)
    consumers = (EventStarts(store, catalog, transitions, dispatcher.wake), consumer)
    relay = Relay(store, consumers, clock)
    versions = {name: one.version for name, one in EVENT_TYPES.items()}
    stir = relay.stirred.set
    keyring = Keyring(store, audit, clock, changes)
    settings = TenantSettings(store.tenants, clock, changes)
    gate = Gate(surroundings.counter, settings.of, keyring, clock)
    return _Common(
        registry=registry,
        store=store,
        clock=clock,
        compiler=compiler,
        vault=Vault(store.secrets, clock, changes),
        catalog=catalog,
        audit=audit,
        keyring=keyring,
        transitions=transitions,
        relay=relay,
        announcer=Announcer(store.platform_events, consumers, versions, clock, stir),
        live_schedules=LiveSchedules(store.schedules, catalog, clock),
        index=index,
        consumer=consumer,
        record_schemas=RecordSchemas(registry.compile_schema),
        settings=settings,
        limits=Limits(gate, QuotaGuard(store.usage, settings.of, clock)),
        rejections=Rejections(store, clock),
        meters=surroundings.meters,
        lease=Lease(clock),
    )


def _care(common: _Common, surroundings: Surroundings, dispatcher: Dispatcher, places: int) -> Care:
    caller = RunCaller(common.store, common.transitions, common.clock, dispatcher.wake)
    return care_for(
        surroundings,
        common.store,
        common.announcer,
        common.settings,
        common.audit,
        common.clock,
        places,
        caller.call,
    )


def _tools(
    common: _Common,
    surroundings: Surroundings,
    care: Care,
    tokens: TokenCache,
    submit: Submit,
    dispatcher: Dispatcher,
) -> Tools:
    store, catalog, clock = common.store, common.catalog, common.clock
    children = ChildRuns(store, catalog, common.transitions, clock)
    rules = (
        AnnouncedEnds(common.announcer, catalog),
        children,
        UnansweredQuestions(store, catalog),
        FailuresCounted(
            store.quarantine, common.transitions, catalog, common.announcer, common.vault
        ),
        TurnsPassedOn(common.transitions),
    )
    desk = DeskTools(store, InboxService(store, clock), common.announcer, surroundings.links, clock)
    changes = RecordChanges(store, common.record_schemas, common.announcer, common.vault, clock)
    return Tools(
        store=common.store,
        transitions=common.transitions,
        sender=care.sender,
        notifier=care.notifier,
        clock=common.clock,
        vault=common.vault,
        catalog=common.catalog,
        answers=Answers(store.answers if surroundings.shared else None),
        deeds=Deeds(common.announcer, children, surroundings.links, desk),
        endings=Endings(rules, dispatcher.wake, common.meters),
        tokens=tokens,
        records=RecordTools(changes),
        lease=common.lease,
        submit=submit,
        meters=common.meters,
        traces=surroundings.traces,
    )


def _subscriptions(common: _Common, sender: CareSender) -> SubscriptionParts:
    return assemble_subscriptions(
        common.store,
        sender,
        common.clock,
        common.vault,
        common.audit,
        common.announcer,
        common.index,
        common.consumer,
        common.meters,
        common.lease,
    )


def _service(
    common: _Common,
    tools: Tools,
    surroundings: Surroundings,
    starter: Starter,
    dispatcher: Dispatcher,
    subscriptions: SubscriptionParts,
    care: Care,
) -> Service:
    registry, store, clock = common.registry, common.store, common.clock
    vault, audit = common.vault, common.audit
    automations, versions = _automations(common)
    accounts, users, invitations = _people(common, surroundings.changes)
    sketches, trials = _drafts(common, tools)
    samples, listeners = _listening(common, shared=surroundings.shared)
    statistics = StatisticsService(store, clock)
    settings = SettingsService(store, audit, common.settings.forget)
    quarantine = QuarantineTools(store, tools.transitions, tools.endings, vault, audit, clock)
    return Service(
        tenants=TenantService(store, audit, clock),
        automations=automations,
        versions=versions,
        runs=_runs(common, tools, starter),
        run_items=RunItems(store, common.catalog),
        requests=RequestService(store, vault),
        secrets=SecretService(store, vault, common.catalog, audit, clock),
        keys=common.keyring,
        settings=settings,
        gate=common.limits.gate,
        usage=UsageService(store, common.settings.of, clock),
        endpoints=care.service,
        gauges=GaugeService(store, care.service.circuits, clock, surroundings.ready_lag),
        accounts=accounts,
        users=users,
        invitations=invitations,
        audit=audit,
        statistics=statistics,
        overview=OverviewService(store, statistics, sketches),
        approvals=_approvals(common, surroundings, dispatcher),
        alerts=AlertService(store),
        inbox=InboxService(store, clock),
        callbacks=_callbacks(common, surroundings, dispatcher),
        channel=_channel(common, settings, starter),
        intake=_intake(common, tools, starter, dispatcher, listeners),
        sketches=sketches,
        previews=PreviewService(registry, common.compiler, vault, clock),
        completions=CompletionService(registry, common.compiler, vault, clock),
        questions=Questions(),
        curl=CurlImporter(common.compiler),
        forecasts=_forecasts(common),
        trials=trials,
        notifications=NotificationService(store, vault, tools.notifier, clock),
        samples=samples,
        listeners=listeners,
        subscriptions=subscriptions.subscriptions,
        deliveries=subscriptions.deliveries,
        event_examples=subscriptions.examples,
        collections=CollectionService(store, common.record_schemas, audit, clock),
        records=RecordService(tools.records.changes, audit),
        quarantine=QuarantineService(quarantine),
        releases=ReleaseService(quarantine, common.catalog, common.announcer, dispatcher.wake),
        edits=EditService(quarantine),
        registry=registry,
        document_schema=document_schema(registry),
        store=store,
        readiness=Readiness(store, clock),
    )


def _channel(common: _Common, settings: SettingsService, starter: Starter) -> Channel:
    return Channel(
        common.store,
        common.catalog,
        common.vault,
        settings,
        common.limits,
        common.rejections,
        starter,
        common.clock,
        common.meters,
    )


def _callbacks(
    common: _Common, surroundings: Surroundings, dispatcher: Dispatcher
) -> CallbackService:
    return CallbackService(
        common.store,
        common.transitions,
        surroundings.links,
        common.vault,
        surroundings.parse_body,
        common.rejections,
        common.clock,
        dispatcher.wake,
    )


def _approvals(
    common: _Common, surroundings: Surroundings, dispatcher: Dispatcher
) -> ApprovalService:
    return ApprovalService(
        common.store,
        common.transitions,
        common.announcer,
        common.audit,
        surroundings.links,
        common.registry.compile_schema,
        common.clock,
        dispatcher.wake,
    )


def _automations(common: _Common) -> tuple[AutomationService, VersionService]:
    store, catalog = common.store, common.catalog
    changes = AutomationChanges(store, catalog, common.audit, common.announcer, common.clock)
    return (
        AutomationService(store, changes, common.live_schedules, common.clock),
        VersionService(store, catalog, common.compiler, changes, common.live_schedules),
    )


def _alert_watch(common: _Common) -> AlertWatch:
    inbox = InboxService(common.store, common.clock)
    telling = AlertTelling(common.store, inbox, common.announcer)
    return AlertWatch(common.store, telling, common.clock)


def _ticker(common: _Common, starter: Starter) -> Ticker:
    return Ticker(
        common.store,
        common.catalog,
        starter,
        common.announcer,
        common.clock,
        common.live_schedules.stirred,
    )


def _forecasts(common: _Common) -> ForecastService:
    return ForecastService(
        common.registry,
        common.compiler,
        common.live_schedules,
        common.store.schedules,
        common.clock,
    )


def _people(
    common: _Common, changes: Changes
) -> tuple[AccountService, UserService, InvitationService]:
    store, audit, clock = common.store, common.audit, common.clock
    sessions, passwords = SessionKeeper(store, clock, changes), Passwords()
    return (
        AccountService(store, sessions, passwords, audit, clock),
        UserService(store, sessions, audit),
        InvitationService(store, sessions, passwords, audit, clock),
    )


def _drafts(common: _Common, tools: Tools) -> tuple[SketchService, TrialService]:
    faults = DraftFaults(common.registry, common.compiler)
    planner = TrialPlanner(common.registry, common.compiler, faults)
    trial_tools = TrialTools(
        common.store,
        tools.sender,
        tools.notifier,
        common.clock,
        tools.records,
        tools.stopping,
        tools.tokens,
    )
    return (
        SketchService(common.registry, faults),
        TrialService(trial_tools, planner, common.vault, common.audit),
    )


def _listening(common: _Common, *, shared: bool) -> tuple[SampleService, Listeners]:
    store, compiler, vault, clock = common.store, common.compiler, common.vault, common.clock
    samples = SampleService(store, vault, compiler, clock)
    tools = ListenTools(
        store,
        common.registry,
        compiler,
        vault,
        common.keyring,
        samples,
        common.rejections,
        clock,
    )
    return samples, Listeners(tools, shared=shared)


def _runs(common: _Common, tools: Tools, starter: Starter) -> RunService:
    return RunService(
        common.store,
        common.catalog,
        tools.transitions,
        starter,
        tools.answers,
        tools.endings,
        common.limits,
        tools.traces,
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
        common.limits,
        common.rejections,
        common.clock,
        starter,
        dispatcher,
        tools.answers,
        listeners,
        common.meters,
    )
