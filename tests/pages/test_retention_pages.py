"""Pages of what is left when the rest was deleted."""

from __future__ import annotations

from core.clock import SystemClock
from core.retention import Kept
from tests.support.histories import ended, failing_document, post, publish
from tests.support.pages import Browser, words
from tests.support.retention import DAY
from tests.support.site import Site


def delete_all(site: Site, kind: Kept) -> None:
    """Deletes what there is of a kind, however young it is."""
    store, cursor = site.application.store, None
    before = SystemClock().now() + DAY
    while (batch := store.retention.expired[kind].batch("acme", before, cursor)) is not None:
        store.commit(batch.writes)
        cursor = batch.cursor


def test_a_run_is_shown_without_the_requests_that_the_log_has_lost(
    site: Site, admin: Browser
) -> None:
    publish(site, failing_document())
    run = ended(site, post(site, {"order": {"total": 7}}))
    delete_all(site, Kept.REQUESTS)

    page = admin.get(f"/runs/{run.id}")

    assert page.status_code == 200
    assert "Tell the partner" in words(page)
    assert admin.get(f"/runs/{run.id}?step=tell").status_code == 200
    assert admin.get(f"/requests/{run.event_id}").status_code == 404


def test_a_request_is_shown_without_the_body_that_went_with_its_run(
    site: Site, admin: Browser
) -> None:
    publish(site, failing_document())
    first, last = (ended(site, post(site, {"order": {"total": n}})) for n in (701, 702))
    assert "701" in admin.get(f"/requests/{first.event_id}").text

    delete_all(site, Kept.RUNS)

    page = admin.get(f"/requests/{first.event_id}")
    assert page.status_code == 200
    assert "701" not in page.text
    gone = admin.get(f"/runs/{first.id}")
    assert gone.status_code == 404
    assert "there is no run" in words(gone)
    assert admin.get(f"/runs/{last.id}").status_code == 200
