"""Users, sessions, links and entries of the audit log, each with sensible values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.accounts import (
    ActorKind,
    AuditEntry,
    Invitation,
    LinkPurpose,
    Role,
    Session,
    User,
)
from core.ids import new_id
from engine.people import passwords
from tests.support.builders import NOW

PASSWORD = "correct horse battery staple"


@contextmanager
def passwords_of_little_work() -> Iterator[None]:
    """What takes 70 ms on purpose is not what a test of something else waits for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "MEMORY_KIB", 64)
        yield


def make_user(**changes: Any) -> User:
    values: dict[str, Any] = {
        "id": new_id(),
        "tenant": "acme",
        "email": "ada@acme.example",
        "name": "Ada",
        "role": Role.ADMIN,
        "disabled": False,
        "created_at": NOW,
        "signed_in_at": None,
    }
    return User(**{**values, **changes})


def make_session(user: User, **changes: Any) -> Session:
    values: dict[str, Any] = {
        "id": new_id(),
        "user_id": user.id,
        "created_at": NOW,
        "seen_at": NOW,
    }
    return Session(**{**values, **changes})


def make_invitation(**changes: Any) -> Invitation:
    values: dict[str, Any] = {
        "id": new_id(),
        "tenant": "acme",
        "purpose": LinkPurpose.INVITATION,
        "email": "grace@acme.example",
        "role": Role.VIEWER,
        "user_id": None,
        "created_at": NOW,
        "expires_at": NOW + 1000,
    }
    return Invitation(**{**values, **changes})


def make_audit_entry(**changes: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "id": new_id(),
        "tenant": "acme",
        "at": NOW,
        "actor_kind": ActorKind.USER,
        "actor_id": "ada",
        "actor_name": "Ada",
        "verb": "automation.published",
        "subject_kind": "automation",
        "subject_id": "orders",
        "subject_name": "Orders",
        "detail": {"version": 1},
    }
    return AuditEntry(**{**values, **changes})
