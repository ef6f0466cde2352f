from __future__ import annotations

import os
import random
import secrets
import sys
from collections.abc import Iterator

import pytest

from tests.support.partner import Partner, open_partner

pytest.register_assert_rewrite(
    "tests.crash.promises", "tests.crash.callers", "tests.crash.keys_in_line"
)


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """What a round leaves to chance. Its seed is shown when it fails; PENSTOCK_SEED sets it."""
    seed = os.environ.get("PENSTOCK_SEED") or str(secrets.randbelow(10**9))
    sys.stdout.write(f"run it again with PENSTOCK_SEED={seed}\n")
    return random.Random(f"{seed} {request.node.name}")
