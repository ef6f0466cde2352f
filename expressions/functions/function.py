"""A function of the expression language as data, made from the Python function that computes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from core.errors import ExpressionError
from expressions.budget import Budget
from expressions.values import describe

Lazy = Callable[[], object]
"""A parameter that the function itself evaluates, when it needs it and ready for what it raises."""

List = list[object]
Object = dict[str, object]

_KIND_NAMES: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one argument must be: `accepts` are the classes it may have, none for any value."""

    name: str
    accepts: frozenset[type]
    kind: str
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A documented function. `example` is an expression and `result` what it gives, as JSON."""

    name: str
    signature: str
    description: str
    example: str
    result: str
    parameters: tuple[Parameter, ...]
    required: int
    repeats: bool
    compute: Callable[..., object]

    @property
    def lazy(self) -> bool:
        """Whether the arguments are handed over before they are evaluated."""
        return self.parameters[0].lazy

    def arity_fault(self, count: int) -> str | None:
        """What is wrong with that number of arguments."""
        if count < self.required or (count > len(self.parameters) and not self.repeats):
            return f"{self.name}() is called as {self.signature}, not with {count} arguments"
        return None

    def call(self, budget: Budget, arguments: list[Any]) -> object:
        """The result for evaluated arguments. Raises ExpressionError alone."""
        for position, value in enumerate(arguments):
            parameter = self.parameters[min(position, len(self.parameters) - 1)]
            if parameter.accepts and value.__class__ not in parameter.accepts:
                shown = describe(value, budget)
                raise ExpressionError(
                    f"{self.name}(): {parameter.name} must be {parameter.kind}, not {shown}"
                )
        return self.compute(budget, *arguments)


def function(
    compute: Callable[..., object], example: str, result: str, *, name: str | None = None
) -> Function:
    """Describes a Python function whose first parameter is the budget.

    Its docstring is the description; names, kinds and order of the parameters are its own.
    """
    name = name or compute.__name__
    hints = get_type_hints(compute)
    declared = list(inspect.signature(compute).parameters.values())[1:]
    required = [each for each in declared if each.default is each.empty]
    return Function(
        name=name,
        signature=f"{name}({', '.join(map(_shown, declared))})",
        description=" ".join((compute.__doc__ or "").split()),
        example=example,
        result=result,
        parameters=tuple(_parameter(each.name, hints[each.name]) for each in declared),
        required=len(required),
        repeats=any(each.kind is each.VAR_POSITIONAL for each in declared),
        compute=compute,
    )


def _shown(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"{parameter.name}, …"
    return parameter.name if parameter.default is parameter.empty else f"[{parameter.name}]"


def _parameter(name: str, hint: Any) -> Parameter:
    if hint == Lazy:
        return Parameter(name, frozenset(), "any value", lazy=True)
    if hint is object:
        return Parameter(name, frozenset(), "any value")
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    classes = [get_origin(choice) or choice for choice in choices]
    names = [_KIND_NAMES[each] for each in classes if each in _KIND_NAMES]
    if float in classes:
        names.remove(_KIND_NAMES[int])
    return Parameter(name, frozenset(classes), " or ".join(names))
