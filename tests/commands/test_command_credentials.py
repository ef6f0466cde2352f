"""`penstock secret` and `penstock key`: what is secret stays off the terminal."""

from __future__ import annotations

import getpass
import io

import pytest

from tests.support.builders import make_document, send

pytestmark = pytest.mark.usefixtures("tables")

VALUE = "s3cret-value-of-the-partner"


def test_a_secret_is_piped_in_and_listed_with_its_uses_but_never_shown(penstock, write):
    assert penstock("secret", "set", "TOKEN", typed=f"{VALUE}\n").out == "TOKEN is set\n"
    document = make_document(
        send("ask", "https://partner.example/", with_={"headers": {"A": "<secrets.TOKEN>"}})
    )
    penstock("import", str(write("orders.json", document)), "--publish")
    finished = penstock("secret", "list")
    heading, row = finished.out.splitlines()
    assert heading.split() == ["NAME", "UPDATED", "USED", "BY"]
    assert row.split()[0] == "TOKEN"
    assert row.split()[-1] == "orders"
    (listed,) = penstock("secret", "list", "--json").json
    assert listed["used_by"] == ["orders"]
    assert VALUE not in finished.out + str(listed)


def test_a_secret_is_typed_unseen_at_a_terminal(penstock, monkeypatch):
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    prompts = []
    monkeypatch.setattr(io, "StringIO", Keyboard)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: prompts.append(prompt) or VALUE)
    assert penstock("secret", "set", "TOKEN").status == 0
    assert prompts == ["Value of TOKEN: "]


def test_a_secret_can_be_deleted_once(penstock):
    penstock("secret", "set", "TOKEN", "--value", VALUE)
    assert penstock("secret", "delete", "TOKEN").status == 0
    assert penstock("secret", "list", "--json").json == []
    finished = penstock("secret", "delete", "TOKEN")
    assert finished.status == 1
    assert "there is no secret TOKEN" in finished.errors


@pytest.mark.parametrize(("name", "value"), [("1TOKEN", VALUE), ("TOKEN", "")])
def test_a_bad_secret_is_refused_with_its_fault(penstock, name, value):
    finished = penstock("secret", "set", name, typed=value)
    assert finished.status == 1
    assert finished.errors.splitlines()[-1].startswith("  $.")


def test_the_value_of_a_key_alone_goes_to_the_output(penstock):
    finished = penstock("key", "create", "--name", "shop", "--scopes", "read, trigger")
    assert finished.status == 0
    (value,) = finished.out.splitlines()
    assert value.startswith("psk_")
    assert value not in finished.errors
    (listed,) = penstock("key", "list", "--json").json
    assert listed["name"] == "shop"
    assert listed["scopes"] == ["trigger", "read"]
    assert value not in str(listed)


def test_a_key_can_be_made_for_programs_and_deleted(penstock):
    made = penstock("key", "create", "--name", "ci", "--scopes", "admin", "--json").json
    assert made["value"].startswith("psk_")
    assert penstock("key", "list").out.splitlines()[1].split()[0] == made["id"]
    assert penstock("key", "delete", made["id"]).status == 0
    assert penstock("key", "delete", made["id"]).status == 1


@pytest.mark.parametrize("scopes", ["", "fly", "read,fly"])
def test_a_key_needs_scopes_that_exist(penstock, scopes):
    finished = penstock("key", "create", "--name", "me", "--scopes", scopes)
    assert finished.status == 1
    assert "$.scopes" in finished.errors
