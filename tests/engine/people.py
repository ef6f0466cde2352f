"""How tests of accounts get their users."""

from __future__ import annotations

from core.accounts import Role
from engine.people.sessions import SignedIn
from tests.support.people import PASSWORD
from tests.support.workbench import TENANT, Workbench

ADA = "ada@acme.example"
GRACE = "grace@acme.example"
ADDRESS = "203.0.113.5"


def set_up(bench: Workbench) -> tuple[SignedIn, str]:
    """The first admin, Ada, signed in."""
    token = bench.service.invitations.set_up(TENANT)
    assert token is not None
    return bench.service.invitations.accept(token, PASSWORD, "Ada", ADA)


def join(
    bench: Workbench, email: str = GRACE, role: Role = Role.VIEWER, name: str = "Grace"
) -> tuple[SignedIn, str]:
    """Another user, who took an invitation, signed in."""
    _, token = bench.service.invitations.invite(TENANT, email, role)
    return bench.service.invitations.accept(token, PASSWORD, name)
