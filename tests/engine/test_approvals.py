"""People are asked, once each, and the run goes on as the first of them decides."""

from __future__ import annotations

from typing import Any

import pytest

from core.accounts import Role, User
from core.approvals import Approval, ApprovalState
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.ids import new_id
from core.request_store import RequestFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.approvals.service import Decision
from tests.support.builders import NOW, make_document, step
from tests.support.workbench import TENANT, Workbench

HOUR = 3_600_000
PAGE = ListQuery(limit=50)
FORM = {
    "type": "object",
    "properties": {"amount": {"type": "integer", "minimum": 1}},
    "required": ["amount"],
}


def keep(step_id: str, value: str) -> dict[str, Any]:
    return step(step_id, "set-values", {"values": {"said": value}})


def asking(**configuration: Any) -> dict[str, Any]:
    settings = {"ask": ["admin"], "title": "Refund <order.id>?", **configuration}
    ways = {"approved": ["yes"], "rejected": ["no"], "expired": ["late"]}
    return make_document(
        step("ask", "approve", settings, next=ways),
        keep("yes", "<steps.ask.by>"),
        keep("no", "<steps.ask.comment>"),
        keep("late", "nobody"),
    )


def add_user(bench: Workbench, email: str, role: Role = Role.ADMIN) -> User:
    user = User(new_id(), TENANT, email, email.partition("@")[0].title(), role, False, NOW)
    bench.store.commit([bench.store.users.insert(user, "-")])
    return user


@pytest.fixture
def kim(bench: Workbench) -> User:
    return add_user(bench, "kim@shop.example")


def asked(bench: Workbench) -> Approval:
    [approval] = bench.service.approvals.list(TENANT, None, PAGE).items
    return approval


def decision(approved: bool = True, by: str = "Kim", **more: Any) -> Decision:
    return Decision(approved, by, more.get("comment", ""), more.get("values", {}))


def test_whoever_is_asked_finds_it_in_the_inbox(bench: Workbench, kim: User) -> None:
    add_user(bench, "viewer@shop.example", Role.VIEWER)
    bench.publish(asking(message="It came back damaged."))
    bench.post({"order": {"id": 7}})

    [item] = bench.service.inbox.list(kim, PAGE).items
    approval = asked(bench)
    assert (item.title, item.text) == ("Refund 7?", "It came back damaged.")
    assert item.link == f"/approvals/{approval.id}"
    assert bench.service.inbox.unread(kim) == 1
    assert approval.state is ApprovalState.PENDING
    assert bench.last_run().status is RunStatus.WAITING


def test_a_yes_leads_on_by_approved_with_who_said_it(bench: Workbench, kim: User) -> None:
    bench.publish(asking())
    bench.post({"order": {"id": 7}})

    decided = bench.service.approvals.decide_as(kim, asked(bench).id, decision())
    bench.run_due()

    assert (decided.state, decided.decided_by) == (ApprovalState.APPROVED, "Kim")
    assert bench.detail().run.output == {"said": "Kim"}


def test_a_no_leads_on_by_rejected_with_its_comment(bench: Workbench, kim: User) -> None:
    bench.publish(asking())
    bench.post({"order": {"id": 7}})
    no = decision(approved=False, comment="Not damaged at all.")
    bench.service.approvals.decide_as(kim, asked(bench).id, no)
    bench.run_due()
    assert bench.detail().run.output == {"said": "Not damaged at all."}


def test_the_first_decision_counts(bench: Workbench, kim: User) -> None:
    bench.publish(asking())
    bench.post({"order": {"id": 7}})
    approval = asked(bench)
    bench.service.approvals.decide(approval, decision())

    with pytest.raises(ConflictError, match="approved already by Kim"):
        bench.service.approvals.decide(approval, decision(approved=False, by="Lee"))
    bench.run_due()
    assert bench.detail().run.output == {"said": "Kim"}


def test_only_who_was_asked_decides(bench: Workbench) -> None:
    add_user(bench, "lee@shop.example", Role.IMPLEMENTER)
    other = add_user(bench, "max@shop.example", Role.IMPLEMENTER)
    bench.publish(asking(ask=["lee@shop.example"]))
    bench.post({"order": {"id": 7}})

    with pytest.raises(ForbiddenError):
        bench.service.approvals.decide_as(other, asked(bench).id, decision())


def test_nobody_to_ask_fails_the_step_in_words(bench: Workbench) -> None:
    bench.publish(asking(ask=["nobody@shop.example"]))
    bench.post({"order": {"id": 7}})
    assert "nobody can be asked" in (bench.last_run().error or "")


