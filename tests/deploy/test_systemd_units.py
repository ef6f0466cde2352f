"""The systemd units, judged by systemd's own tools. No systemd runs here, so none was started."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.supervisor import KILL_SECONDS, ONE_WISH_SECONDS
from core.config import read_config
from tests.commands.conftest import penstock
from tests.support.debian import find_or_install
from tests.support.server import ROOT

__all__ = ["penstock"]

FOLDER = ROOT / "deploy" / "systemd"
UNITS = {
    "penstock.service": "penstock.service",
    "penstock-web@.service": "penstock-web@8080.service",
    "penstock-worker@.service": "penstock-worker@8091.service",
}
PROGRAM = "/opt/penstock/bin/penstock"
EVERY_UNIT = pytest.mark.parametrize("name", UNITS)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with the units; the program, which is not on this machine, is another one there."""
    for name in UNITS:
        text = (FOLDER / name).read_text()
        assert PROGRAM in text
        (tmp_path / name).write_text(text.replace(PROGRAM, "/bin/true"))
    return tmp_path


@EVERY_UNIT
def test_systemd_understands_every_line(name, installed):
    assert analyze("verify", "--man=no", installed / UNITS[name]) == ""


@EVERY_UNIT
def test_systemd_thinks_it_well_confined(name, installed):
    # The scale is 0 (confined) to 10 (may do anything); the threshold is in tenths.
    analyze("security", "--offline=yes", "--threshold=20", "--no-pager", installed / name)


def test_all_are_confined_in_the_same_way():
    confined = {tuple(lines_after("CapabilityBoundingSet", name)) for name in UNITS}
    assert len(confined) == 1
    assert len({lines["User"] for lines in map(settings, UNITS)}) == 1


@EVERY_UNIT
def test_a_stop_has_the_time_it_takes_and_only_the_supervisor_is_told(name):
    unit = settings(name)
    assert float(unit["TimeoutStopSec"]) > KILL_SECONDS + ONE_WISH_SECONDS
    assert unit["KillMode"] == "mixed"
    assert unit["Restart"] == "always"
    assert unit["StartLimitIntervalSec"] == "0"


@EVERY_UNIT
def test_the_program_knows_what_it_is_called_with(name, penstock, tmp_path):
    called = settings(name)["ExecStart"].replace("%i", "8080").removeprefix(f"{PROGRAM} ")
    # A setting that no server takes stops it before it does anything.
    finished = penstock(*called.split(), "--database-url", "nonsense", "--data-dir", str(tmp_path))
    assert finished.status == 2
    assert "PENSTOCK_DATABASE_URL" in finished.errors


def test_the_settings_of_the_example_can_be_used():
    text = (FOLDER / "penstock.env.example").read_text()
    filled = text.replace("PENSTOCK_SECRET_KEY=", "PENSTOCK_SECRET_KEY=sixteen-and-more-characters")
    config = read_config(dict(re.findall(r"^#?(PENSTOCK_[A-Z_]+)=(.*)$", filled, re.M)))
    assert (config.database_url or "").startswith("postgresql+psycopg://")
    assert config.redis_url
    assert config.secret_key
    assert config.trusted_proxies


def test_the_user_of_the_units_is_made(tmp_path):
    program = tool("systemd-sysusers")
    (tmp_path / "etc").mkdir()
    command = [program, f"--root={tmp_path}", FOLDER / "sysusers.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    user = settings("penstock.service")["User"]
    assert f"{user}:" in (tmp_path / "etc" / "passwd").read_text()


def settings(name: str) -> dict[str, str]:
    """The last value of each setting of a unit."""
    return dict(re.findall(r"^([A-Za-z]+)=(.*)$", (FOLDER / name).read_text(), re.M))


def lines_after(start: str, name: str) -> list[str]:
    text = (FOLDER / name).read_text()
    return [line for line in text[text.index(start) :].splitlines() if line]


def analyze(*arguments: str | Path) -> str:
    """What systemd-analyze complains of. Fails when it refuses."""
    command = [tool("systemd-analyze"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


def tool(name: str) -> str:
    return find_or_install(lambda: shutil.which(name), name, "systemd")
