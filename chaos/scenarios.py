"""Every scenario there is, in the order in which they are run."""

from __future__ import annotations

from chaos import clocks, cuts, disks, kills, partners, senders, services
from chaos.tally import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *kills.SCENARIOS,
    *services.SCENARIOS,
    *disks.SCENARIOS,
    *clocks.SCENARIOS,
    *partners.SCENARIOS,
    *senders.SCENARIOS,
    *cuts.SCENARIOS,
)
