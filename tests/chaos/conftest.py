"""Short rounds of what `make chaos` does for hours."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import pytest

# First of all: what `chaos` takes from there is to be asserted in words, as it registers.
import tests.crash.conftest  # noqa: F401
from chaos.tally import Setting


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """One round. Its seed is shown when it fails; PENSTOCK_SEED sets it."""
    seed = int(os.environ.get("PENSTOCK_SEED") or secrets.randbelow(10**9))
    sys.stdout.write(f"run it again with PENSTOCK_SEED={seed}\n")
    return Setting(seed, rounds=1, seconds=5.0, folder=tmp_path)
