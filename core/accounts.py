"""Who signs in, and the record of who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.clock import Milliseconds


class Role(StrEnum):
    """What a user may do: administer, compose automations, or look."""

    ADMIN = "admin"
    IMPLEMENTER = "implementer"
    VIEWER = "viewer"


class LinkPurpose(StrEnum):
    """What a one-time link lets its holder do."""

    SETUP = "setup"
    INVITATION = "invitation"
    RESET = "reset"


class ActorKind(StrEnum):
    """What kind of somebody changes things."""

    USER = "user"
    KEY = "key"
    COMMAND = "command"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `name` is what people know it by; `id` is empty where there is none."""

    kind: ActorKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in. `email` is in small letters and unique over the installation."""

    id: str
    tenant: str
    email: str
    name: str
    role: Role
    disabled: bool
    created_at: Milliseconds
    signed_in_at: Milliseconds | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. `seen_at` moves on as it is used, in steps of minutes."""

    id: str
    user_id: str
    created_at: Milliseconds
    seen_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link to a password: for the first admin, a new user, or one who forgot it.

    `email` is empty for the first admin, `user_id` None for who is no user yet. Without
    `expires_at` it holds until it is used.
    """

    id: str
    tenant: str
    purpose: LinkPurpose
    email: str
    role: Role
    user_id: str | None
    created_at: Milliseconds
    expires_at: Milliseconds | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change, by whom and when. `verb` reads `automation.published`.

    `detail` never holds the value of a secret, a password or a key.
    """

    id: str
    tenant: str
    at: Milliseconds
    actor_kind: ActorKind
    actor_id: str
    actor_name: str
    verb: str
    subject_kind: str
    subject_id: str
    subject_name: str
    detail: Mapping[str, Any]
