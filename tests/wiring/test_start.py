"""What a start leaves for later, so that an installation at rest stays small."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.server import ROOT

AT_REST = {
    *("flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "blinker", "click", "granian"),
    *("sqlalchemy", "typing_extensions", "orjson", "simpleeval", "urllib3", "certifi"),
    *("jsonschema", "jsonschema_specifications", "referencing", "rpds", "attr", "attrs", "idna"),
    *("cryptography", "argon2", "_argon2_cffi_bindings", "_cffi_backend"),
    *("multipart", "cronsim", "backports"),
}
"""What of others' work a server has loaded that does nothing. Before adding to this, see whether
the module can wait until it is used, as Alembic does (`store.upgrade`): each costs everybody its
megabytes, all the time."""

PROGRAM = """
import sys

before = set(sys.modules)

from api.apart import apart
from api.server import Among
from app import WholeInstallation
from core.config import read_config
from core.roles import Role


def prepare():
    with installation.open(config):
        pass


config = read_config({"PENSTOCK_DATA_DIR": sys.argv[1]})
installation = WholeInstallation()
apart(prepare)
site = installation.load(config, Role.RUN, Among(0, alone=True))
status = site.application.test_client().get("/healthz").status_code
site.stop()
print(status, *sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def test_what_nobody_uses_yet_is_not_loaded(tmp_path: Path) -> None:
    status, *loaded = run(PROGRAM, str(tmp_path))

    assert status == "200"
    assert sorted(set(loaded) & of_dependencies() - AT_REST) == []


def of_dependencies() -> set[str]:
    """The modules of what Penstock needs to run, with its extra; the tests have others besides."""
    locks = [(ROOT / "requirements" / f"{name}.lock").read_text() for name in ("run", "otel")]
    found = re.findall(r"^([\w.-]+)==", "".join(locks), re.MULTILINE)
    locked = {canonical(name) for name in found}
    return {
        module
        for module, distributions in packages_distributions().items()
        if locked & {canonical(name) for name in distributions}
    }


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def run(program: str, *arguments: str) -> list[str]:
    """The words that a program says in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()
