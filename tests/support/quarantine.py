"""A site with a key in quarantine: an automation whose runs fail for every customer but `good`."""

from __future__ import annotations

from typing import Any

from tests.support.builders import make_document, step
from tests.support.site import Caller, Site
from tests.support.waiting import eventually

SETTINGS = {"order_by": "<customer>", "quarantine": {"after": 1}}


def failing_document(**changes: Any) -> dict[str, Any]:
    """Listens at `fragile`; a run of a customer other than `good` fails."""
    good = {"port": "good", "when": "customer == 'good'"}
    choose = step(
        "choose", "choose", {"branches": [good]}, next={"good": "fine", "otherwise": "give_up"}
    )
    fine = step("fine", "set-values", {"values": {"n": "{{ default(n, 0) }}"}})
    give_up = step("give_up", "stop", {"status": "failed", "message": "no such customer"})
    trigger = {"type": "webhook", "with": {"path": "fragile"}, "next": ["choose"]}
    document = make_document(choose, fine, give_up, trigger=trigger, settings=SETTINGS)
    return {**document, "name": "Fragile", **changes}


def post_fragile(site: Site, customer: str, **body: Any) -> str:
    """Posts an event of a customer to `acme`; the run's id."""
    posted = site.anybody.post("/hooks/acme/fragile", json={"customer": customer, **body})
    assert posted.status_code == 202, posted.text
    return str(posted.json["run_id"])


def hold_a_key(site: Site, acme: Caller, customer: str = "bad", waiting: int = 0) -> str:
    """Publishes the automation and lets a customer's first run fail; the quarantine's id."""
    assert acme("PUT", "/api/v1/automations/fragile", json=failing_document()).status_code < 300
    assert acme("POST", "/api/v1/automations/fragile/publish").status_code == 200
    post_fragile(site, customer)
    address = "/api/v1/quarantine?automation=fragile"
    [key] = eventually(lambda: acme("GET", address).json["items"])
    for number in range(waiting):
        post_fragile(site, customer, n=number)
    return str(key["id"])
