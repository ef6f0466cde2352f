"""Routes that are put together as URLs only when somebody asks for one.

Werkzeug makes two functions of each rule as it is added, which takes half of a web process's start;
most rules, as those of the API, are never asked for a URL.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule that makes what puts its URLs together when it is used first."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        # The names of a rule's own variables may be any.
        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build
