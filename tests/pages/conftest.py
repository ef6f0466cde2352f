"""A site whose pages tests visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import Browser, signed_in
from tests.support.site import Site, open_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from open_site(tmp_path)


@pytest.fixture
def admin(site: Site) -> Browser:
    """An admin of `acme`, signed in."""
    return signed_in(site)
