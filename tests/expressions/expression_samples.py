"""What the tests of templates and expressions share: a context and short ways to resolve."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ExpressionError, InvalidError
from expressions import Resolved, TemplateMode, compile_expression, compile_value

BODY, TEXT = TemplateMode.BODY, TemplateMode.TEXT
URL, QUERY, HEADER = TemplateMode.URL, TemplateMode.QUERY, TemplateMode.HEADER

SECRET = "s3cr3t/valüe+1"


def make_context(**roots: Any) -> dict[str, Any]:
    """A context with an order, a request, one finished step and one secret."""
    return {
        "order": {
            "id": "A-7",
            "total": 12.5,
            "count": 3,
            "paid": True,
            "note": None,
            "lines": [{"sku": "A", "price": 10}, {"sku": "B", "price": 2.5}],
        },
        "trigger": {"headers": {"x-shop": "north"}, "body": {}},
        "steps": {"sync": {"status": 200, "body": {"id": 41}}},
        "secrets": {"TOKEN": SECRET},
        **roots,
    }


def resolve(value: Any, mode: TemplateMode = BODY, **roots: Any) -> Any:
    """The value of a template in the sample context."""
    return resolved(value, mode, **roots).value


def resolved(value: Any, mode: TemplateMode = BODY, **roots: Any) -> Resolved:
    """All that resolving a template in the sample context gives."""
    return compile_value(value, mode).resolve(make_context(**roots))


def evaluate(source: str, **roots: Any) -> Any:
    """What an expression comes to in the sample context."""
    return compile_expression(source).evaluate(make_context(**roots))


def refusal(source: str) -> str:
    """Why an expression does not compile."""
    with pytest.raises(InvalidError) as caught:
        compile_expression(source)
    return caught.value.faults[0].message


def failure(source: str, **roots: Any) -> str:
    """Why an expression cannot be evaluated."""
    compiled = compile_expression(source)
    with pytest.raises(ExpressionError) as caught:
        compiled.evaluate(make_context(**roots))
    return str(caught.value)


def template_failure(value: Any, mode: TemplateMode = BODY, **roots: Any) -> str:
    """Why a template cannot be resolved."""
    compiled = compile_value(value, mode)
    with pytest.raises(ExpressionError) as caught:
        compiled.resolve(make_context(**roots))
    return str(caught.value)


def template_faults(value: Any, mode: TemplateMode = BODY) -> dict[str, str]:
    """What is wrong with a value of templates, by JSON path."""
    with pytest.raises(InvalidError) as caught:
        compile_value(value, mode)
    return {fault.path: fault.message for fault in caught.value.faults}
