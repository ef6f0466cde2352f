"""One-time links: whom they let in, once, and until when."""

from __future__ import annotations

import pytest

from core.accounts import LinkPurpose, Role
from core.errors import ConflictError, InvalidError, NotFoundError, SignInRefused
from engine.people.invitations import INVITATION_HOLDS, RESET_HOLDS
from tests.engine.people import ADA, ADDRESS, GRACE, join, set_up
from tests.support.people import PASSWORD
from tests.support.workbench import TENANT, Workbench


def test_the_set_up_link_makes_the_first_admin_once(bench: Workbench) -> None:
    invitations = bench.service.invitations
    token = invitations.set_up(TENANT)
    assert token is not None
    bench.clock.turn(365 * 24 * 3_600_000)
    assert invitations.read(token).purpose is LinkPurpose.SETUP

    signed_in, session = invitations.accept(token, PASSWORD, " Ada ", "ADA@acme.example")

    assert bench.service.accounts.identify(session) == signed_in
    user = signed_in.user
    assert (user.tenant, user.email, user.name, user.role) == (TENANT, ADA, "Ada", Role.ADMIN)
    with pytest.raises(NotFoundError):
        invitations.accept(token, PASSWORD, "Eve", "eve@acme.example")
    assert invitations.set_up(TENANT) is None


def test_a_new_set_up_link_takes_the_place_of_the_old_one(bench: Workbench) -> None:
    invitations = bench.service.invitations
    old, new = invitations.set_up(TENANT), invitations.set_up(TENANT)
    assert old is not None
    assert new is not None

    with pytest.raises(NotFoundError):
        invitations.read(old)
    assert invitations.read(new).purpose is LinkPurpose.SETUP


def test_a_set_up_link_is_worthless_once_there_is_a_user(bench: Workbench) -> None:
    token = bench.service.invitations.set_up(TENANT)
    assert token is not None
    join(bench)

    with pytest.raises(NotFoundError):
        bench.service.invitations.accept(token, PASSWORD, "Eve", "eve@acme.example")


def test_an_invitation_gives_its_role_to_its_email_once(bench: Workbench) -> None:
    set_up(bench)
    invitations = bench.service.invitations
    link, token = invitations.invite(TENANT, " Grace@acme.example", Role.IMPLEMENTER)
    assert invitations.list(TENANT) == [link]

    signed_in, _ = invitations.accept(token, PASSWORD, "Grace", "eve@elsewhere.example")

    assert signed_in.user.email == GRACE
    assert signed_in.user.role is Role.IMPLEMENTER
    assert invitations.list(TENANT) == []
    with pytest.raises(NotFoundError):
        invitations.accept(token, PASSWORD, "Grace")


def test_an_invitation_holds_for_a_week_or_until_it_is_withdrawn(bench: Workbench) -> None:
    invitations = bench.service.invitations
    _, expired = invitations.invite(TENANT, GRACE, Role.VIEWER)
    bench.clock.turn(INVITATION_HOLDS)
    withdrawn, token = invitations.invite(TENANT, GRACE, Role.VIEWER)
    with pytest.raises(NotFoundError):
        invitations.withdraw("globex", withdrawn.id)
    invitations.withdraw(TENANT, withdrawn.id)

    for one in (expired, token, "nothing"):
        with pytest.raises(NotFoundError):
            invitations.read(one)
    with pytest.raises(NotFoundError):
        invitations.withdraw(TENANT, withdrawn.id)


def test_a_users_email_is_not_invited_again_in_any_tenant(bench: Workbench) -> None:
    set_up(bench)
    bench.service.tenants.create("globex", "Globex")
    _, early = bench.service.invitations.invite("globex", GRACE, Role.ADMIN)
    join(bench)

    with pytest.raises(ConflictError):
        bench.service.invitations.invite("globex", GRACE.upper(), Role.VIEWER)
    with pytest.raises(ConflictError):
        bench.service.invitations.accept(early, PASSWORD, "Grace")


@pytest.mark.parametrize("email", ["", "grace", "@", "a b@x.example", "grace@", "a@b@c", "a\x00@b"])
def test_what_is_no_email_is_not_invited(bench: Workbench, email: str) -> None:
    with pytest.raises(InvalidError):
        bench.service.invitations.invite(TENANT, email, Role.VIEWER)


def test_every_fault_of_a_new_account_is_told_and_the_link_stays_good(bench: Workbench) -> None:
    token = bench.service.invitations.set_up(TENANT)
    assert token is not None

    with pytest.raises(InvalidError) as refused:
        bench.service.invitations.accept(token, "short", " ", "ada")

    assert [fault.path for fault in refused.value.faults] == ["$.email", "$.name", "$.password"]
    assert bench.service.invitations.accept(token, PASSWORD, "Ada", ADA)


def test_a_reset_link_sets_another_password_and_the_old_one_holds_until_then(
    bench: Workbench,
) -> None:
    set_up(bench)
    grace, _ = join(bench)
    invitations, accounts = bench.service.invitations, bench.service.accounts
    _, token = invitations.reset(TENANT, grace.user.id)
    assert accounts.sign_in(GRACE, PASSWORD, ADDRESS)

    signed_in, session = invitations.accept(token, "a newer, longer password")

    assert accounts.identify(session) == signed_in
    assert accounts.sign_in(GRACE, "a newer, longer password", ADDRESS)
    with pytest.raises(SignInRefused):
        accounts.sign_in(GRACE, PASSWORD, ADDRESS)
    with pytest.raises(NotFoundError):
        invitations.accept(token, "a third, longer password")


def test_a_reset_link_is_for_a_day_and_not_for_the_disabled(bench: Workbench) -> None:
    set_up(bench)
    grace, _ = join(bench)
    invitations, users = bench.service.invitations, bench.service.users
    _, expired = invitations.reset(TENANT, grace.user.id)
    bench.clock.turn(RESET_HOLDS)
    with pytest.raises(NotFoundError):
        invitations.accept(expired, PASSWORD)

    _, token = invitations.reset(TENANT, grace.user.id)
    users.disable(TENANT, grace.user.id)
    with pytest.raises(NotFoundError):
        invitations.accept(token, PASSWORD)
    with pytest.raises(ConflictError):
        invitations.reset(TENANT, grace.user.id)
    with pytest.raises(NotFoundError):
        invitations.reset("globex", grace.user.id)


def test_the_last_admin_can_be_neither_disabled_nor_demoted(bench: Workbench) -> None:
    ada, token = set_up(bench)
    grace, _ = join(bench)
    users = bench.service.users

    with pytest.raises(ConflictError, match="last admin"):
        users.disable(TENANT, ada.user.id)
    with pytest.raises(ConflictError, match="last admin"):
        users.change_role(TENANT, ada.user.id, Role.VIEWER)
    assert bench.service.accounts.identify(token) == ada
    users.change_role(TENANT, grace.user.id, Role.ADMIN)
    users.disable(TENANT, ada.user.id)

    with pytest.raises(ConflictError, match="last admin"):
        users.disable(TENANT, grace.user.id)
    users.enable(TENANT, ada.user.id)
    assert bench.service.accounts.sign_in(ADA, PASSWORD, ADDRESS)
    with pytest.raises(NotFoundError):
        users.disable("globex", ada.user.id)
