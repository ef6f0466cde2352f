"""Who changed what: every change leaves its entry, in the same unit of work, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.account_store import AuditFilter
from core.accounts import Actor, ActorKind, AuditEntry, Role
from core.errors import PenstockError
from core.writes import ListQuery
from engine.acting import SYSTEM, acting, acting_as, actor_of
from engine.audit import ONE_SITTING
from tests.engine.people import ADA, GRACE, join, set_up
from tests.support.builders import make_document, send
from tests.support.people import PASSWORD
from tests.support.workbench import TENANT, Workbench

SECRET = "s3cret-value-of-the-partner"
EVE = Actor(ActorKind.KEY, "key-1", "ci")


def entries(bench: Workbench, **which: Any) -> list[AuditEntry]:
    return list(bench.service.audit.list(TENANT, AuditFilter(**which), ListQuery(limit=200)).items)


def verbs(bench: Workbench, **which: Any) -> list[str]:
    """What was noted, in the order in which it happened."""
    return [entry.verb for entry in reversed(entries(bench, **which))]


def change_automations(bench: Workbench) -> None:
    automations = bench.service.automations
    bench.publish(make_document())
    automations.put(TENANT, "orders", make_document(name="Orders again"))
    automations.set_enabled(TENANT, "orders", False)
    automations.set_enabled(TENANT, "orders", True)
    automations.restore(TENANT, "orders", 1)
    automations.delete(TENANT, "orders")


def change_secrets(bench: Workbench) -> None:
    for value in (SECRET, SECRET + "-newer"):
        bench.service.secrets.put(TENANT, "TOKEN", value)
    bench.service.secrets.delete(TENANT, "TOKEN")


def change_keys(bench: Workbench) -> None:
    key, _ = bench.service.keys.create(TENANT, "shop", ["trigger"], SECRET)
    bench.service.keys.delete(TENANT, key.id)


def change_settings(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"channels": {"events": True}})


def change_runs(bench: Workbench) -> None:
    bench.publish(make_document(send("ask", "https://partner.example/")))
    bench.dispatcher.full = True
    _, run = bench.service.runs.start(TENANT, "orders", {})
    bench.service.runs.cancel(TENANT, run.id)
    bench.service.runs.replay(TENANT, run.id)


def change_users(bench: Workbench) -> None:
    ada, _ = set_up(bench)
    grace, _ = join(bench)
    service = bench.service
    service.users.change_role(TENANT, grace.user.id, Role.ADMIN)
    service.users.disable(TENANT, grace.user.id)
    service.users.enable(TENANT, grace.user.id)
    _, token = service.invitations.reset(TENANT, grace.user.id)
    service.invitations.accept(token, SECRET)
    service.accounts.rename(ada.user, "Ada L.")
    service.accounts.change_password(ada.user, PASSWORD, SECRET)
    service.accounts.sign_out_everywhere(ada.user)
    link, _ = service.invitations.invite(TENANT, "bob@acme.example", Role.VIEWER)
    service.invitations.withdraw(TENANT, link.id)


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        (
            change_automations,
            "automation.created automation.published automation.edited automation.disabled "
            "automation.enabled automation.restored automation.deleted",
        ),
        (change_secrets, "secret.set secret.rotated secret.removed"),
        (change_keys, "key.created key.removed"),
        (change_settings, "settings.changed"),
        (
            change_runs,
            "automation.created automation.published run.started run.cancelled run.replayed",
        ),
        (
            change_users,
            "user.joined invitation.made user.joined user.role_changed user.disabled user.enabled "
            "user.reset_link_made user.password_reset user.renamed user.password_changed "
            "user.signed_out_everywhere invitation.made invitation.withdrawn",
        ),
    ],
)
def test_every_change_is_noted_and_no_secret_with_it(
    bench: Workbench, change: Callable[[Workbench], None], noted: str
) -> None:
    with acting_as(EVE):
        change(bench)

    assert verbs(bench) == noted.split()
    assert SECRET not in str(entries(bench))
    assert PASSWORD not in str(entries(bench))


def test_an_entry_tells_who_what_and_when(bench: Workbench) -> None:
    with acting_as(EVE):
        bench.publish(make_document())

    published, created = entries(bench)

    assert (created.actor_kind, created.actor_id, created.actor_name) == (
        ActorKind.KEY,
        "key-1",
        "ci",
    )
    assert (created.at, created.tenant) == (bench.clock.now(), TENANT)
    assert (published.subject_kind, published.subject_id) == ("automation", "orders")
    assert (published.subject_name, published.detail) == ("Orders", {"version": 1})


def test_nobody_said_who_acts_unless_somebody_did() -> None:
    assert acting() == SYSTEM
    with acting_as(EVE):
        with acting_as(SYSTEM):
            assert acting() == SYSTEM
        assert acting() == EVE
    assert acting() == SYSTEM


def test_who_takes_a_link_is_who_joined(bench: Workbench) -> None:
    ada, _ = set_up(bench)
    with acting_as(actor_of(ada.user)):
        join(bench)

    joined, made, first = entries(bench)

    assert (first.actor_name, first.subject_name, first.detail) == ("Ada", "Ada", {"role": "admin"})
    assert (made.actor_name, made.subject_name, made.detail) == ("Ada", GRACE, {"role": "viewer"})
    assert (joined.actor_name, joined.subject_name) == ("Grace", "Grace")


def test_what_was_refused_is_not_noted(bench: Workbench) -> None:
    ada, _ = set_up(bench)
    before = verbs(bench)
    refused: list[Callable[[], Any]] = [
        lambda: bench.service.users.disable(TENANT, ada.user.id),
        lambda: bench.service.secrets.delete(TENANT, "NOTHING"),
        lambda: bench.service.secrets.put(TENANT, "TOKEN", ""),
        lambda: bench.service.keys.delete(TENANT, "nothing"),
        lambda: bench.service.settings.change(TENANT, {"nothing": True}),
        lambda: bench.service.invitations.invite(TENANT, ADA, Role.ADMIN),
        lambda: bench.service.runs.cancel(TENANT, "nothing"),
        lambda: bench.service.automations.restore(TENANT, "nothing", 1),
    ]

    for change in refused:
        with pytest.raises(PenstockError):
            change()

    assert verbs(bench) == before


def edit(bench: Workbench, actor: Actor = EVE, automation_id: str = "orders") -> None:
    with acting_as(actor):
        bench.service.automations.put(TENANT, automation_id, make_document())


def test_edits_of_one_sitting_are_one_entry_that_moves_on(bench: Workbench) -> None:
    edit(bench)
    began = bench.clock.now()
    for _ in range(4):
        bench.clock.turn(ONE_SITTING - 1)
        edit(bench)

    edited, _ = entries(bench)

    assert edited.at == bench.clock.now()
    assert edited.detail == {"times": 4, "since": began + ONE_SITTING - 1}


def test_an_edit_is_an_entry_of_its_own_after_a_while_by_another_or_after_a_publication(
    bench: Workbench,
) -> None:
    edit(bench)
    edit(bench)
    bench.clock.turn(ONE_SITTING)
    edit(bench)
    edit(bench, SYSTEM)
    with acting_as(SYSTEM):
        bench.service.versions.publish(TENANT, "orders")
    edit(bench, SYSTEM)
    edit(bench, SYSTEM, "refunds")
    edit(bench, SYSTEM)

    assert verbs(bench, subject_id="orders") == [
        "automation.created",
        "automation.edited",
        "automation.edited",
        "automation.edited",
        "automation.published",
        "automation.edited",
    ]
