"""What differs between two documents."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.drafts.differences import differences, layout_differs
from tests.support.builders import make_document, send, step

URL = "https://partner.example/sync"

anything = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "with", "next", "url", "a.b"]), inner, max_size=4)
    ),
    max_leaves=12,
)
documents = st.fixed_dictionaries(
    {}, optional={"name": anything, "trigger": anything, "steps": anything, "canvas": anything}
)


def old() -> dict[str, Any]:
    return make_document(send("sync", URL, next=["answer"]), step("answer", "respond", {}))


def test_a_step_that_was_added_removed_or_changed_is_named():
    new = deepcopy(old())
    new["steps"][0]["with"]["url"] = f"{URL}/2"
    new["steps"][0]["retry"] = {"attempts": 3}
    new["steps"][1] = step("stop", "stop", {"status": "failed"})
    assert [one.words for one in differences(old(), new)] == [
        "step sync changed: with.url, retry",
        "step stop added",
        "step answer removed",
    ]


def test_a_changed_field_has_its_values_before_and_after():
    new = deepcopy(old())
    new["steps"][0]["with"]["url"] = "https://other.example"
    del new["steps"][0]["next"]
    (change,) = differences(old(), new)
    url, following = change.fields
    assert (url.path, url.before, url.after) == ("with.url", URL, "https://other.example")
    assert (following.path, following.was_there, following.is_there) == (
        "next.success",
        True,
        False,
    )


def test_two_ways_to_write_the_same_edge_are_no_difference():
    new = deepcopy(old())
    new["steps"][0]["next"] = {"success": "answer", "error": []}
    assert differences(old(), new) == ()


def test_true_and_one_are_different_values():
    (change,) = differences(make_document(settings={"a": 1}), make_document(settings={"a": True}))
    assert change.words == "automation changed: settings.a"


def test_moving_a_step_differs_in_the_drawing_alone():
    new = {**old(), "canvas": {"sync": {"x": 5, "y": 7}}, "notes": [{"x": 1, "y": 1, "text": "?"}]}
    assert differences(old(), new) == ()
    assert layout_differs(old(), new)


def test_the_name_and_the_settings_belong_to_the_automation():
    new = {**old(), "name": "Other", "settings": {"timeout": "1h"}}
    (change,) = differences({**old(), "settings": {"timeout": "2h"}}, new)
    assert change.words == "automation changed: name, settings.timeout"


@given(documents, documents)
def test_documents_of_any_shape_can_be_compared(before: Any, after: Any):
    changes = differences(before, after)
    assert differences(before, deepcopy(before)) == ()
    comparable = ("name", "trigger", "steps")
    if all(json.dumps(before.get(one)) == json.dumps(after.get(one)) for one in comparable):
        assert [change for change in changes if change.subject != "automation"] == []
