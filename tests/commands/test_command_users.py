"""`penstock user`, and the link to the first admin that `penstock run` prints."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from app import WholeInstallation
from core.account_store import AuditFilter
from core.accounts import ActorKind
from core.config import Config
from core.writes import ListQuery
from tests.support.people import PASSWORD
from tests.support.server import Server, call, starting_server

pytestmark = pytest.mark.usefixtures("tables")

ADA = "ada@example.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def accept(folder: Path, token: str, name: str = "Ada") -> None:
    """What whoever has the link does in the browser."""
    with WholeInstallation().open(Config(data_dir=folder / "data")) as service:
        service.invitations.accept(token, PASSWORD, name)


def test_an_invited_user_is_listed_once_the_link_was_used(penstock, tmp_path):
    made = penstock("user", "invite", ADA, "--role", "admin", "--public-url", "https://p.example/")
    assert made.status == 0
    base, _, token = made.out.strip().rpartition("/")
    assert base == "https://p.example/invitations"
    assert token not in made.errors
    assert penstock("user", "list", "--json").json == []

    accept(tmp_path, token)

    heading, row = penstock("user", "list").out.splitlines()
    assert heading.split() == ["EMAIL", "NAME", "ROLE", "DISABLED", "SIGNED", "IN"]
    assert row.split()[:4] == [ADA, "Ada", "admin", "-"]
    (listed,) = penstock("user", "list", "--json").json
    assert (listed["email"], listed["role"], listed["disabled"]) == (ADA, "admin", False)
    assert "hash" not in str(listed)


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"HOST": "0.0.0.0", "PORT": "9000"}, "http://localhost:9000"),
        ({"HOST": "::1"}, "http://[::1]:8080"),
        ({"HOST": "penstock.lan"}, "http://penstock.lan:8080"),
        ({"PUBLIC_URL": "https://p.example"}, "https://p.example"),
    ],
)
def test_a_link_leads_to_where_the_server_is(penstock, monkeypatch, settings, base):
    for name, value in settings.items():
        monkeypatch.setenv(f"PENSTOCK_{name}", value)
    assert penstock("user", "invite", ADA).out.startswith(f"{base}/invitations/")


def test_a_user_is_disabled_enabled_and_gets_a_reset_link(penstock, tmp_path):
    for email, name in (("admin@example.com", "Admin"), (ADA, "Ada")):
        token = penstock("user", "invite", email, "--role", "admin").out.strip().rpartition("/")[2]
        accept(tmp_path, token, name)

    assert penstock("user", "reset", "ADA@example.com").out.startswith("http://127.0.0.1:8080/inv")
    assert "is disabled" in penstock("user", "disable", ADA).out
    listed = {user["email"]: user["disabled"] for user in penstock("user", "list", "--json").json}
    assert listed == {ADA: True, "admin@example.com": False}
    refused = penstock("user", "reset", ADA)
    assert refused.status == 1
    assert "is disabled" in refused.errors
    last = penstock("user", "disable", "admin@example.com")
    assert last.status == 1
    assert "last admin" in last.errors
    assert penstock("user", "enable", ADA).status == 0
    assert penstock("user", "disable", "admin@example.com").status == 0


def test_nobody_and_nonsense_are_refused_in_words(penstock):
    for command in ("reset", "disable", "enable"):
        finished = penstock("user", command, "nobody@example.com")
        assert finished.status == 1
        assert "there is no user nobody@example.com" in finished.errors
    assert "$.email" in penstock("user", "invite", "nobody").errors
    assert penstock("user", "invite", ADA, "--role", "king").status == 2


def test_the_record_names_who_sat_at_the_command_line(penstock, tmp_path, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "olga")
    penstock("user", "invite", ADA)
    penstock("secret", "set", "TOKEN", "--value", "s3cret-value")

    with WholeInstallation().open(Config(data_dir=tmp_path / "data")) as service:
        page = service.audit.list("default", AuditFilter(), ListQuery())

    assert [entry.verb for entry in page.items] == ["secret.set", "invitation.made"]
    assert {(entry.actor_kind, entry.actor_id) for entry in page.items} == {
        (ActorKind.COMMAND, "olga")
    }


def test_a_simulated_event_is_in_the_record(penstock, write, tmp_path):
    penstock("import", str(write("orders.json")), "--publish")
    assert penstock("send", "orders", "--body", "{}").status == 0

    with WholeInstallation().open(Config(data_dir=tmp_path / "data")) as service:
        (entry,) = service.audit.list("default", AuditFilter(verb="run."), ListQuery()).items

    assert (entry.verb, entry.detail) == ("run.started", {"automation_id": "orders"})


def printed_link(server: Server) -> str | None:
    """The set-up link that the start printed."""
    links = [line.strip() for line in server.wait_until_ready() if "/setup/" in line]
    return links[0] if links else None


def test_each_start_prints_a_link_to_the_first_admin_until_there_is_one(tmp_path):
    with starting_server(tmp_path) as server:
        old = printed_link(server)
        assert old is not None
        assert old.startswith(f"{server.url}/setup/")
        assert call("GET", old).status == 200
    with starting_server(tmp_path) as server:
        new = printed_link(server)
        assert new is not None
        assert call("GET", f"{server.url}/setup/{old.rpartition('/')[2]}").status == 404
        form = f"email={ADA}&name=Ada&password={PASSWORD.replace(' ', '+')}"
        assert call("POST", new, form.encode(), FORM).status == 303
    with starting_server(tmp_path, PENSTOCK_PUBLIC_URL="https://p.example") as server:
        first, *rest = server.wait_until_ready()
        assert "https://p.example" in first
        assert not any("/setup/" in line for line in rest)
        signed_in = call("POST", f"{server.url}/sign-in", form.encode(), FORM)
        assert signed_in.status == 303
        assert "Secure" in signed_in.headers["set-cookie"]
