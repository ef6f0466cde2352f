"""What the image holds: the package as the Dockerfile makes it, in an environment of its own.

The dependencies come from this environment, where the same lock put them: nothing is downloaded.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.dockerfile import context
from tests.support.server import ROOT, Server, free_port


class InstalledServer(Server):
    """A server that runs what is installed, and nothing of this folder."""

    def __init__(self, folder: Path, environment: Path) -> None:
        self.program = environment / "bin" / "penstock"
        self.python = str(environment / "bin" / "python")
        super().__init__(folder, free_port(), ["--demo"], {})


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """An environment with Penstock in it, made of what .dockerignore lets through."""
    folder = tmp_path_factory.mktemp("image")
    source, environment = folder / "source", folder / "opt"
    for name in context():
        _copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-index", "--no-deps"]
    _run(*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, source)
    _run(sys.executable, "-m", "venv", "--without-pip", environment)
    (wheel,) = folder.glob("*.whl")
    _run(*pip, "--python", environment / "bin" / "python", "install", *offline, wheel)
    (packages,) = environment.glob("lib/*/site-packages")
    # Of a folder named so, no further .pth file is read: Penstock's editable install stays out.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return environment


def test_what_is_installed_serves_pages_takes_events_and_has_the_examples(installed, tmp_path):
    server = InstalledServer(tmp_path, installed)
    try:
        server.wait_until_ready("  answers")
        page = server.call("GET", "/sign-in").body.decode()
        style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert server.call("GET", style).headers["content-type"].startswith("text/css")
        order = {"customer": {"id": "C-1", "partnerId": "acme", "name": "Zoë"}, "order": ORDER}
        reply = server.call("POST", "/hooks/default/partner-sync", order)
        assert (reply.status, reply.json["remote"]) == (200, "rem-acme")
        assert server.call("GET", "/api/openapi.json").status == 200
        assert server.stop() == 0
    finally:
        server.close()


def test_every_file_of_the_rooms_that_a_server_reads_is_installed(installed):
    (packages,) = installed.glob("lib/*/site-packages")
    rooms = [name for name in context() if (ROOT / name).is_dir()]
    kept = [
        file.relative_to(ROOT)
        for room in rooms
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    missing = {str(file) for file in kept if not (packages / file).exists()}
    # Alembic's pattern for a new migration, which developers alone write.
    assert missing == {"store/migrations/script.py.mako"}


ORDER = {"id": "A-1", "lines": [{"sku": "TEA-250", "price": 12.5}]}


def _copy(kept: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    if kept.is_dir():
        shutil.copytree(kept, copy, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(kept, copy)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
