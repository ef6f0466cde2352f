"""Signing in and out: who gets in, for how long, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from core.accounts import Role, User
from core.clock import Milliseconds
from core.errors import InvalidError, SignInRefused
from engine.people.passwords import Passwords
from engine.people.sessions import IDLE, LONGEST, TOUCHED_EVERY
from tests.engine.people import ADA, ADDRESS, GRACE, join, set_up
from tests.support.people import PASSWORD
from tests.support.workbench import TENANT, Workbench

NEWER = "another horse, another battery"


def sign_in(bench: Workbench, email: str = ADA, password: str = PASSWORD) -> str:
    return bench.service.accounts.sign_in(email, password, ADDRESS)[1]


def use_later(bench: Workbench, token: str, duration: Milliseconds) -> None:
    """The session is still good then; that it was used is on disk."""
    bench.clock.turn(duration)
    assert bench.service.accounts.identify(token) is not None
    bench.store.check()


def test_whoever_knows_the_password_is_signed_in_by_a_token(bench: Workbench) -> None:
    accounts = bench.service.accounts
    assert accounts.has_users() is False
    set_up(bench)
    bench.clock.turn(1000)

    signed_in, token = accounts.sign_in("  Ada@ACME.example ", PASSWORD, ADDRESS)

    assert accounts.has_users() is True
    assert accounts.identify(token) == signed_in
    assert accounts.identify(token[:-1]) is None
    assert bench.service.users.find(TENANT, ADA).signed_in_at == bench.clock.now()
    accounts.sign_out(signed_in.session_id)
    assert accounts.identify(token) is None


def test_the_unknown_the_wrong_and_the_disabled_are_told_the_same(bench: Workbench) -> None:
    set_up(bench)
    grace, _ = join(bench)
    bench.service.users.disable(TENANT, grace.user.id)
    told = set()
    for email, password in (
        (ADA, "not the password"),
        ("eve@x.example", PASSWORD),
        (GRACE, PASSWORD),
    ):
        with pytest.raises(SignInRefused) as refused:
            sign_in(bench, email, password)
        told.add((str(refused.value), refused.value.wait))

    assert len(told) == 1


@pytest.mark.parametrize(
    "email", ["", "ada", "a\0b@acme.example", "x" * 100_000, "\ud800@x.example"]
)
def test_what_is_no_email_is_nobodys(bench: Workbench, email: str) -> None:
    set_up(bench)

    with pytest.raises(SignInRefused, match="No account"):
        sign_in(bench, email)


def test_an_unknown_email_costs_the_work_of_a_known_one(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(bench)
    checked: list[str] = []
    verify = PasswordHasher.verify

    def remember(self: PasswordHasher, kept: str, password: bytes) -> bool:
        checked.append(kept.rpartition("$")[0].rpartition("$")[0])
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", remember)
    for email in (ADA, "eve@x.example"):
        with pytest.raises(SignInRefused):
            sign_in(bench, email, "not the password")

    known, unknown = checked
    assert known == unknown
    assert known.startswith("$argon2id$")


def test_neither_token_nor_password_is_stored_in_clear(
    file_bench: Workbench, tmp_path: Path
) -> None:
    link = file_bench.service.invitations.set_up(TENANT)
    assert link is not None
    _, first = file_bench.service.invitations.accept(link, PASSWORD, "Ada", ADA)
    _, invited = file_bench.service.invitations.invite(TENANT, GRACE, Role.VIEWER)
    second = sign_in(file_bench)
    file_bench.store.close()

    stored = b"".join(file.read_bytes() for file in tmp_path.glob("penstock.db*"))

    assert ADA.encode() in stored
    for value in (link, first, second, invited, PASSWORD):
        assert value.encode() not in stored


def test_a_session_ends_when_it_is_left_idle(bench: Workbench) -> None:
    set_up(bench)
    token = sign_in(bench)
    for _ in range(3):
        use_later(bench, token, IDLE - TOUCHED_EVERY)

    bench.clock.turn(IDLE)

    assert bench.service.accounts.identify(token) is None


def test_a_session_ends_after_thirty_days_however_busy(bench: Workbench) -> None:
    set_up(bench)
    token = sign_in(bench)
    for _ in range(LONGEST // (IDLE // 2) - 1):
        use_later(bench, token, IDLE // 2)

    bench.clock.turn(IDLE // 2)

    assert bench.service.accounts.identify(token) is None


def test_a_session_that_another_process_ended_holds_for_seconds(bench: Workbench) -> None:
    set_up(bench)
    signed_in, token = bench.service.accounts.sign_in(ADA, PASSWORD, ADDRESS)
    assert bench.service.accounts.identify(token) is not None
    bench.store.commit([bench.store.sessions.delete(signed_in.session_id)])

    bench.clock.turn(5_000)

    assert bench.service.accounts.identify(token) is None


def change_role(bench: Workbench, user: User) -> None:
    bench.service.users.change_role(TENANT, user.id, Role.IMPLEMENTER)


def disable(bench: Workbench, user: User) -> None:
    bench.service.users.disable(TENANT, user.id)


def change_password(bench: Workbench, user: User) -> None:
    bench.service.accounts.change_password(user, PASSWORD, NEWER)


def choose_anew(bench: Workbench, user: User) -> None:
    _, token = bench.service.invitations.reset(TENANT, user.id)
    bench.service.invitations.accept(token, NEWER)


def sign_out_everywhere(bench: Workbench, user: User) -> None:
    bench.service.accounts.sign_out_everywhere(user)


@pytest.mark.parametrize(
    "change", [change_role, disable, change_password, choose_anew, sign_out_everywhere]
)
def test_it_ends_every_session_of_the_user_and_no_other(
    bench: Workbench, change: Callable[[Workbench, User], None]
) -> None:
    _, of_ada = set_up(bench)
    grace, first = join(bench)
    second = sign_in(bench, GRACE)
    identify = bench.service.accounts.identify
    assert identify(first) is not None
    assert identify(second) is not None

    change(bench, grace.user)

    assert identify(first) is None
    assert identify(second) is None
    assert identify(of_ada) is not None


def test_a_changed_password_replaces_the_old_one(bench: Workbench) -> None:
    signed_in, _ = set_up(bench)

    again, token = bench.service.accounts.change_password(signed_in.user, PASSWORD, NEWER)

    assert bench.service.accounts.identify(token) == again
    assert sign_in(bench, password=NEWER)
    with pytest.raises(SignInRefused):
        sign_in(bench)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("not the password", NEWER, "$.old"),
        (PASSWORD, "too short", "$.password"),
        (PASSWORD, "x" * 1025, "$.password"),
        (PASSWORD, "aaaabbbbccccdddd", "$.password"),
        (PASSWORD, ADA.upper(), "$.password"),
    ],
)
def test_an_unfit_change_of_password_is_refused(
    bench: Workbench, old: str, new: str, path: str
) -> None:
    signed_in, token = set_up(bench)

    with pytest.raises(InvalidError) as refused:
        bench.service.accounts.change_password(signed_in.user, old, new)

    assert [fault.path for fault in refused.value.faults] == [path]
    assert bench.service.accounts.identify(token) == signed_in
    assert sign_in(bench)


def test_a_name_can_be_changed_at_once(bench: Workbench) -> None:
    signed_in, token = set_up(bench)

    renamed = bench.service.accounts.rename(signed_in.user, "  Ada L. ")

    assert renamed.name == "Ada L."
    found = bench.service.accounts.identify(token)
    assert found is not None
    assert found.user == renamed
    with pytest.raises(InvalidError):
        bench.service.accounts.rename(renamed, "\n")


def test_a_hash_of_less_work_is_made_anew_at_the_next_sign_in(bench: Workbench) -> None:
    signed_in, _ = set_up(bench)
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    bench.store.commit([bench.store.users.set_password(TENANT, signed_in.user.id, weak)])

    sign_in(bench)

    found = bench.store.users.find(ADA)
    assert found is not None
    assert not Passwords().is_outdated(found[1])
    assert sign_in(bench)


def test_letters_composed_otherwise_are_the_same_password() -> None:
    passwords = Passwords()
    kept = passwords.hash("Spät geöffnet am Fluß")

    assert passwords.match(kept, "Spa\u0308t geo\u0308ffnet am Fluß")
    assert not passwords.match(kept, "Spat geoffnet am Fluß")
    assert not passwords.match("no hash at all", "Spät geöffnet am Fluß")
