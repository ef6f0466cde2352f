"""Users, their sessions and the links to them: what is guarded, and whose it is."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.accounts import LinkPurpose, Role, User
from core.errors import GuardMissed, StorageUnavailable
from core.writes import Write
from store import Cipher, SqlStore, open_store
from store.database import Database
from store.prepared import Cursor
from store.unit import Unit, calls_of
from store.writer_program import execute_calls
from tests.support.builders import NOW
from tests.support.people import make_invitation, make_session, make_user
from tests.support.postgres import PostgresServer


def keep(store: SqlStore, **changes: object) -> User:
    user = make_user(**changes)
    store.commit([store.users.insert(user, f"hash of {user.name}")])
    return user


def test_a_user_is_found_by_id_within_the_tenant_and_by_email_everywhere(store: SqlStore) -> None:
    assert store.users.any() is False
    grace = keep(store, email="grace@acme.example", name="Grace", role=Role.VIEWER)
    ada = keep(store)
    keep(store, tenant="other", email="bob@other.example")

    assert store.users.any() is True
    assert store.users.get("acme", ada.id) == ada
    assert store.users.get("other", ada.id) is None
    assert store.users.find(ada.email) == (ada, "hash of Ada")
    assert store.users.find("nobody@acme.example") is None
    assert store.users.list("acme") == [ada, grace]


def test_an_email_is_one_users_in_the_whole_installation(store: SqlStore) -> None:
    keep(store)

    with pytest.raises(GuardMissed):
        keep(store, tenant="other", name="Another")


def test_a_user_is_renamed_and_gets_another_password(store: SqlStore) -> None:
    user = keep(store)

    store.commit([store.users.rename("acme", user.id, "Ada L.")])
    store.commit([store.users.set_password("acme", user.id, "newer")])

    assert store.users.find(user.email) == (replace(user, name="Ada L."), "newer")
    for write in (
        store.users.rename("other", user.id, "Eve"),
        store.users.set_password("other", user.id, "hers"),
    ):
        with pytest.raises(GuardMissed):
            store.commit([write])


def test_a_sign_in_is_refused_to_the_disabled_and_after_a_change_of_password(
    store: SqlStore,
) -> None:
    user = keep(store, role=Role.VIEWER)
    keep(store, email="admin@acme.example", name="Admin")

    store.commit([store.users.signed_in(user, "hash of Ada", NOW + 5)])
    assert store.users.get("acme", user.id) == replace(user, signed_in_at=NOW + 5)

    with pytest.raises(GuardMissed):
        store.commit([store.users.signed_in(user, "hash of before", NOW + 6)])
    store.commit([store.users.change(user, Role.VIEWER, disabled=True)])
    with pytest.raises(GuardMissed):
        store.commit([store.users.signed_in(user, "hash of Ada", NOW + 6)])


def test_the_last_admin_of_a_tenant_stays_one(store: SqlStore) -> None:
    ada = keep(store)
    keep(store, tenant="other", email="bob@other.example")
    keep(store, email="eve@acme.example", disabled=True)

    for role, disabled in ((Role.VIEWER, False), (Role.ADMIN, True)):
        with pytest.raises(GuardMissed):
            store.commit([store.users.change(ada, role, disabled)])
    keep(store, email="grace@acme.example")
    store.commit([store.users.change(ada, Role.VIEWER, disabled=True)])

    assert store.users.get("acme", ada.id) == replace(ada, role=Role.VIEWER, disabled=True)


def test_of_two_admins_who_remove_each_other_at_once_one_stays(store: SqlStore) -> None:
    admins = [keep(store), keep(store, email="grace@acme.example")]
    together, refused = threading.Barrier(2), []

    def remove(user: User) -> None:
        together.wait(20)
        try:
            store.commit([store.users.change(user, Role.VIEWER, disabled=False)])
        except (GuardMissed, StorageUnavailable) as error:
            refused.append(error)

    threads = [threading.Thread(target=remove, args=(user,)) for user in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(refused) == 1
    assert [user.role for user in store.users.list("acme")].count(Role.ADMIN) == 1


def test_the_admin_that_stays_is_held_until_the_other_one_is_removed(
    postgres: PostgresServer,
) -> None:
    url = postgres.new_database()
    store, database = open_store(url, Cipher(b"a key of the tests")), Database(url)
    ada, grace = keep(store), keep(store, email="grace@acme.example")
    first, second = database.connect(), database.connect()

    with database.transaction(first) as removing:
        execute(removing, store.users.change(ada, Role.VIEWER, disabled=False))
        with (
            pytest.raises(StorageUnavailable, match="lock timeout"),
            database.transaction(second) as waiting,
        ):
            waiting.execute("SET LOCAL lock_timeout = '50ms'", ())
            execute(waiting, store.users.change(grace, Role.VIEWER, disabled=False))

    with pytest.raises(GuardMissed):
        store.commit([store.users.change(grace, Role.VIEWER, disabled=False)])
    for one in (first, second, store, database):
        one.close()


def execute(cursor: Cursor, write: Write) -> None:
    execute_calls(cursor, calls_of([Unit([write])]))


def test_a_session_is_found_with_its_user_until_it_ends(store: SqlStore) -> None:
    user = keep(store, role=Role.VIEWER)
    keep(store, email="admin@acme.example")
    session = make_session(user)
    store.commit([store.sessions.insert(session, "its hash")])

    assert store.sessions.find("its hash") == (session, user)
    assert store.sessions.find("another") is None
    store.commit([store.sessions.touch(session.id, NOW + 7)])
    assert store.sessions.find("its hash") == (replace(session, seen_at=NOW + 7), user)
    store.commit([store.users.change(user, user.role, disabled=True)])
    assert store.sessions.find("its hash") is None
    store.commit([store.users.change(user, Role.ADMIN, disabled=False)])
    store.commit([store.sessions.delete(session.id)])
    assert store.sessions.find("its hash") is None


def test_sessions_end_together_but_for_the_one_that_is_kept(store: SqlStore) -> None:
    user = keep(store)
    for hashed in ("first", "second"):
        store.commit([store.sessions.insert(make_session(user), hashed)])
    new = make_session(user)

    ended = store.sessions.delete_of(user.id, kept=new.id)
    store.commit([store.sessions.insert(new, "third"), ended])

    assert [store.sessions.find(one) is not None for one in ("first", "second", "third")] == [
        False,
        False,
        True,
    ]


def test_what_has_expired_is_forgotten(store: SqlStore) -> None:
    user = keep(store)
    sessions = {
        "old": make_session(user, created_at=NOW - 10),
        "idle": make_session(user, seen_at=NOW - 10),
        "good": make_session(user),
    }
    links = {"over": make_invitation(expires_at=NOW), "for ever": make_invitation(expires_at=None)}
    store.commit([store.sessions.insert(one, name) for name, one in sessions.items()])
    store.commit([store.invitations.insert(one, name) for name, one in links.items()])

    store.commit([store.sessions.forget(NOW - 5, NOW - 5), store.invitations.forget(NOW)])

    assert [name for name in sessions if store.sessions.find(name)] == ["good"]
    assert [name for name in links if store.invitations.find(name)] == ["for ever"]


def test_a_link_is_used_once_and_replaces_those_before_it(store: SqlStore) -> None:
    old, new = make_invitation(), make_invitation()
    reset = make_invitation(purpose=LinkPurpose.RESET, user_id="grace")
    foreign = make_invitation(tenant="other")
    for name, link in {"old": old, "reset": reset, "foreign": foreign}.items():
        store.commit([store.invitations.insert(link, name)])

    store.commit([store.invitations.insert(new, "new"), store.invitations.delete_others(new)])

    assert store.invitations.find("new") == new
    assert [link.id for link in store.invitations.list("acme")] == sorted([new.id, reset.id])
    assert store.invitations.list("other") == [foreign]
    with pytest.raises(GuardMissed):
        store.commit([store.invitations.delete("other", new.id)])
    store.commit([store.invitations.delete("acme", new.id)])
    with pytest.raises(GuardMissed):
        store.commit([store.invitations.delete("acme", new.id)])
