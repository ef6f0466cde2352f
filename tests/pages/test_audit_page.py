"""The audit log at a browser: who did what, filtered, in parts."""

from __future__ import annotations

import re

from builder_ui.audit import ROWS
from core.accounts import Role
from engine.acting import acting_as, actor_of
from tests.support.builders import make_document
from tests.support.pages import Browser, make_account, signed_in, words
from tests.support.people import make_audit_entry
from tests.support.site import Site


def rows(browser: Browser, path: str = "/audit") -> list[str]:
    """What each row says, the newest first."""
    page = browser.get(path)
    assert page.status_code == 200
    found = re.findall(r"<tr>\s*<td.*?</tr>", page.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in found]


def test_whoever_did_it_is_named_with_what_was_done(site: Site, admin: Browser) -> None:
    caller = site.caller("acme")
    caller("PUT", "/api/v1/automations/orders", json=make_document())
    caller("POST", "/api/v1/automations/orders/publish")
    admin.send("/secrets", name="TOKEN", value="s3cret")

    told = rows(admin)

    assert told[0].endswith("Admin set the secret TOKEN")
    assert told[1].endswith("test API key published the automation Orders (version 1)")
    assert told[2].endswith("test API key created the automation Orders")
    assert "Admin joined (role admin)" in told[4]
    page = admin.get("/audit").text
    assert 'href="/automations/orders"' in page
    assert 'href="/secrets?q=TOKEN"' in page
    assert "s3cret" not in page


def test_it_is_filtered_by_who_what_and_to_what(site: Site, admin: Browser) -> None:
    make_account(site, Role.IMPLEMENTER)
    bob = site.service.users.find("acme", "implementer@acme.example")
    with acting_as(actor_of(bob)):
        site.service.automations.put("acme", "orders", make_document())
    admin.send("/secrets", name="TOKEN", value="s3cret")

    assert [row.partition("Implementer ")[2] for row in rows(admin, f"/audit?actor={bob.id}")] == [
        "created the automation Orders",
        "joined (role implementer)",
    ]
    assert len(rows(admin, "/audit?subject_kind=secret")) == 1
    assert len(rows(admin, "/audit?subject_kind=automation&subject=orders")) == 1
    assert "Nothing fits the filter" in words(admin.get("/audit?subject_kind=run"))
    assert re.search(rf'value="{bob.id}" selected', admin.get(f"/audit?actor={bob.id}").text)


def test_it_is_read_in_parts_that_keep_the_filter(site: Site, admin: Browser) -> None:
    log = site.service.store.audit
    entries = [make_audit_entry(subject_name=f"Number {n}") for n in range(ROWS + 3)]
    site.service.store.commit([log.insert(entry) for entry in entries])

    first = admin.get("/audit?subject_kind=automation")
    found = re.search(r'href="(/audit[^"]*cursor=[^"]*)"', first.text)
    assert found is not None
    older = found[1].replace("&amp;", "&")

    assert "subject_kind=automation" in older
    assert len(rows(admin, "/audit?subject_kind=automation")) == ROWS
    assert [row.partition("automation ")[2] for row in rows(admin, older)] == [
        "Number 2 (version 1)",
        "Number 1 (version 1)",
        "Number 0 (version 1)",
    ]
    assert "cursor=" not in admin.get(older).text


def test_names_are_shown_as_text(site: Site, admin: Browser) -> None:
    entry = make_audit_entry(subject_name="<script>", actor_name="<b>", verb="odd.thing")
    site.service.store.commit([site.service.store.audit.insert(entry)])

    page = admin.get("/audit").text

    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page
    assert "odd.thing" in page


def test_another_tenants_changes_are_not_there(site: Site, admin: Browser) -> None:
    signed_in(site, Role.ADMIN, "globex").send("/secrets", name="THEIRS", value="x")

    assert "THEIRS" not in admin.get("/audit").text
