from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.people import make_user
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """A workbench with an admin, whom alerts are told."""
    with workbench(tmp_path) as opened:
        opened.store.commit([opened.store.users.insert(make_user(id="ada"), "-")])
        opened.alert_watch.evaluate()
        yield opened
