"""A template that is resolved once for each item of a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ExpressionError
from core.size import TooLarge
from expressions import MissingValue, TemplateMode, compile_value, limits

CONTEXT = {"order": {"rate": 2, "text": "ab" * 50_000}, "item": "of the context"}


def resolve_each(value, items):
    return compile_value(value, TemplateMode.BODY).resolve_each(CONTEXT, items)


@given(st.lists(st.integers(-1000, 1000), max_size=20))
def test_each_item_is_seen_with_its_place_and_with_what_else_there_is(items):
    made = resolve_each({"n": "<item>", "at": "<index>", "all": "{{ item * order.rate }}"}, items)
    assert made == [{"n": item, "at": index, "all": 2 * item} for index, item in enumerate(items)]


def test_the_context_stays_as_it_was():
    resolve_each("<item.sku>", [{"sku": "A"}])
    assert CONTEXT["item"] == "of the context"
    assert "index" not in CONTEXT


def test_what_an_item_lacks_is_told_with_its_place():
    with pytest.raises(MissingValue, match=r"item 1: \$: item\.sku is missing"):
        resolve_each("<item.sku>", [{"sku": "A"}, {"name": "B"}])


def test_all_items_together_do_bounded_work(monkeypatch):
    monkeypatch.setattr(limits, "WORK_OF_ITEMS", 50_000)
    with pytest.raises(ExpressionError, match="too much work, all together"):
        resolve_each("{{ item + 1 + 2 + 3 }}", range(10_000))


def test_texts_are_work_too(monkeypatch):
    monkeypatch.setattr(limits, "WORK_OF_ITEMS", 50_000)
    with pytest.raises(ExpressionError, match="too much work, all together"):
        resolve_each("x <order.text>", range(10_000))


def test_what_all_items_make_is_bounded_although_each_is_small():
    with pytest.raises(TooLarge, match="all items together are larger than 16 MiB"):
        resolve_each("<order.text>", range(10_000))


def test_one_item_has_what_one_evaluation_has():
    with pytest.raises(ExpressionError, match=r"item 0: \$: .* takes too much work"):
        resolve_each("{{ unique(item) }}", [list(range(500_000))])
