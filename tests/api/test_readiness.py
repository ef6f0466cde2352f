"""`GET /readyz` where runs are late: who takes events in goes on, who executes is not ready."""

from __future__ import annotations

import pytest

from app import create_worker
from core.config import Config, read_config
from core.errors import ConfigError
from tests.support.builders import make_event, make_run
from tests.support.site import Site


@pytest.fixture
def late_site(site: Site) -> Site:
    """Has a run that has been due for longer than a minute, and nobody who takes it up."""
    site.application.machinery.rest()
    store, now = site.application.store, site.application.clock.now()
    event = make_event()
    run = make_run(event, due_at=now - 61_000, created_at=now)
    store.commit([store.events.insert(event), store.runs.insert(run)])
    return site


def test_a_worker_that_is_behind_is_not_ready_and_says_why(late_site: Site) -> None:
    worker = create_worker(late_site.service, late_site.application.meter).test_client()

    refused = worker.get("/readyz")

    assert (refused.status_code, refused.content_type) == (503, "application/problem+json")
    assert "The oldest due run has waited for 1m" in refused.json["detail"]
    assert "PENSTOCK_READY_LAG" in refused.json["detail"]
    assert worker.get("/healthz").status_code == 200


def test_who_takes_events_in_stays_ready_and_says_so(late_site: Site) -> None:
    answer = late_site.anybody.get("/readyz")

    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert "The oldest due run has waited for 1m" in answer.json["detail"]


def test_a_worker_that_keeps_up_is_ready(site: Site) -> None:
    worker = create_worker(site.service, site.application.meter).test_client()

    assert worker.get("/readyz").json == {"status": "ok"}
    assert worker.get("/metrics").status_code == 200


def test_how_late_is_too_late_is_a_setting() -> None:
    assert Config().ready_lag == read_config({}).ready_lag == 60_000
    assert read_config({"PENSTOCK_READY_LAG": "5m"}).ready_lag == 300_000
    assert read_config({"PENSTOCK_READY_LAG": "off"}).ready_lag is None
    with pytest.raises(ConfigError, match="PENSTOCK_READY_LAG: 'soon' cannot be used"):
        read_config({"PENSTOCK_READY_LAG": "soon"})
