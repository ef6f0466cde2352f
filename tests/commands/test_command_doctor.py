"""`penstock doctor` says in words what is wrong, and changes nothing."""

from __future__ import annotations

from pathlib import Path

from tests.support.server import free_port, running_server


def test_an_installation_that_runs_is_well(penstock, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        data = str(server.data_dir)
        penstock("secret", "set", "TOKEN", "--data-dir", data, typed="value")
        found = penstock("doctor", "--data-dir", data)
        (server.data_dir / "secret.key").chmod(0o644)
        readable = penstock("doctor", "--data-dir", data)
        another = penstock("doctor", "--data-dir", data, "--secret-key", "another key than it was")

    assert found.status == 0, found.out
    assert "fault" not in found.out
    assert "uses the data folder" in found.out
    assert "1 processes hold a lease" in found.out
    assert "1 secrets can be decrypted" in found.out
    assert readable.status == 1
    assert "chmod 600" in readable.out
    assert another.status == 1
    assert "1 of 1 secrets cannot be decrypted, such as TOKEN of default" in another.out


def test_where_nobody_runs_that_is_said(penstock, tmp_path: Path) -> None:
    penstock("key", "list")
    found = penstock("doctor")

    assert found.status == 0, found.out
    assert "no server runs: what is due waits" in found.out


def test_where_there_is_nothing_nothing_is_made(penstock, tmp_path: Path) -> None:
    found = penstock("doctor")

    assert found.status == 1
    assert "there is no data folder" in found.out
    assert not (tmp_path / "data").exists()


def test_servers_that_do_not_answer_are_named(penstock) -> None:
    nowhere = free_port()
    found = penstock(
        "doctor",
        *("--database-url", f"postgresql+psycopg://nobody@127.0.0.1:{nowhere}/x"),
        *("--redis-url", f"redis://127.0.0.1:{nowhere}"),
        *("--secret-key", "a key of sixteen and more"),
    )

    assert found.status == 1
    assert "the database cannot be used" in found.out
    assert "Redis does not answer" in found.out
