"""A worker whose way to the database is cut: others go on, and it does nothing a second time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.automations import ended_run, post, run_of, two_calls
from tests.support.machines import Machines
from tests.support.partner import Partner
from tests.support.proxy import Proxy, running_proxy
from tests.support.waiting import eventually


@pytest.fixture
def proxy(machines: Machines) -> Iterator[Proxy]:
    with running_proxy(machines.database_url) as way:
        yield way


def test_a_worker_that_hears_late_of_its_commit_does_not_send_what_another_sent(
    machines: Machines, partner: Partner, proxy: Proxy
) -> None:
    """The commit of the first step arrives, the word of it does not, and the lease runs out."""
    web = machines.web()
    late = machines.worker(PENSTOCK_DATABASE_URL=proxy.url(machines.database_url))
    proxy.hold_answers_after(b"INTO step_runs", b"COMMIT")
    web.publish("sync", two_calls("sync", partner.url))
    run_id = post(web, "sync").json["run_id"]
    partner.wait_for(1)
    machines.worker()
    assert ended_run(web, run_id)["status"] == "succeeded"
    before = run_of(web, run_id)

    proxy.heal()

    eventually(lambda: late.call("GET", "/readyz").status == 200)
    following = post(web, "sync").json["run_id"]
    assert ended_run(web, following)["status"] == "succeeded"
    assert run_of(web, run_id) == before
    assert partner.times_by_key()[f"{run_id}.first"] == 1
    assert partner.times_by_key()[f"{run_id}.second"] == 1
    assert "Traceback" not in late.errors()
