"""What the first start makes, and what a later one leaves alone."""

from __future__ import annotations

from pathlib import Path

from core.config import Config
from wiring import DEFAULT_TENANT, bootstrap, build

KEY = "psk_a-key-given-at-the-start"


def test_the_first_start_makes_the_tenant_and_its_key(tmp_path: Path) -> None:
    application = build(Config(data_dir=tmp_path, bootstrap_api_key=KEY))

    assert bootstrap(application) is True
    assert bootstrap(application) is False

    key = application.service.keys.identify(KEY)
    assert key is not None
    assert (key.tenant, key.scopes) == (DEFAULT_TENANT, ("admin",))
    assert len(application.service.keys.list(DEFAULT_TENANT)) == 1
    application.stop()


def test_a_key_that_was_removed_does_not_come_back(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, bootstrap_api_key=KEY)
    application = build(config)
    bootstrap(application)
    keys = application.service.keys
    keys.create(DEFAULT_TENANT, "mine", ["admin"])
    removed = keys.identify(KEY)
    assert removed is not None
    keys.delete(DEFAULT_TENANT, removed.id)
    application.stop()

    again = build(config)
    bootstrap(again)

    assert again.service.keys.identify(KEY) is None
    again.stop()
