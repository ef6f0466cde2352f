"""Chains such as `order.lines[0].price` in a parsed expression: found, reported, made direct."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from core.errors import ExpressionError
from expressions.grammar import JSON_WORDS
from expressions.paths import SECRETS, Reference


class PathNode(ast.expr):
    """A whole chain of constant keys as one node: `path` is what `paths.walk` follows."""

    _fields = ()

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__()
        self.path = path


@dataclass(slots=True)
class ChainFinder(ast.NodeTransformer):
    """Puts a PathNode in place of every chain and notes it in `references`."""

    where: str
    references: list[Reference]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call's own name is no reference; its arguments may be."""
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A root, or one of JSON's words."""
        if node.id in JSON_WORDS:
            return ast.Constant(JSON_WORDS[node.id])
        return self._chain(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """A key written after a dot."""
        return self._chain(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A key or an index written in brackets."""
        return self._chain(node)

    def _chain(self, node: ast.Name | ast.Attribute | ast.Subscript) -> ast.AST:
        path = constant_path(node)
        if path is not None:
            self._note(path, ast.unparse(node), dynamic=False)
            return PathNode(path)
        return node if isinstance(node, ast.Name) else self._computed(node)

    def _computed(self, node: ast.Attribute | ast.Subscript) -> ast.AST:
        path = constant_path(node.value)
        if path is None:
            return self.generic_visit(node)
        self._note(path, ast.unparse(node), dynamic=True)
        node.value = PathNode(path)
        if isinstance(node, ast.Subscript):
            node.slice = self.visit(node.slice)
        return node

    def _note(self, path: tuple[str, ...], source: str, *, dynamic: bool) -> None:
        check_secret(path, source, dynamic=dynamic)
        self.references.append(Reference(path, source, self.where, dynamic=dynamic))


def constant_path(node: ast.expr) -> tuple[str, ...] | None:
    """The path a chain of constant keys follows; None for any other tree."""
    keys: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            keys.append(node.attr)
        elif isinstance(node, ast.Subscript) and _is_key(node.slice):
            keys.append(str(node.slice.value))  # type: ignore[attr-defined]
        else:
            return None
        node = node.value
    if node.id in JSON_WORDS:
        return None
    return (node.id, *reversed(keys))


def check_secret(path: tuple[str, ...], source: str, *, dynamic: bool = False) -> None:
    """Raises ExpressionError when a secret is not named plainly: its use could not be listed."""
    if path[0] == SECRETS and (len(path) != 2 or dynamic):
        raise ExpressionError(f"{source}: a secret is named as secrets.NAME, with nothing computed")


def _is_key(node: ast.expr) -> bool:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, str) or (isinstance(node.value, int) and node.value >= 0)
