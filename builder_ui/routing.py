"""The table of pages: every route with what it needs, so that a test can walk them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from builder_ui.doorkeeper import Doorkeeper
from builder_ui.permissions import Permission

View = Callable[..., ResponseReturnValue]
"""Answers one visit: called with the `Visit`, and with the named parts of the path as keywords.

Errors of `core.errors` that it raises become pages (or problems) of their own.
"""


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of one method. `endpoint` is its name for `url_for`: `pages.<module>_<view>`."""

    method: str
    rule: str
    needs: Permission
    endpoint: str


class Routes:
    """Adds views to a blueprint, each behind the doorkeeper, and remembers them.

    Adding a rule of a method twice raises ValueError: only the first would ever be asked.
    """

    def __init__(self, blueprint: Blueprint, doorkeeper: Doorkeeper) -> None:
        self._blueprint = blueprint
        self._doorkeeper = doorkeeper
        self.all: list[Route] = []

    def get(self, rule: str, view: View, needs: Permission = Permission.VIEW) -> None:
        """A page or a part of one; it changes nothing."""
        self._add("GET", rule, view, needs)

    def post(self, rule: str, view: View, needs: Permission) -> None:
        """A change, or a question too long for a URL."""
        self._add("POST", rule, view, needs)

    def put(self, rule: str, view: View, needs: Permission) -> None:
        """A change that may be repeated."""
        self._add("PUT", rule, view, needs)

    def patch(self, rule: str, view: View, needs: Permission) -> None:
        """A change of some parts."""
        self._add("PATCH", rule, view, needs)

    def delete(self, rule: str, view: View, needs: Permission) -> None:
        """A removal."""
        self._add("DELETE", rule, view, needs)

    def _add(self, method: str, rule: str, view: View, needs: Permission) -> None:
        if any((known.method, known.rule) == (method, rule) for known in self.all):
            raise ValueError(f"there is a view of {method} {rule} already")
        endpoint = f"{view.__module__.rpartition('.')[2]}_{view.__name__}"
        self.all.append(Route(method, rule, needs, f"pages.{endpoint}"))
        self._blueprint.add_url_rule(
            rule,
            endpoint=endpoint,
            view_func=self._guarded(view, needs),
            methods=[method],
            provide_automatic_options=False,
        )

    def _guarded(self, view: View, needs: Permission) -> View:
        def answer(**path: str) -> ResponseReturnValue:
            with self._doorkeeper.admit(needs) as visit:
                return view(visit, **path)

        return answer
