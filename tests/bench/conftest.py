"""What every test of the bench's figures begins with."""

from __future__ import annotations

import pytest

from bench.figures import figures_of
from bench.load import Load
from tests.support.measurements import round_with


@pytest.fixture
def figures():
    rounds = [round_with(2000, 4000, 0.9), round_with(900, 1000), round_with(3000, 5000, 4.0)]
    return figures_of(rounds, Load())
