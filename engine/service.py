"""Every use case, as the API, the pages and the command line call them."""

from __future__ import annotations

from dataclasses import dataclass

from core.store import Store
from engine.alerts.service import AlertService
from engine.approvals.service import ApprovalService
from engine.audit import AuditService
from engine.automations import AutomationService
from engine.callbacks import CallbackService
from engine.care.service import EndpointService
from engine.channel import Channel
from engine.curl.importing import CurlImporter
from engine.document_schema import Schema
from engine.drafts.sketches import SketchService
from engine.gauges import GaugeService
from engine.intake import Intake
from engine.keys import Keyring
from engine.limits.gate import Gate
from engine.limits.usage import UsageService
from engine.notifying import NotificationService
from engine.overview import OverviewService
from engine.people.accounts import AccountService
from engine.people.inbox import InboxService
from engine.people.invitations import InvitationService
from engine.people.users import UserService
from engine.quarantine.edits import EditService
from engine.quarantine.releases import ReleaseService
from engine.quarantine.service import QuarantineService
from engine.readiness import Readiness
from engine.records.collections import CollectionService
from engine.records.service import RecordService
from engine.registry import Registry
from engine.requests import RequestService
from engine.run_items import RunItems
from engine.runs import RunService
from engine.schedules.forecasts import ForecastService
from engine.secrets import SecretService
from engine.settings import SettingsService
from engine.statistics import StatisticsService
from engine.subscriptions.deliveries import DeliveryService
from engine.subscriptions.examples import ExampleSender
from engine.subscriptions.service import SubscriptionService
from engine.tenants import TenantService
from engine.trying.completions import CompletionService
from engine.trying.listeners import Listeners
from engine.trying.previews import PreviewService
from engine.trying.questions import Questions
from engine.trying.samples import SampleService
from engine.trying.trials import TrialService
from engine.versions import VersionService


@dataclass(frozen=True, slots=True)
class Service:
    """The use cases by noun, and the schema of an automation document."""

    tenants: TenantService
    automations: AutomationService
    versions: VersionService
    runs: RunService
    run_items: RunItems
    requests: RequestService
    secrets: SecretService
    keys: Keyring
    settings: SettingsService
    gate: Gate
    usage: UsageService
    endpoints: EndpointService
    gauges: GaugeService
    accounts: AccountService
    users: UserService
    invitations: InvitationService
    audit: AuditService
    statistics: StatisticsService
    overview: OverviewService
    intake: Intake
    channel: Channel
    callbacks: CallbackService
    approvals: ApprovalService
    alerts: AlertService
    inbox: InboxService
    sketches: SketchService
    previews: PreviewService
    completions: CompletionService
    questions: Questions
    curl: CurlImporter
    forecasts: ForecastService
    trials: TrialService
    notifications: NotificationService
    samples: SampleService
    listeners: Listeners
    subscriptions: SubscriptionService
    deliveries: DeliveryService
    event_examples: ExampleSender
    collections: CollectionService
    records: RecordService
    quarantine: QuarantineService
    releases: ReleaseService
    edits: EditService
    registry: Registry
    document_schema: Schema
    store: Store
    readiness: Readiness

    def check(self) -> None:
        """Raises StorageUnavailable unless events can be stored."""
        self.readiness.check()
