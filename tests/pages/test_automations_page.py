"""The list of automations: found, made, switched, copied, brought along and removed."""

from __future__ import annotations

import io
import json
import re
from ipaddress import ip_address

import pytest

from api.listening import Address
from app import create_app
from core.accounts import Role
from core.writes import ListQuery
from tests.support.builders import make_document, step
from tests.support.histories import ended, failed_run, post, publish
from tests.support.pages import Browser, make_account, signed_in, words
from tests.support.site import Site

PART = {"HX-Request": "true"}


def ids(site: Site, tenant: str = "acme") -> list[str]:
    return [one.id for one in site.service.automations.list(tenant, ListQuery()).items]


def test_the_first_visit_teaches_the_next_step(site: Site, admin: Browser) -> None:
    assert "Make the first one" in words(admin.get("/automations"))
    viewer = words(signed_in(site, Role.VIEWER).get("/automations"))
    assert "New automation" not in viewer and "Make the first one" not in viewer


def test_each_is_shown_with_its_trigger_state_and_last_runs(site: Site, admin: Browser) -> None:
    run = failed_run(site)
    site.service.automations.put("acme", "orders", make_document(tags=["sales"]))

    page = admin.get("/automations")

    said = words(page)
    for part in (
        "Orders",
        "Webhook · POST /hooks/acme/orders",
        "Live, version 1",
        "Draft with changes",
        "sales",
        "1 run ended in 24 h",
        "1 went wrong",
    ):
        assert part in said
    assert f'href="/runs/{run.id}"' in page.text


def test_they_are_searched_by_name_and_by_tag(site: Site, admin: Browser) -> None:
    for name, tags in (("Billing", ["money"]), ("Shipping", ["parcels", "money"])):
        site.service.automations.create("acme", make_document(name=name, tags=tags))

    found = admin.get("/automations?text=bill", headers=PART).text
    assert "Billing" in found and "Shipping" not in found and "<html" not in found
    assert "Billing" in admin.get("/automations?tag=money").text
    by_tag = words(admin.get("/automations?tag=parcels"))
    assert "Shipping" in by_tag and "Billing" not in by_tag
    assert "No automation fits" in words(admin.get("/automations?text=nowhere"))


def test_one_is_made_of_a_name_and_leads_to_its_builder(site: Site, admin: Browser) -> None:
    answer = admin.send("/automations", name="Tell the partner")

    [made] = ids(site)
    assert answer.location == f"/automations/{made}"
    draft = site.service.automations.get("acme", made).automation.draft
    assert draft is not None
    assert (draft["name"], draft["trigger"]["with"]["path"]) == (
        "Tell the partner",
        "tell-the-partner",
    )


def test_one_is_made_of_an_example(site: Site, admin: Browser) -> None:
    assert "Partner sync with a fallback" in words(admin.get("/automations/new"))

    admin.send("/automations", example="partner-sync")

    [made] = ids(site)
    draft = site.service.automations.get("acme", made).automation.draft
    assert draft is not None and len(draft["steps"]) == 5
    assert site.service.versions.faults(draft) == ()
    assert admin.send("/automations", example="../secrets").status_code == 404


def test_in_a_demo_an_example_calls_the_partner_that_answers(site: Site) -> None:
    make_account(site, Role.ADMIN)
    application = site.application
    address = Address(ip_address("127.0.0.1"), 8080)
    flask = create_app(
        site.service, application.clock, application.page_settings, application.meter, address
    )
    visitor = Browser(flask.test_client())
    visitor.sign_in("admin@acme.example")
    assert "the partner of this demo" in words(visitor.get("/automations/new"))

    visitor.send("/automations", example="partner-sync")

    [made] = ids(site)
    draft = json.dumps(site.service.automations.get("acme", made).automation.draft)
    assert "http://127.0.0.1:8080/demo/partner/partners/" in draft
    assert "demo.partner.invalid" not in draft


def test_what_is_exported_can_be_brought_in_again(site: Site, admin: Browser) -> None:
    publish(site, make_document(name="Orders"))
    exported = admin.get("/automations/orders/export")

    file = (io.BytesIO(exported.data), "orders.json")
    answer = admin.send("/automations/import", file=file)

    assert exported.headers["Content-Disposition"] == "attachment; filename=orders.json"
    brought = site.service.automations.get("acme", answer.location.rpartition("/")[2])
    assert brought.automation.draft == json.loads(exported.data)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a JSON file"),
        ("{", "That is no JSON"),
        ("[]", "no automation"),
        ('{"a": 1}', "$.format"),
    ],
)
def test_what_is_no_automation_is_refused_in_words(
    site: Site, admin: Browser, text: str, said: str
) -> None:
    answer = admin.send("/automations/import", document=text)

    assert answer.status_code == 422
    assert said in words(answer)
    assert ids(site) == []


def test_one_is_copied_switched_and_removed(site: Site, admin: Browser) -> None:
    publish(site, make_document(step("note", "set-values", {"values": {"a": 1}})))
    run = ended(site, post(site, {}))

    copied = admin.send("/automations/orders/duplicate").location.rpartition("/")[2]
    assert site.service.automations.get("acme", copied).automation.name == "Orders (copy)"

    admin.send("/automations/orders/switch", enabled="0")
    assert "Disabled, version 1" in words(admin.get("/automations"))
    assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 403
    admin.send("/automations/orders/switch", enabled="1")
    assert site.service.automations.get("acme", "orders").automation.enabled

    asked = words(admin.get("/automations/orders/delete"))
    assert "This cannot be undone" in asked and "POST /hooks/acme/orders answers 404" in asked
    admin.send("/automations/orders/delete")
    assert ids(site) == [copied]
    assert admin.get(f"/runs/{run.id}").status_code == 200


def test_a_switch_answers_with_the_list_as_it_is_filtered(site: Site, admin: Browser) -> None:
    for name in ("Billing", "Shipping"):
        site.service.automations.put("acme", name.lower(), make_document(name=name))
    page = admin.get("/automations?text=bill").text
    switch = re.search(r'hx-post="([^"]+)"', page)
    assert switch is not None

    headers = {**PART, "X-CSRF-Token": admin.csrf()}
    part = admin.client.post(switch[1], data={"enabled": "0"}, headers=headers).text

    assert "Billing" in part and "Shipping" not in part
    assert 'aria-checked="false"' in part


def test_a_viewer_looks_and_changes_nothing(site: Site) -> None:
    publish(site, make_document())
    viewer = signed_in(site, Role.VIEWER)

    said = words(viewer.get("/automations"))

    assert "Orders" in said and "Export as JSON" in said
    assert "Duplicate" not in said and "Delete" not in said
    assert 'role="switch"' not in viewer.get("/automations").text
    for path in ("", "/import", "/orders/duplicate", "/orders/switch", "/orders/delete"):
        assert viewer.send(f"/automations{path}", name="x").status_code == 403


def test_another_tenant_sees_none_of_them(site: Site) -> None:
    publish(site, make_document(tags=["secret-tag"]))
    foreign = signed_in(site, Role.ADMIN, "globex")

    page = foreign.get("/automations").text

    assert "Orders" not in page and "secret-tag" not in page
    assert foreign.get("/automations/orders/export").status_code == 404
    for deed in ("duplicate", "switch", "delete"):
        assert foreign.send(f"/automations/orders/{deed}").status_code == 404
    assert ids(site) == ["orders"]
