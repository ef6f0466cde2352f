"""The Dockerfile: judged by a linter, and by what an operator relies on. No Docker runs here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.dockerfile import DOCKERFILE, context, probe, stages, values
from tests.support.server import ROOT, environment, free_port, running_server


def test_a_linter_finds_nothing():
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_what_is_installed_is_what_the_lock_names_by_hash():
    build = stages()[0]
    installs = [run for run in values(build, "RUN") if " install " in run]
    assert len(installs) == 2
    locked, own = installs
    assert "requirements/run.lock" in values(build, "COPY")[0]
    for needed in ("--require-hashes", "--only-binary :all:", "requirements/run.lock"):
        assert needed in locked
    for needed in ("--no-index", "--no-deps", "uninstall --yes setuptools"):
        assert needed in own


def test_the_image_runs_as_nobody_special_and_without_tools_that_build():
    build, final = stages()
    assert values(build, "FROM")[0].split()[0] == values(final, "FROM")[0]
    assert final[-1].name == "CMD"
    (user,) = values(final, "USER")
    assert all(int(part) > 0 for part in user.split(":"))
    after = final[[one.name for one in final].index("USER") :]
    assert not {"RUN", "COPY", "ADD"} & {one.name for one in after}
    assert values(final, "COPY") == ["--from=build /opt/penstock /opt/penstock"]
    commands = " ".join(values(final, "RUN"))
    assert "install " not in commands.replace("uninstall ", "")
    assert "uninstall --yes --root-user-action ignore pip" in commands


def test_it_starts_penstock_where_others_reach_it():
    final = stages()[-1]
    assert values(final, "ENTRYPOINT") == ['["penstock"]']
    assert values(final, "CMD") == ['["run"]']
    (settings,) = values(final, "ENV")
    assert "PENSTOCK_HOST=0.0.0.0" in settings
    assert "PENSTOCK_PORT=8080" in settings
    assert values(final, "EXPOSE") == ["8080"]


def test_the_context_has_every_room_and_nothing_else():
    rooms = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"bench", "chaos"}
    others = {"app.py", "data_folder.py", "doctor.py", "wiring.py", "static", "examples"}
    others |= {"requirements/run.lock", "requirements/otel.lock"}
    assert set(context()) == rooms | others | {"pyproject.toml", "README.md", "LICENSE"}


def test_the_health_check_says_of_a_server_whether_it_is_ready(tmp_path):
    with running_server(tmp_path) as server:
        port = int(server.url.rpartition(":")[2])
        assert _asked(port) == 0
    assert _asked(port) != 0
    assert _asked(free_port()) != 0


def _asked(port: int) -> int:
    """How the health check of a container at this port ends."""
    program, *arguments = probe()
    assert program == "python"
    command = [sys.executable, *arguments]
    settings = environment(PENSTOCK_PORT=str(port))
    return subprocess.run(command, env=settings, stderr=subprocess.DEVNULL, check=False).returncode
