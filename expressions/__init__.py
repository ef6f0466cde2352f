"""Templates and expressions: compiled once, resolved into a value and its masked twin."""

from expressions.compiler import CompiledValue, Resolved, compile_value
from expressions.expression import CompiledExpression, compile_expression
from expressions.functions import FUNCTIONS
from expressions.functions.function import Function
from expressions.modes import TemplateMode
from expressions.paths import (
    ITEM_ROOTS,
    RESERVED_ROOTS,
    MissingValue,
    Reference,
    secret_marker,
)
from expressions.values import JSON

__all__ = [
    "FUNCTIONS",
    "ITEM_ROOTS",
    "JSON",
    "RESERVED_ROOTS",
    "CompiledExpression",
    "CompiledValue",
    "Function",
    "MissingValue",
    "Reference",
    "Resolved",
    "TemplateMode",
    "compile_expression",
    "compile_value",
    "secret_marker",
]
