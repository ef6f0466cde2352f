from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.workbench import Workbench, workbench, workbench_over


@pytest.fixture
def bench(database_url: str) -> Iterator[Workbench]:
    """Every use case, over each of the databases."""
    with workbench_over(database_url) as opened:
        yield opened


@pytest.fixture
def file_bench(tmp_path: Path) -> Iterator[Workbench]:
    """Every use case over SQLite, for what is looked for in its files."""
    with workbench(tmp_path) as opened:
        yield opened