def test_a_form_is_checked_and_its_values_go_on(bench: Workbench, kim: User) -> None:
    document = asking(form=FORM)
    document["steps"][1] = keep("yes", "<steps.ask.values.amount>")
    bench.publish(document)
    bench.post({"order": {"id": 7}})
    approval = asked(bench)

    with pytest.raises(InvalidError) as caught:
        bench.service.approvals.decide(approval, decision(values={"amount": 0}))
    assert [fault.path for fault in caught.value.faults] == ["$.amount"]
    bench.service.approvals.decide(approval, decision(values={"amount": 12}))
    bench.run_due()
    assert bench.detail().run.output == {"said": 12}


def test_a_form_with_faults_cannot_be_published(bench: Workbench) -> None:
    bench.service.automations.put(TENANT, "orders", asking(form={"type": "no-such-type"}))
    with pytest.raises(InvalidError) as caught:
        bench.service.versions.publish(TENANT, "orders")
    assert caught.value.faults[0].path.startswith("$.steps[0].with.form")


def test_addresses_are_handed_a_link_that_no_log_shows(bench: Workbench, kim: User) -> None:
    bench.service.secrets.put(TENANT, "TEAM_MAIL", "mailtos://team:secret@mail.example")
    bench.publish(asking(notify=["TEAM_MAIL"]))
    bench.post({"order": {"id": 7}})

    [(address, told)] = bench.people.told
    assert address == "mailtos://team:secret@mail.example"
    token = told.body.rpartition("/")[2]
    approval, who = bench.service.approvals.of_link(token)
    assert (approval, who) == (asked(bench), "TEAM_MAIL")
    logged = bench.store.requests.list(TENANT, RequestFilter(), PAGE).items
    assert [entry.method for entry in logged if entry.direction == "out"] == ["NOTIFY"]
    assert not any(token.encode() in (entry.request_body or b"") for entry in logged)
    assert bench.service.secrets.list(TENANT)[0].used_by == ("orders",)


def test_it_escalates_and_expires(bench: Workbench, kim: User) -> None:
    boss = add_user(bench, "boss@shop.example", Role.VIEWER)
    escalate = {"after": "1h", "ask": ["boss@shop.example"]}
    bench.publish(asking(expires="3h", escalate=escalate))
    bench.post({"order": {"id": 7}})
    assert bench.service.inbox.unread(boss) == 0

    bench.clock.turn(HOUR)
    bench.run_due()
    assert bench.service.inbox.unread(boss) == 1
    assert asked(bench).asked == ("admin", "boss@shop.example")
    assert bench.service.approvals.may_decide(boss, asked(bench))

    bench.clock.turn(2 * HOUR)
    bench.run_due()
    assert bench.detail().run.output == {"said": "nobody"}
    assert asked(bench).state is ApprovalState.EXPIRED
    with pytest.raises(ConflictError, match="expired"):
        bench.service.approvals.decide(asked(bench), decision())


def test_a_run_that_ends_asks_nobody_any_more(bench: Workbench, kim: User) -> None:
    bench.publish(asking())
    bench.post({"order": {"id": 7}})
    bench.service.runs.cancel(TENANT, bench.last_run().id)
    assert asked(bench).state is ApprovalState.CANCELLED


def test_a_link_names_its_question_and_a_forged_one_none(bench: Workbench, kim: User) -> None:
    bench.publish(asking())
    bench.post({"order": {"id": 7}})
    approval = asked(bench)
    link = bench.links.url("decide", TENANT, approval.id, "MAIL_OF_KIM")
    token = link.rpartition("/")[2]

    assert bench.service.approvals.of_link(token) == (approval, "MAIL_OF_KIM")
    for forged in (token[:-2] + "xx", "x", bench.links.url("callback", "a", "b", "c")):
        with pytest.raises(NotFoundError):
            bench.service.approvals.of_link(forged.rpartition("/")[2])


def test_it_is_told_as_events(bench: Workbench, kim: User) -> None:
    watch = make_document(keep("keep", "<trigger.type> <title>"))
    watch["trigger"] = {"type": "event", "with": {"event": "approval.*"}, "next": ["keep"]}
    bench.publish(watch, "watch")
    bench.publish(asking())
    bench.post({"order": {"id": 7}})
    bench.service.approvals.decide(asked(bench), decision())
    bench.tell()

    said = [run.output["said"] for run in bench.runs("watch")]
    assert said == ["approval.requested Refund 7?", "approval.approved Refund 7?"]


def test_a_message_is_read_by_its_own_user_alone(bench: Workbench, kim: User) -> None:
    other = add_user(bench, "lee@shop.example", Role.VIEWER)
    bench.publish(asking())
    bench.post({"order": {"id": 7}})
    [item] = bench.service.inbox.list(kim, PAGE).items

    with pytest.raises(NotFoundError):
        bench.service.inbox.read(other, item.id)
    bench.service.inbox.read(kim, item.id)
    assert bench.service.inbox.unread(kim) == 0
