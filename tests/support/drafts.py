"""Drafts to try things with, and Hypothesis strategies that break them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.support.builders import make_document, send, step

URL = "https://partner.example"

EVENT: dict[str, Any] = {
    "method": "POST",
    "path": "/hooks/acme/orders",
    "query": {"page": "2"},
    "headers": {"content-type": "application/json"},
    "params": {},
    "body": {"customer": {"partnerId": "acme/1"}, "order": {"id": "A-1", "lines": [{"price": 2}]}},
}


def partner_sync(**changes: Any) -> dict[str, Any]:
    """Sends, answers with what came back, and answers otherwise when nothing did."""
    sync = send(
        "sync",
        f"{URL}/partners/<customer.partnerId>/sync",
        with_={
            "headers": {"Authorization": "Bearer <secrets.TOKEN>", "X-Order": "<order.id>"},
            "query": {"source": "penstock"},
            "body": {"total": "{{ sum(pluck(order.lines, 'price')) }}", "lines": ["<order.id>"]},
            "codes": {"success": ["2xx"], "retry": ["429", "5xx"], "halt": ["401", "403"]},
        },
        retry={"attempts": 6, "initial": "1s", "factor": 3, "max": "10m", "jitter": 0.2},
        next={"success": ["answer"], "error": ["sorry"]},
    )
    return make_document(
        sync,
        step("answer", "respond", {"status": 200, "body": {"remote": "<steps.sync.body.id>"}}),
        step("sorry", "respond", {"status": 502, "body": {"error": "<steps.sync.error>"}}),
        **changes,
    )


_JUNK = st.sampled_from(
    [None, True, -1, 1.5, "", "x", "<order.id>", "{{ 1 +", "\\<", "5xx", [], {}, [{}], {"a": {}}]
)


def broken(document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The document with up to four of its parts replaced or taken out, whichever they are."""
    paths = list(_paths(document))
    change = st.tuples(st.sampled_from(paths), _JUNK, st.booleans())
    return st.lists(change, min_size=1, max_size=4).map(lambda changes: _changed(document, changes))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _paths(item, (*path, key))


def _changed(document: dict[str, Any], changes: list[tuple[tuple[Any, ...], Any, bool]]) -> Any:
    draft = copy.deepcopy(document)
    for path, value, removed in changes:
        place: Any = draft
        try:
            for key in path[:-1]:
                place = place[key]
            if removed:
                del place[path[-1]]
            else:
                place[path[-1]] = value
        except (LookupError, TypeError):
            continue
    return draft
