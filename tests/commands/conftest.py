from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import main
from tests.support.builders import make_document
from tests.support.databases import with_tables


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it wrote."""

    status: int
    out: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Penstock = Callable[..., Finished]


@pytest.fixture
def penstock(tmp_path, monkeypatch, capsys) -> Penstock:
    """Runs a command over a data folder of the test's own; `typed` is what is piped in."""
    for name in [name for name in os.environ if name.startswith("PENSTOCK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, typed: str = "") -> Finished:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as exit_:
            status = int(str(exit_.code))
        written = capsys.readouterr()
        return Finished(status, written.out, written.err)

    return run


@pytest.fixture
def tables(tmp_path: Path) -> None:
    """The data folder has a database, for tests that are not about what a first command makes."""
    with_tables(tmp_path / "data")


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Writes a file; a document when no content is given."""

    def write_file(name: str, content: Any = None) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            content if isinstance(content, str) else json.dumps(content or make_document())
        )
        return file

    return write_file
