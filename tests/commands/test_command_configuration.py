"""A setting that cannot be used stops the command with one clear line, whoever is at fault."""

from __future__ import annotations

import socket

import pytest

from tests.support.server import free_port

FILE = "<a file>"
TAKEN = "<a taken port>"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "http", "'http' is not a port; use a number from 1 to 65535"),
        ("PORT", "0", "is not a port"),
        ("PORT", "65536", "is not a port"),
        ("PORT", "-1", "is not a port"),
        ("PORT", "8080 ", "is not a port"),
        ("PORT", TAKEN, "another program listens at 127.0.0.1:"),
        ("HOST", "203.0.113.7", "203.0.113.7 is not an address of this machine"),
        ("HOST", "x" * 64, "is not a host name or address"),
        ("DATA_DIR", FILE, "cannot be made"),
        ("DATABASE_URL", "penstock.db", "is not a database URL"),
        ("DATABASE_URL", "mysql://localhost/penstock", "'mysql' is not supported"),
        ("DATABASE_URL", "sqlite://", "SQLite needs a file"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all/penstock.db", "does not exist"),
        ("SECRET_KEY", "short", "too short; use at least 16 characters"),
        ("BOOTSTRAP_API_KEY", "short", "too short; use at least 16 characters"),
        ("ALLOW_PRIVATE", "10.0.0.1/8", "write 10.0.0.0/8"),
        ("ALLOW_PRIVATE", "everything", "is not a network"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "write 10.0.0.0/8"),
        ("TRUSTED_PROXIES", "nginx", "is not a network"),
        ("PUBLIC_URL", "penstock.example.com", "it reads like https://penstock.example.com"),
        ("PUBLIC_URL", "ftp://penstock.example.com", "cannot be used"),
        ("PUBLIC_URL", "https://penstock.example.com/base", "without a path"),
        ("PUBLIC_URL", "https://user@penstock.example.com", "cannot be used"),
        ("PUBLIC_URL", "https://penstock.example.com:x", "cannot be used"),
        ("PUBLIC_URL", "https://", "cannot be used"),
        ("PUBLIC_URL", "https://a b", "cannot be used"),
        ("LOG_FORMAT", "xml", "'xml' is unknown; use text or json"),
        ("LOG_FORMAT", "JSON", "'JSON' is unknown; use text or json"),
        ("TRACES", "zipkin", "'zipkin' is unknown; use otlp or off"),
        ("ASSETS", "remote", "'remote' is unknown; use cdn or local"),
        ("REDIS_URL", "redis://localhost", "needs no Redis; leave it unset"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line(
    penstock, monkeypatch, tmp_path, name, value, words
):
    (tmp_path / "file").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        values = {FILE: str(tmp_path / "file"), TAKEN: str(taken.getsockname()[1])}
        monkeypatch.setenv("PENSTOCK_PORT", str(free_port()))
        monkeypatch.setenv(f"PENSTOCK_{name}", values.get(value, value))
        finished = penstock("run")
    assert finished.status == 2
    assert finished.out == ""
    (line,) = finished.errors.splitlines()
    assert line.startswith("penstock: ")
    assert f"PENSTOCK_{name}" in line
    assert words in line


def test_a_flag_wins_over_the_environment(penstock, monkeypatch):
    monkeypatch.setenv("PENSTOCK_PORT", "8080")
    finished = penstock("run", "--port", "none")
    assert finished.status == 2
    assert "'none' is not a port" in finished.errors


def test_a_database_that_nobody_serves_fails_with_one_line(penstock, monkeypatch):
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    finished = penstock("key", "list", "--database-url", url)
    assert finished.status == 1
    (line,) = finished.errors.splitlines()
    assert "the database did not do it" in line


def test_a_file_that_is_no_database_fails_with_one_line(penstock, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "penstock.db").write_text("This is not a database. " * 100)
    finished = penstock("key", "list")
    assert finished.status == 1
    (line,) = finished.errors.splitlines()
    assert "not a database" in line


def test_an_unknown_command_and_a_missing_one_are_misuse(penstock):
    assert penstock("fly").status == 2
    assert penstock().status == 2
    assert penstock("run", "--pirt", "1").status == 2


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "validate",
        "schema",
        "import",
        "export",
        "send",
        "secret set",
        "key create",
        "user invite",
        "user reset",
    ],
)
def test_every_command_explains_itself_with_examples(penstock, command):
    finished = penstock(*command.split(), "--help")
    assert finished.status == 0
    assert f"penstock {command}" in finished.out
    assert "examples:\n  penstock" in finished.out
