"""What may be written in a document as text: by its schema, also while the text is broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.document_schema import document_schema
from engine.drafts.json_caret import MOST_DEPTH
from engine.drafts.json_completions import JsonCompletions
from tests.support.drafts import partner_sync
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
COMPLETIONS = JsonCompletions(document_schema(REGISTRY), REGISTRY)
TEXT = json.dumps(partner_sync(), indent=2)
SEND = '{"steps": [{"id": "sync", "action": "send-webhook", '


def complete(text: str) -> dict[str, dict[str, Any]]:
    """The suggestions by label; `|` in the text is the caret."""
    answer = COMPLETIONS.complete(text.replace("|", "", 1), text.index("|"))
    return {one["label"]: one for one in answer["suggestions"]}


def member(text: str) -> Any:
    return COMPLETIONS.complete(text.replace("|", "", 1), text.index("|"))["member"]


def written(text: str, label: str) -> str:
    """The text once a suggestion is taken."""
    one = complete(text)[label]
    plain = text.replace("|", "", 1)
    return plain[: one["from"]] + one["insert"] + plain[one["to"] :]


@pytest.mark.parametrize(
    ("text", "label", "result"),
    [
        ("{|}", "trigger", '{"trigger": }'),
        ('{"tr|', "trigger", '{"trigger": '),
        ("{tr|", "trigger", '{"trigger": '),
        ('{"|na": 1}', "name", '{"name": 1}'),
        ('{"name": "x"\n  |\n}', "tags", '{"name": "x",\n  "tags": \n}'),
        ('{"name": "x"\n  "t|\n}', "tags", '{"name": "x",\n  "tags": \n}'),
        ('{"steps": [{"action": "|}, {"id": "b"}]}', "stop",
         '{"steps": [{"action": "stop"}, {"id": "b"}]}'),
        ('{"steps": [{"action": |\n"id": "b"}]}', "stop",
         '{"steps": [{"action": "stop",\n"id": "b"}]}'),
        ('{"steps": [{"action": "se|nd"}]}', "set-values", '{"steps": [{"action": "set-values"}]}'),
        (SEND + '"with": {"wait": f|', "false", SEND + '"with": {"wait": false'),
        (SEND + '"retry": |}]}', "{}", SEND + '"retry": {}}]}'),
        ('{"trigger": {"with": {"methods": ["GET"}, "ne|', "next",
         '{"trigger": {"with": {"methods": ["GET"}, "next": '),
        ('{"format": |', "penstock/1", '{"format": "penstock/1"'),
        ('{"trigger": {"with": {"methods": ["GET" |', "PUT", None),
        ('{"trigger": {"type": "webhook", "with": {"methods": ["GET" |]', "PUT",
         '{"trigger": {"type": "webhook", "with": {"methods": ["GET", "PUT"]'),
    ],
)  # fmt: skip
def test_what_is_chosen_is_written_where_the_caret_is(
    text: str, label: str, result: str | None
) -> None:
    if result is None:
        assert label not in complete(text)
    else:
        assert written(text, label) == result


def test_the_action_chooses_what_stands_in_with_wherever_it_is_written() -> None:
    for text in (SEND + '"with": {|}}]}', '{"steps": [{"with": {|}, "action": "send-webhook"}]}'):
        names = complete(text)
        assert next(iter(names)) == "url"
        assert names["url"]["detail"] == "text, required"
        assert "percent-encoded" in names["url"]["documentation"]
    assert "url" not in complete('{"steps": [{"action": "respond", "with": {|}}]}')


def test_names_that_are_there_are_not_offered_again_but_for_the_one_that_is_changed() -> None:
    assert "id" not in complete('{"steps": [{"id": "a", |, "action": "stop"}]}')
    assert "action" not in complete('{"steps": [{"id": "a", |, "action": "stop"}]}')
    assert "action" in complete('{"steps": [{"id": "a", "act|ion": "stop"}]}')


def test_actions_triggers_and_variants_come_with_their_titles() -> None:
    actions = complete('{"steps": [{"action": "|"}]}')
    assert set(actions) == set(REGISTRY.actions)
    assert actions["send-webhook"]["detail"] == "Send webhook"
    assert "HTTP request" in actions["send-webhook"]["documentation"]
    assert complete('{"trigger": {"type": "|"}}')["manual"]["detail"] == "By hand"
    kinds = complete('{"trigger": {"type": "webhook", "with": {"auth": {"type": "|"}}}}')
    assert kinds["hmac"]["detail"] == "Signed body (HMAC-SHA256)"
    hmac = complete('{"trigger": {"type": "webhook", "with": {"auth": {"type": "hmac", |}}}}')
    assert list(hmac)[:2] == ["header", "secret"]


def test_in_next_stand_ports_and_the_steps_that_may_follow() -> None:
    rest = '}, {"id": "answer", "action": "respond"}, {"id": "sorry", "name": "Apologise"}]}'
    assert set(complete(SEND + '"next": {|}' + rest)) == {"success", "error"}
    assert set(complete(SEND + '"next": {"error": ["answer", "|"]}' + rest)) == {"sorry"}
    one = complete(SEND + '"next": "|"' + rest)
    assert set(one) == {"answer", "sorry"}
    assert (one["answer"]["detail"], one["sorry"]["documentation"]) == ("respond", "Apologise")
    assert set(complete('{"trigger": {"next": ["|"]}, "steps": [{"id": "a"}]}')) == {"a"}


def test_the_steps_that_may_follow_a_failure_are_offered() -> None:
    text = '{"on_failure": ["tell", "|"], "steps": [{"id": "tell"}, {"id": "more"}]}'

    assert [one["insert"] for one in complete(text).values()] == ['"more"']
    assert "on_failure" in complete("{|}")


def test_a_choose_step_offers_the_ports_that_it_names() -> None:
    branches = '"with": {"branches": [{"port": "large", "when": "true"}]}'
    names = complete('{"steps": [{"action": "choose", ' + branches + ', "next": {|}}]}')
    assert {"large", "otherwise"} <= set(names)


def test_in_quotes_only_texts_are_offered_and_examples_are_indented_as_their_line() -> None:
    path = SEND + '\n  "with": {\n    "headers": |'
    example = next(one for one in complete(path).values() if one["detail"] == "example")
    assert '{\n      "Authorization"' in example["insert"]
    assert complete(path.replace("|", '"|')) == {}


@pytest.mark.parametrize(
    "text", ["{} |", "|{}", '{"name"| ', '{"name" |', '{"name": "x"|}', '{"a": |{}}']
)
def test_where_nothing_fits_nothing_is_offered(text: str) -> None:
    assert complete(text) == {}


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (SEND + '"with": {"ur|l": "https://x"}}]}', "steps[0].with.url", "Where to send"),
        (SEND + '"with": {"url": "htt|ps://x"}}]}', "steps[0].with.url", "Where to send"),
        (SEND + '"with": {"body": {"id": [1|]}}}]}', "steps[0].with.body", "What to send"),
        ('{"steps": [{"action": "sto|p"}]}', "steps[0].action", "Ends the run here"),
        ('{"name": "x"| }', "name", "What people call it."),
        ('{"nobody": "kno|ws"}', None, ""),
    ],
)
def test_the_member_at_the_caret_is_explained(text: str, path: str | None, words: str) -> None:
    found = member(text)
    assert (found or {"path": None})["path"] == path
    assert words in (found or {"documentation": ""})["documentation"]


def test_places_behind_what_is_read_offer_nothing() -> None:
    assert complete('{"a":' * (MOST_DEPTH + 1) + "|") == {}
    assert complete("[" * 100_000 + "|") == {}


@given(
    st.text(st.sampled_from('{}[]",:\\ \n\rantext0é\U0001f600'), max_size=60), st.integers(-3, 70)
)
def test_whatever_is_written_and_wherever_the_caret_is_it_answers(text: str, caret: int) -> None:
    check(text, caret)


@given(st.data())
def test_a_document_that_is_cut_and_mixed_up_is_completed(data: st.DataObject) -> None:
    places = st.integers(0, len(TEXT))
    first, second = sorted((data.draw(places), data.draw(places)))
    junk = data.draw(
        st.sampled_from(["", '"', "{", "}", "]", ",", '"\\', '"with": ', "\n", "null"])
    )
    check(TEXT[:first] + junk + TEXT[second:], first + len(junk))


def check(text: str, caret: int) -> None:
    """An answer that can be sent, whose places lie in the text."""
    answer = COMPLETIONS.complete(text, caret)
    json.dumps(answer)
    for one in answer["suggestions"]:
        assert 0 <= one["from"] <= one["to"] <= len(text)


def test_every_suggestion_of_a_value_in_a_sound_document_leaves_it_sound() -> None:
    for caret in range(0, len(TEXT), 7):
        for one in COMPLETIONS.complete(TEXT, caret)["suggestions"]:
            changed = TEXT[: one["from"]] + one["insert"] + TEXT[one["to"] :]
            if one["kind"] != "name":
                json.loads(changed)
