"""`penstock backup`, `restore` and `copy-to`, and how an installation goes on afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.support.automations import ended_run, on_webhook, post
from tests.support.server import ADMIN_KEY, running_server


def test_a_backup_of_a_running_server_goes_on_where_it_was(penstock, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with running_server(first) as server:
        server.publish("note", on_webhook("note"))
        run_id = post(server, "note", {"n": 1}).json["run_id"]
        ended_run(server, run_id)
        made = penstock("backup", str(file), "--data-dir", str(server.data_dir))
    assert made.status == 0, made.errors
    assert "1 automations, 1 runs" in made.out
    assert "secret.key" in made.out

    restored = penstock("restore", str(file), "--data-dir", str(second / "data"))
    assert restored.status == 0, restored.errors
    with running_server(second) as server:
        assert server.key == ADMIN_KEY
        assert ended_run(server, run_id)["event"]["body"] == {"n": 1}
        assert post(server, "note", {"n": 2}).status == 202


def test_a_server_that_runs_is_not_moved_away_under(penstock, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        target = f"sqlite:///{tmp_path / 'other.db'}"
        moved = penstock("copy-to", target, "--data-dir", str(server.data_dir))
    assert moved.status == 2
    assert "is in use by process" in moved.errors
    assert not (tmp_path / "other.db").exists()


def test_faults_are_told_in_one_line(penstock, tmp_path: Path) -> None:
    here = ("--data-dir", str(tmp_path / "nothing"))
    for arguments, words in [
        (("restore", str(tmp_path / "none")), "there is no file"),
        (("backup", str(tmp_path / "all.backup")), "there is no database in"),
        (("copy-to", "postgresql+psycopg://nobody@127.0.0.1:1/x"), "there is no database in"),
        (("compact",), "there is no database in"),
    ]:
        finished = penstock(*arguments, *here)
        (line,) = finished.errors.splitlines()
        assert (finished.status, line.startswith("penstock: ")) == (2, True)
        assert words in line
    assert not (tmp_path / "nothing" / "penstock.db").exists()


def test_a_database_is_compacted_while_nobody_uses_it(penstock, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.publish("note", on_webhook("note"))
        run_id = post(server, "note", {"n": 1}).json["run_id"]
        ended_run(server, run_id)
        here = ("--data-dir", str(server.data_dir))
        refused = penstock("compact", *here)
    assert refused.status == 2
    assert "is in use by process" in refused.errors

    done = penstock("compact", *here)

    assert done.status == 0, done.errors
    assert "The database had 0." in done.out
    with running_server(tmp_path) as server:
        assert ended_run(server, run_id)["event"]["body"] == {"n": 1}
