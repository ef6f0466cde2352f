"""Programs of Debian's packages that tests need and start themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from bench.services import programs
from bench.services.programs import ProgramMissing

Found = TypeVar("Found")


def find_or_install(find: Callable[[], Found | None], what: str, *packages: str) -> Found:
    """What `find` gives, installed where root runs the tests; else the test is skipped."""
    with skipped_where_missing():
        return programs.find_or_install(find, what, *packages)


@contextmanager
def skipped_where_missing() -> Iterator[None]:
    """Skips the test, and says what to install."""
    try:
        yield
    except ProgramMissing as missing:
        pytest.skip(str(missing))
