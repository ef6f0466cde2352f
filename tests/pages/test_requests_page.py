"""The request log: both directions in one list, and both sides of one request."""

from __future__ import annotations

from core.accounts import Role
from core.request_store import RequestFilter
from core.writes import ListQuery
from tests.support.builders import make_request_entry
from tests.support.histories import failed_run
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site


def test_what_came_in_and_what_went_out_stand_in_one_list(site: Site, admin: Browser) -> None:
    failed_run(site)

    said = words(admin.get("/requests"))

    assert "In POST /hooks/acme/orders 202" in said
    assert "Out POST http://127.0.0.1:1/closed No answer" in said
    assert "No request yet" in words(signed_in(site, tenant="globex").get("/requests"))


def test_the_list_is_filtered(site: Site, admin: Browser) -> None:
    run = failed_run(site)

    for query in ("direction=out", "outcome=none", "text=closed"):
        said = words(admin.get(f"/requests?{query}")).partition("Direction Request")[2]
        assert "Out POST" in said and "In POST" not in said
    for query in ("outcome=2xx", "direction=in"):
        assert "Out POST" not in words(admin.get(f"/requests?{query}"))
    assert "Only the requests of run" in words(admin.get(f"/requests?run={run.id}"))
    assert "No request fits" in words(admin.get("/requests?run=other"))
    assert admin.get("/requests?outcome=odd&direction=up&run=%00").status_code == 200


def test_one_request_shows_both_sides_and_leads_on(site: Site, admin: Browser) -> None:
    run = failed_run(site)
    [out] = site.service.requests.list("acme", RequestFilter(direction="out"), ListQuery()).items

    page = admin.get(f"/requests/{out.id}")

    said = words(page)
    assert "What was sent POST http://127.0.0.1:1/closed" in said
    assert "What came back No answer" in said
    assert "inside a private network" in said
    assert f'href="/runs/{run.id}#step-tell"' in page.text
    assert "curl -X POST http://127.0.0.1:1/closed" in said
    inbound = words(admin.get(f"/requests/{run.event_id}"))
    assert "What came in POST /hooks/acme/orders" in inbound
    assert "curl http://localhost/hooks/acme/orders" in inbound
    assert '"total": 7' in inbound


def test_bodies_are_shown_as_what_they_are(site: Site, admin: Browser) -> None:
    entry = make_request_entry(
        request_body=bytes(range(256)) * 4,
        response_body=b"x" * 256 * 1024,
    )
    site.service.store.commit([site.service.store.requests.insert(entry)])

    said = words(admin.get(f"/requests/{entry.id}"))

    assert "Bytes, 1.0 KiB" in said
    assert "000000 00 01 02 03" in said
    assert "Its first 512 bytes." in said
    assert "Only its first 256 KiB are kept." in said


def test_another_tenant_sees_none_of_it(site: Site) -> None:
    run = failed_run(site)
    foreign = signed_in(site, Role.ADMIN, "globex")

    assert foreign.get(f"/requests/{run.event_id}").status_code == 404
    assert "No request fits" in words(foreign.get(f"/requests?run={run.id}"))


def test_a_notification_is_shown_without_a_command_that_could_not_send_it(
    site: Site, admin: Browser
) -> None:
    entry = make_request_entry(
        method="NOTIFY",
        url="slack://hooks.slack.com",
        request_headers={},
        request_body=b'{"title":"Late","body":"Order A-7 is late."}',
        response_headers=None,
        response_body=None,
    )
    site.service.store.commit([site.service.store.requests.insert(entry)])

    said = words(admin.get(f"/requests/{entry.id}"))

    assert "What was sent NOTIFY slack://hooks.slack.com" in said
    assert "Order A-7 is late." in said
    assert "cURL" not in said
