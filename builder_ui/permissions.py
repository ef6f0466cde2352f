"""What each role may do in the pages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.accounts import Role


class Permission(StrEnum):
    """What a person needs to see a page or to use it. `ANYBODY` need not be signed in."""

    ANYBODY = "anybody"
    VIEW = "view"
    BUILD = "build"
    ADMINISTER = "administer"


_ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.ANYBODY, Permission.VIEW}),
    Role.IMPLEMENTER: frozenset({Permission.ANYBODY, Permission.VIEW, Permission.BUILD}),
    Role.ADMIN: frozenset(Permission),
}


def allows(role: Role, needs: Permission) -> bool:
    """Whether somebody of this role may do what needs this permission."""
    return needs in _ALLOWED[role]
