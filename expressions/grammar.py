"""What may stand in an expression: everything is checked when it is compiled, nothing later."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Mapping

from core.errors import ExpressionError
from expressions import limits
from expressions.functions import FUNCTIONS
from expressions.operators import SYMBOLS
from expressions.quoting import code_alone, flatten_lines
from expressions.values import bounded

JSON_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
"""JSON's own words, understood beside Python's True, False and None."""

_ALLOWED = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Call,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.List,
    ast.Dict,
    ast.expr_context,
)

_REFUSED: Mapping[type[ast.AST], str] = {
    ast.NamedExpr: "an assignment is not allowed; to compare write ==",
    ast.Lambda: "lambda is not allowed",
    ast.ListComp: "a comprehension is not allowed; use pluck() or where()",
    ast.SetComp: "a comprehension is not allowed; use pluck() or where()",
    ast.DictComp: "a comprehension is not allowed; use pluck() or where()",
    ast.GeneratorExp: "a comprehension is not allowed; use pluck() or where()",
    ast.JoinedStr: 'f"…" is not allowed; join texts with +, or write a template',
    ast.Starred: "a star before an argument is not allowed",
    ast.Slice: "[a:b] is not allowed; use slice() or substring()",
    ast.Tuple: "a list is written in square brackets, as in [1, 2]",
    ast.Set: 'an object is written with keys, as in {"a": 1}',
    ast.Is: "`is` is not allowed; write ==",
    ast.IsNot: "`is not` is not allowed; write !=",
    ast.Pow: "`**` is not allowed",
}

_HINTS = (
    (r"(?<![=!<>])=(?!=)", "an assignment is not allowed; to compare write =="),
    (r"&&|\|\||!(?!=)", "write `and`, `or` and `not`"),
    (r"\?", "a choice is written `a if condition else b`"),
    (r"<[\w$.-]+>", "inside an expression a path stands without < and >"),
    (rf"\.\s*(?:{'|'.join(keyword.kwlist)})\b", 'a key like "from" is written order["from"]'),
)


def parse(source: str) -> ast.expr:
    """The checked tree of an expression. Raises ExpressionError that says what is not allowed."""
    if len(source) > limits.SOURCE_LENGTH:
        raise ExpressionError(f"an expression has at most {limits.SOURCE_LENGTH} characters")
    code = flatten_lines(source)
    if not code:
        raise ExpressionError("the expression is empty")
    tree = _parsed(code)
    _check_size(tree)
    for node in ast.walk(tree):
        _check_node(node)
    return tree


def _parsed(code: str) -> ast.expr:
    try:
        return ast.parse(code, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(_syntax_message(code, error)) from None
    except (RecursionError, MemoryError):
        raise ExpressionError(f"it nests deeper than {limits.DEPTH}") from None
    except ValueError as error:
        raise ExpressionError(str(error)) from None


def _syntax_message(code: str, error: SyntaxError) -> str:
    bare = code_alone(code)
    for pattern, hint in _HINTS:
        if re.search(pattern, bare):
            return hint
    return f"it cannot be read at character {error.offset or 1}: {error.msg}"


def _check_size(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes += len(level)
        depth += 1
        if nodes > limits.NODES:
            raise ExpressionError(f"it has more than {limits.NODES} parts; use several steps")
        if depth > limits.DEPTH:
            raise ExpressionError(f"it nests deeper than {limits.DEPTH}")
        level = [child for node in level for child in _children(node)]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    return (
        child
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, ast.expr_context | ast.operator | ast.unaryop | ast.cmpop)
    )


def _check_node(node: ast.AST) -> None:
    if isinstance(node, ast.operator | ast.unaryop | ast.cmpop | ast.boolop):
        if type(node) not in SYMBOLS:
            raise ExpressionError(_REFUSED.get(type(node), "operators on bits are not allowed"))
    elif not isinstance(node, _ALLOWED):
        raise ExpressionError(_REFUSED.get(type(node), f"{type(node).__name__} is not allowed"))
    elif isinstance(node, ast.Call):
        _check_call(node)
    elif isinstance(node, ast.Constant):
        _check_constant(node.value)
    elif isinstance(node, ast.Name):
        _check_name(node.id)
    elif isinstance(node, ast.Attribute):
        _check_name(node.attr)
    elif isinstance(node, ast.Dict) and None in node.keys:
        raise ExpressionError("`**` is not allowed; use merge()")


def _check_call(node: ast.Call) -> None:
    if isinstance(node.func, ast.Attribute):
        name, value = node.func.attr, ast.unparse(node.func.value)
        raise ExpressionError(f"{value}.{name}() is a method call; write {name}({value}, …)")
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise ExpressionError(f"there is no function {ast.unparse(node.func)}()")
    if node.keywords:
        raise ExpressionError(f"{node.func.id}(): arguments have no names; an = is not allowed")
    fault = FUNCTIONS[node.func.id].arity_fault(len(node.args))
    if fault:
        raise ExpressionError(fault)


def _check_constant(value: object) -> None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ExpressionError("a text has half of a surrogate pair") from None
    elif isinstance(value, int | float):
        bounded(value)
    elif value is not None:
        raise ExpressionError(f"{type(value).__name__} values are not allowed")


def _check_name(name: str) -> None:
    if name.startswith("__"):
        raise ExpressionError(f"{name} begins with two underscores, which is not allowed")
