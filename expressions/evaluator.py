"""simpleeval with Penstock's own nodes, operators, functions and budget.

What the tree may hold is decided in `grammar`; here each node is paid for and evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from simpleeval import SimpleEval

from core.errors import ExpressionError
from expressions.budget import BYTES_PER_ITEM, Budget
from expressions.chains import PathNode
from expressions.functions import FUNCTIONS
from expressions.operators import SYMBOLS, BudgetedOperators, truth
from expressions.paths import member, walk
from expressions.values import describe

_WORK_PER_NODE = 20
_BYTES_PER_ENTRY = 110


class Evaluator(SimpleEval):  # type: ignore[misc]
    """Evaluates one checked tree once, in one context and with one budget."""

    def __init__(self, context: Mapping[str, object], budget: Budget) -> None:
        # The parent's initialiser would copy its own operators and functions and set up what is
        # refused here; the names it sets are those its methods read.
        self.names = context
        self.budget = budget
        self.operators = BudgetedOperators(budget)
        self.functions = FUNCTIONS
        self.nodes = _NODES

    def _eval(self, node: ast.AST) -> Any:
        # The parent walks every result in search of forbidden functions: 42 ms for 100,000 rows.
        # No value here can be one, for all come from JSON, constants and the list of functions.
        self.budget.work(_WORK_PER_NODE)
        return _NODES[type(node)](self, node)

    def _eval_constant(self, node: ast.Constant) -> object:
        return node.value

    def _eval_path(self, node: PathNode) -> object:
        return walk(self.names, node.path)

    def _eval_attribute(self, node: ast.Attribute) -> object:
        return member(self._eval(node.value), node.attr, discreet=self.budget.discreet)

    def _eval_subscript(self, node: ast.Subscript) -> object:
        container = self._eval(node.value)
        return member(container, self._eval(node.slice), discreet=self.budget.discreet)

    def _eval_call(self, node: ast.Call) -> object:
        function = self.functions[node.func.id]  # type: ignore[attr-defined]
        if function.lazy:
            return function.compute(self.budget, *(partial(self._eval, each) for each in node.args))
        return function.call(self.budget, [self._eval(each) for each in node.args])

    def _eval_boolop(self, node: ast.BoolOp) -> bool:
        sign = SYMBOLS[type(node.op)]
        decisive = isinstance(node.op, ast.Or)
        for each in node.values:
            if truth(self._eval(each), sign, self.budget) is decisive:
                return decisive
        return not decisive

    def _eval_ifexp(self, node: ast.IfExp) -> object:
        test = truth(self._eval(node.test), "if", self.budget)
        return self._eval(node.body if test else node.orelse)

    def _eval_list(self, node: ast.List) -> list[object]:
        self.budget.memory(BYTES_PER_ITEM * len(node.elts))
        return [self._eval(each) for each in node.elts]

    def _eval_dict(self, node: ast.Dict) -> dict[str, object]:
        self.budget.memory(_BYTES_PER_ENTRY * len(node.keys))
        keys = (self._key(each) for each in node.keys if each is not None)
        return {key: self._eval(each) for key, each in zip(keys, node.values, strict=True)}

    def _key(self, node: ast.expr) -> str:
        key = self._eval(node)
        if not isinstance(key, str):
            raise ExpressionError(f"a key is text, not {describe(key, self.budget)}")
        return key


_NODES: Mapping[type[ast.AST], Callable[[Evaluator, Any], object]] = {
    PathNode: Evaluator._eval_path,
    ast.Constant: Evaluator._eval_constant,
    ast.Attribute: Evaluator._eval_attribute,
    ast.Subscript: Evaluator._eval_subscript,
    ast.Call: Evaluator._eval_call,
    ast.BinOp: Evaluator._eval_binop,
    ast.UnaryOp: Evaluator._eval_unaryop,
    ast.BoolOp: Evaluator._eval_boolop,
    ast.Compare: Evaluator._eval_compare,
    ast.IfExp: Evaluator._eval_ifexp,
    ast.List: Evaluator._eval_list,
    ast.Dict: Evaluator._eval_dict,
}
