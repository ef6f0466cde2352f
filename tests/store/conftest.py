from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Cipher, SqlStore, open_store


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'penstock.db'}"


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    opened = open_store(database_url, Cipher(b"a key of the tests"))
    yield opened
    opened.close()
