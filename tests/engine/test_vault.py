"""Secrets are read once for all who ask in the same moment, and again when they changed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from core.secret_store import SecretValues
from engine.vault import FRESH, Vault
from tests.support.builders import make_run
from tests.support.workbench import TurnedClock


class CountedSecrets:
    """Counts how often they are revealed; the first time takes until it is let through."""

    def __init__(self) -> None:
        self.values = {"TOKEN": "one-two-three"}
        self.times = 0
        self.begun, self.through = threading.Event(), threading.Event()

    def reveal_all(self, _tenant: str) -> dict[str, str]:
        self.times += 1
        self.begun.set()
        assert self.through.wait(20)
        return dict(self.values)


def test_those_who_ask_at_once_share_one_reading() -> None:
    secrets = CountedSecrets()
    vault = Vault(cast(SecretValues, secrets), TurnedClock())

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(vault.of, "acme") for _ in range(8)]
        assert secrets.begun.wait(20)
        secrets.through.set()
        found = [one.result(20) for one in asking]

    assert secrets.times == 1
    assert all(one is found[0] for one in found)


def test_a_change_shows_when_told_of_or_after_a_while() -> None:
    secrets = CountedSecrets()
    secrets.through.set()
    clock = TurnedClock()
    vault = Vault(cast(SecretValues, secrets), clock)
    masker = vault.of("acme").masker

    clock.turn(FRESH)
    assert vault.of("acme").masker is masker
    secrets.values["TOKEN"] = "another-value"
    assert vault.of("acme").reveal("TOKEN") == "one-two-three"
    vault.forget("acme")
    assert vault.of("acme").reveal("TOKEN") == "another-value"


def test_a_run_has_what_another_process_set_before_it_began() -> None:
    """A name that nobody has set is sought once for each run, and not for those before it."""
    secrets = CountedSecrets()
    secrets.through.set()
    clock = TurnedClock()
    vault = Vault(cast(SecretValues, secrets), clock)
    earlier = make_run(created_at=clock.now() - 1)
    vault.of("acme")
    secrets.values["LATER"] = "four-five-six"
    later = make_run(created_at=clock.now())

    assert vault.for_run(earlier, {"LATER"}).reveal("LATER") is None
    assert vault.for_run(later, {"TOKEN"}).reveal("LATER") is None
    assert vault.for_run(later, {"LATER"}).reveal("LATER") == "four-five-six"
    assert vault.for_run(later, {"TOKEN", "LATER"}).reveal("TOKEN") == "one-two-three"
    assert secrets.times == 2
