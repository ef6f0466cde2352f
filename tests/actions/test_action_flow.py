"""The steps that decide, name values and end a run."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from actions import choose, set_values, stop
from core.errors import ExpressionError
from core.outcomes import Fail, Finish, Succeed


@dataclass
class Condition:
    """Says what it is told and counts how often it was asked."""

    answer: bool | str
    asked: int = 0

    def holds(self) -> bool:
        self.asked += 1
        if isinstance(self.answer, str):
            raise ExpressionError(self.answer)
        return self.answer


def branches(*conditions: Condition) -> dict:
    return {"branches": [{"port": f"way{n}", "when": when} for n, when in enumerate(conditions)]}


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_the_first_branch_that_holds_is_taken_and_none_behind_it_is_asked(make_context, answers):
    conditions = [Condition(answer) for answer in answers]
    params = branches(*conditions)
    first = answers.index(True) if True in answers else None
    port = "otherwise" if first is None else f"way{first}"
    assert choose.run(make_context(params), params) == Succeed({"port": port}, port)
    asked = len(answers) if first is None else first + 1
    assert [condition.asked for condition in conditions] == [1] * asked + [0] * (
        len(answers) - asked
    )


def test_a_condition_that_cannot_be_evaluated_fails_and_names_its_branch(make_context):
    params = branches(Condition(False), Condition("order.total is missing"), Condition(True))
    outcome = choose.run(make_context(params), params)
    assert outcome == Fail("the condition of branch way1: order.total is missing")


def test_the_ports_of_a_choose_step_are_its_branches_then_the_fixed_ones():
    configuration = {"branches": [{"port": "b", "when": "x"}, {"port": "a", "when": "y"}]}
    assert choose.SPEC.ports.names(configuration) == ("b", "a", "otherwise", "error")


@pytest.mark.parametrize("broken", [{}, {"branches": 7}, {"branches": [None, {}, {"port": 3}]}])
def test_a_draft_with_faults_still_shows_the_fixed_ports(broken):
    assert choose.SPEC.ports.names(broken) == ("otherwise", "error")


@pytest.mark.parametrize(
    ("ports", "faulty"),
    [(["a", "b"], []), (["a", "b", "a"], [2]), (["otherwise", "error"], [0, 1])],
)
def test_ports_are_unique_and_not_the_fixed_ones(ports, faulty):
    configuration = {"branches": [{"port": port, "when": "true"} for port in ports]}
    paths = [path for path, _ in choose.check(configuration)]
    assert paths == [f"branches[{index}].port" for index in faulty]


@pytest.mark.parametrize("port", ["", "A", "1a", "a b", "_a"])
def test_ports_are_lower_case_names(port):
    configuration = {"branches": [{"port": port, "when": "true"}]}
    assert not Draft202012Validator(choose.SPEC.schema).is_valid(configuration)


def test_values_are_the_output_under_their_names(make_context):
    params = {"values": {"total": 42.5, "lines": [{"sku": "a"}]}}
    assert set_values.run(make_context(params), params) == Succeed(params["values"])


@pytest.mark.parametrize(
    ("name", "valid"), [("total", True), ("_x1", True), ("1x", False), ("a-b", False), ("", False)]
)
def test_values_have_names_an_expression_can_say(name, valid):
    assert Draft202012Validator(set_values.SPEC.schema).is_valid({"values": {name: 1}}) is valid


@pytest.mark.parametrize(
    ("params", "end"),
    [
        ({"status": "succeeded", "message": "Nothing to do."}, Finish(True, "Nothing to do.")),
        ({"status": "failed", "message": 7}, Finish(False, "7")),
        ({"status": "failed"}, Finish(False, "A stop step ended the run.")),
    ],
)
def test_stop_ends_the_run(make_context, params, end):
    assert stop.run(make_context(params), params) == end


def test_no_step_comes_after_stop():
    assert stop.SPEC.ports.names({"status": "failed"}) == ()


@dataclass
class ItemTemplate:
    """What the engine hands over for values that are worked out for each item."""

    def resolve_each(self, items):
        return [{"twice": 2 * item} for item in items]


def test_with_a_list_the_values_are_those_of_each_item(make_context):
    params = {"for_each": [1, 2], "values": ItemTemplate()}
    outcome = set_values.run(make_context(params), params)
    assert outcome == Succeed({"items": [{"twice": 2}, {"twice": 4}]})


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("A-1", "for_each: A-1 is not a list; refer to one, such as <order.lines>"),
        ({"a": 1}, 'for_each: {"a":1} is not a list'),
        ([0] * 10_001, "for_each: the list has 10001 items; at most 10000 are taken"),
    ],
)
def test_what_is_no_list_or_too_long_is_said(make_context, items, words):
    params = {"for_each": items, "values": ItemTemplate()}
    outcome = set_values.run(make_context(params), params)
    assert isinstance(outcome, Fail)
    assert outcome.error.startswith(words)


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        ({"values": {"total": 1, "sku": 2}}, "total, sku"),
        ({"values": {"sku": 2}, "for_each": "<order.lines>"}, "sku for each of …"),
        ({"for_each": [1]}, "(no values yet) for each of [1]"),
    ],
)
def test_a_card_names_the_values_and_the_list(configuration, line):
    assert set_values.SPEC.summary(configuration) == line
