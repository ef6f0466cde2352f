"""People: who may come in, what they are told inside, and what they did."""

from __future__ import annotations

from typing import TypedDict

from engine.assembly.common import Common
from engine.audit import AuditService
from engine.people.accounts import AccountService
from engine.people.inbox import InboxService
from engine.people.invitations import InvitationService
from engine.people.passwords import Passwords
from engine.people.sessions import SessionKeeper
from engine.people.users import UserService


class People(TypedDict):
    """The use cases of users."""

    accounts: AccountService
    users: UserService
    invitations: InvitationService
    inbox: InboxService
    audit: AuditService


def people(common: Common) -> People:
    """One keeper of sessions for all of them: who is disabled is signed out by it."""
    store, audit, clock = common.store, common.audit, common.clock
    sessions = SessionKeeper(store, clock, common.surroundings.changes)
    passwords = Passwords()
    return People(
        accounts=AccountService(store, sessions, passwords, audit, clock),
        users=UserService(store, sessions, audit),
        invitations=InvitationService(store, sessions, passwords, audit, clock),
        inbox=common.inbox,
        audit=audit,
    )
