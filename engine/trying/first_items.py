"""What a step in a loop's body sees where the loop is not executed: the first item of its list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import ExpressionError
from engine.compiler import Compiler
from engine.context import Context
from engine.drafts.draft import find_step
from engine.flow.loop import context_of_item
from engine.params import CompiledParams

Loops = Mapping[str, CompiledParams]
"""The configuration of loops, from the outermost inwards."""


def compiled_loops(compiler: Compiler, document: Any, loops: Iterable[str]) -> Loops:
    """Loops of a draft by their ids, as far as their configuration has no faults."""
    found: dict[str, CompiledParams] = {}
    for loop in loops:
        step = find_step(document, loop)
        params = compiler.check_step(step[1], "$").params if step else None
        if params is None or params.faults:
            break
        found[loop] = params
    return found


def in_first_items(context: Context, loops: Loops) -> Context:
    """The context with the first item of each loop, as far as those can be told."""
    for loop, params in loops.items():
        items = _items(params, context)
        if not isinstance(items, list) or not items:
            break
        context = context_of_item(context, loop, items[0], 0)
    return context


def _items(params: CompiledParams, context: Context) -> Any:
    try:
        resolved: Any = params.resolve(context).value
    except ExpressionError:
        return None
    return resolved.get("items")
