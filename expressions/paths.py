"""Paths such as `order.lines.0.price`: written, followed, and reported when missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from core.errors import ExpressionError
from expressions import limits
from expressions.values import kind_of, shorten

RESERVED_ROOTS = frozenset(
    {"trigger", "steps", "secrets", "run", "tenant", "item", "index", "failure"}
)
"""The context roots that are Penstock's own; a key of the event's body never takes their place."""

ITEM_ROOTS = frozenset({"item", "index"})
"""Those that are there only where a list is worked through."""

SECRETS = "secrets"
"""The root below which a name is a secret's."""

PATH = r"(?:[^\W\d]|\$)[\w$-]*(?:\.[\w$@:-]+)*"
"""A regular expression for a path between angles: a first name, then keys or list indexes."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a template or an expression reads the context.

    `path` is the names from the root on, list indexes as digits; `source` the text as written and
    `where` the JSON path of the string it stands in. Not `certain`: `<b>` in a longer text, which
    is a reference only if the context has such a root. `dynamic`: the path goes on with a key that
    is computed (`steps[x]`).
    """

    path: tuple[str, ...]
    source: str
    where: str
    certain: bool = True
    dynamic: bool = False


class MissingValue(ExpressionError):
    """Something that is read is not there. `default()` and `exists()` answer to this alone."""


def secret_marker(name: str) -> str:
    """What stands in place of a secret wherever something is kept."""
    return f"[secret:{name}]"


def walk(context: Mapping[str, object], path: Sequence[str]) -> object:
    """The value at a path. Raises MissingValue that names the path and what there is instead."""
    value: Any = context
    try:
        for key in path:
            value = value[key] if value.__class__ is dict else _inside(value, key)
    except KeyError:
        raise _absence(context, path) from None
    return value


def member(container: object, key: object, *, discreet: bool) -> object:
    """What an object holds under a key or a list at an index, both computed by an expression.

    Raises MissingValue; when `discreet`, without the key and the names there are.
    """
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise ExpressionError(f"a key is text or a whole number, not {kind_of(key)}")
    try:
        return _inside(container, key)
    except KeyError:
        if discreet:
            reason = f"{kind_of(container)} does not have the key that is asked for"
        else:
            reason = _reason(container, str(key), kind_of(container))
    raise MissingValue(reason)


def _inside(container: object, key: str | int) -> object:
    """What a container holds. Raises KeyError when it is not there, or is no container."""
    if isinstance(container, Mapping):
        return container[str(key)]
    if not isinstance(container, list):
        raise KeyError(key)
    if isinstance(key, str):
        if not (key.isascii() and key.isdigit() and len(key) < 10):
            raise KeyError(key)
        key = int(key)
    if not -len(container) <= key < len(container):
        raise KeyError(key)
    return container[key]


def _absence(context: Mapping[str, object], path: Sequence[str]) -> ExpressionError:
    container: object = context
    for depth, key in enumerate(path):
        try:
            container = _inside(container, key)
        except KeyError:
            return _missing(container, path, depth)
    return MissingValue(f"{'.'.join(path)} was missing a moment ago")


def _missing(container: object, path: Sequence[str], depth: int) -> ExpressionError:
    whole = ".".join(path)
    if depth == 0 and path[0] == SECRETS:
        return ExpressionError(f"{whole} cannot be read here; secrets resolve only in what is sent")
    parent = ".".join(path[:depth]) or "the context"
    return MissingValue(f"{whole} is missing: {_reason(container, path[depth], parent)}")


def _reason(container: object, key: str, name: str) -> str:
    if isinstance(container, Mapping):
        return f'{name} has no "{shorten(key)}"; {_names(container)}'
    if isinstance(container, list):
        if key.lstrip("-").isdigit():
            return f"{name} is a list of {len(container)}, counted from 0"
        return (
            f'{name} is a list; write an index before "{shorten(key)}", or use pluck() or where()'
        )
    return f'{name} is {kind_of(container)} and holds no "{shorten(key)}"'


def _names(container: object) -> str:
    names = list(islice(_keys(container), limits.SHOWN_NAMES + 1))
    if not names:
        return "it is empty"
    more = ", …" if len(names) > limits.SHOWN_NAMES else ""
    return f"there is {', '.join(map(shorten, names[: limits.SHOWN_NAMES]))}{more}"


def _keys(container: object) -> Iterable[str]:
    return map(str, container) if isinstance(container, Mapping) else ()
