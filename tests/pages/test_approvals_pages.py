"""Inbox and approvals at a browser: asked, told, decided, by who is signed in or by a link."""

from __future__ import annotations

import re

from core.accounts import Role
from core.approvals import Approval
from core.run_store import RunFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.links import DECIDE, Links
from tests.support.automations import on_webhook
from tests.support.builders import step
from tests.support.pages import Browser, browser, signed_in, words
from tests.support.site import Site
from tests.support.waiting import eventually

FORM = {
    "type": "object",
    "properties": {"amount": {"type": "integer", "minimum": 1, "title": "Amount"}},
    "required": ["amount"],
}


def asked(site: Site, **more: object) -> Approval:
    """A question of a run that waits for its answer."""
    configuration = {"ask": ["admin"], "title": "Refund <order>?", **more}
    site.service.automations.put(
        "acme", "refunds", on_webhook("refunds", step("ask", "approve", configuration))
    )
    site.service.versions.publish("acme", "refunds")
    assert site.anybody.post("/hooks/acme/refunds", json={"order": "A-7"}).status_code == 202

    def there() -> Approval | None:
        found = site.service.approvals.list("acme", None, ListQuery()).items
        return found[0] if found and run_status(site) is RunStatus.WAITING else None

    approval = eventually(there)
    assert approval is not None
    return approval


def run_status(site: Site) -> RunStatus:
    [run] = site.service.runs.list("acme", RunFilter(), ListQuery(limit=1)).items
    return run.status


def ended(site: Site) -> bool:
    return bool(eventually(lambda: run_status(site) is RunStatus.SUCCEEDED))


def link_of(site: Site, approval: Approval) -> str:
    """The path of a link, as the installation makes it."""
    links: Links = site.application.links
    return links.url(DECIDE, "acme", approval.id, "MAIL_OF_KIM").partition("/decide/")[2]


def test_the_menu_counts_what_is_new_and_opening_it_leads_to_the_question(
    site: Site, admin: Browser
) -> None:
    approval = asked(site)
    assert "1 unread" in re.sub(r"<[^>]*>", "", admin.get("/").text)
    inbox = admin.get("/inbox").text
    [item] = re.findall(r'action="(/inbox/[^"]+)"', inbox.partition("<main")[2])[1:]

    opened = admin.send(item)

    assert opened.status_code == 303
    assert opened.location == f"/approvals/{approval.id}"
    assert "unread" not in re.sub(r"<[^>]*>", "", admin.get("/").text)
    assert "Refund A-7?" in words(admin.get(opened.location))


def test_an_answer_is_given_with_a_form_and_a_comment(site: Site, admin: Browser) -> None:
    approval = asked(site, form=FORM)
    path = f"/approvals/{approval.id}"

    refused = admin.send(path, decision="approve", **{"values.amount": "0"})
    assert refused.status_code == 422
    assert "Must be at least 1" in words(refused)

    fields = {"values.amount": "12", "comment": "As agreed."}
    assert admin.send(path, decision="approve", **fields).status_code == 303
    said = words(admin.get(path))
    assert "Approved by Admin" in said
    assert "As agreed." in said
    assert ended(site)


def test_neither_yes_nor_no_is_asked_again(site: Site, admin: Browser) -> None:
    approval = asked(site)
    answer = admin.send(f"/approvals/{approval.id}")
    assert (answer.status_code, "choose whether" in words(answer).lower()) == (422, True)


def test_who_was_not_asked_can_only_look(site: Site, admin: Browser) -> None:
    approval = asked(site)
    viewer = signed_in(site, Role.VIEWER)
    page = viewer.get(f"/approvals/{approval.id}")
    assert "You were not" in words(page)
    assert viewer.send(f"/approvals/{approval.id}", decision="approve").status_code == 403
    assert run_status(site) is RunStatus.WAITING


def test_a_link_decides_once_and_without_signing_in(site: Site, admin: Browser) -> None:
    approval = asked(site)
    path = f"/decide/{link_of(site, approval)}"
    anybody = browser(site)
    assert "Refund A-7?" in words(anybody.get(path))
    assert run_status(site) is RunStatus.WAITING

    first = anybody.client.post(path, data={"decision": "reject", "comment": "no"})
    again = anybody.client.post(path, data={"decision": "approve"})

    assert "Rejected by link: MAIL_OF_KIM" in words(first)
    assert (again.status_code, "rejected already" in words(again)) == (422, True)
    assert ended(site)


def test_a_forged_link_is_no_link(site: Site, admin: Browser) -> None:
    path = f"/decide/{link_of(site, asked(site))}"
    assert browser(site).get(f"{path}x").status_code == 404
    assert (
        browser(site).client.post("/decide/nothing", data={"decision": "approve"}).status_code
        == 404
    )


def test_open_questions_are_listed_until_they_are_decided(site: Site, admin: Browser) -> None:
    approval = asked(site)
    assert "Refund A-7?" in words(admin.get("/approvals"))
    admin.send(f"/approvals/{approval.id}", decision="approve")
    assert "Nothing waits for a decision" in words(admin.get("/approvals"))
    assert "Refund A-7?" in words(admin.get("/approvals?state=all"))


def test_every_message_can_be_marked_as_read(site: Site, admin: Browser) -> None:
    asked(site)
    admin.send("/inbox/read")
    assert "Mark all as read" not in words(admin.get("/inbox"))
