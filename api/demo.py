"""The demo: the examples, loaded into tenant `default` so that they call the demo's own partner."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import orjson

from api.demo_partner import PATH, partner_url
from api.listening import Address
from core.config import Config
from core.errors import ConfigError, NotFoundError, StaleError
from core.model import Document
from core.writes import ListQuery
from engine.service import Service
from engine.simulated_event import Sample

TENANT = "default"
EXAMPLES = Path(__file__).parents[1] / "examples"
PLACEHOLDER = "demo.partner.invalid"
"""What stands for the partner's address in the examples."""
SHOWN = "partner-sync"
"""The example that the start shows."""

_LOADED = re.compile(rf"(?<=://)[^/\"\s]+{PATH}(?=/)")


def allow_partner(config: Config, address: Address) -> Config:
    """The configuration with the demo's partner allowed, where only this machine can ask for it.

    A server that others reach does not open its own loopback to their automations by itself.
    """
    if not address.is_for_this_machine:
        return config
    networks = [config.allow_private, f"{address.ip}/{address.ip.max_prefixlen}"]
    return replace(config, allow_private=",".join(filter(str.strip, networks)))


def may_call_partner(config: Config, address: Address) -> bool:
    """Whether automations may call the demo's partner. `allow_private` is known to be valid."""
    networks = [text.strip() for text in config.allow_private.split(",") if text.strip()]
    return any(address.local in ip_network(network) for network in networks)


class Demo:
    """The examples in tenant `default`, and the address of this start's partner."""

    def __init__(self, service: Service, address: Address) -> None:
        self._service = service
        self._partner = partner_url(address).removeprefix("http://")

    def load(self) -> None:
        """Loads the examples into an empty tenant; into a used one, only this start's address.

        What a person has changed is left alone. Raises ConfigError when the examples are missing.
        """
        if self._service.automations.list(TENANT, ListQuery(limit=1)).items:
            self._move()
            return
        for name, value in orjson.loads(_text("secrets.json")).items():
            self._service.secrets.put(TENANT, name, value)
        # Before there are automations that new records would start.
        for name, given in orjson.loads(_text("collections.json")).items():
            self._fill(name, given)
        for name in example_names():
            self._publish(name)
            self._keep_sample(name)

    def calls_partner(self, name: str) -> bool:
        """Whether an example is live and calls this start's partner."""
        live = self._live(name)
        return live is not None and set(_LOADED.findall(_dumped(live))) == {self._partner}

    def _move(self) -> None:
        """The examples that nobody has changed follow the partner to where it is now."""
        for name in example_names():
            live = self._live(name)
            if live is not None and _unchanged(name, live) and not self.calls_partner(name):
                self._publish(name)

    def _publish(self, name: str) -> None:
        text = _text(name, "automation.json").replace(PLACEHOLDER, self._partner)
        self._service.automations.put(TENANT, name, orjson.loads(text))
        self._service.versions.publish(TENANT, name)

    def _fill(self, name: str, given: Mapping[str, Any]) -> None:
        """Makes a collection with its records, unless somebody has one of this name."""
        try:
            self._service.collections.put(TENANT, name, given["schema"], only_new=True)
        except StaleError:
            return
        for values in given["records"]:
            self._service.records.create(TENANT, name, values)

    def _keep_sample(self, name: str) -> None:
        document = orjson.loads(_text(name, "automation.json"))
        sample = Sample(**orjson.loads(_text(name, "event.json")))
        self._service.samples.save_example(TENANT, name, "Example", document, sample)

    def _live(self, name: str) -> Document | None:
        """The live version of an example that has no draft over it."""
        try:
            detail = self._service.automations.get(TENANT, name)
        except NotFoundError:
            return None
        return detail.published if detail.automation.draft is None else None


def example_names() -> list[str]:
    """The examples; each has the name of its folder. Raises ConfigError when there are none."""
    names = sorted(file.parent.name for file in EXAMPLES.glob("*/automation.json"))
    if not names:
        raise ConfigError(f"--demo: there are no examples in {EXAMPLES}")
    return names


def example_call(address: Address) -> str:
    """The example that the start shows, as a line for a shell."""
    event = orjson.loads(_text(SHOWN, "event.json"))
    url = f"{address.url}/hooks/{TENANT}/{event['path']}"
    headers = [
        part for name, value in event["headers"].items() for part in ("-H", f"{name}: {value}")
    ]
    body = json.dumps(event["body"], separators=(",", ":"))
    return shlex.join(["curl", "-sS", "-X", event["method"], url, *headers, "-d", body])


def example_answer() -> str:
    """What the example that the start shows answers."""
    partner = orjson.loads(_text(SHOWN, "event.json"))["body"]["customer"]["partnerId"]
    return f'{{"remote":"rem-{partner}","synced":true,"via":"partner"}}'


def _unchanged(name: str, live: Document) -> bool:
    """Whether a live version is the example as it was loaded, wherever the partner was then."""
    template = orjson.loads(_text(name, "automation.json"))
    return bool(orjson.loads(_LOADED.sub(PLACEHOLDER, _dumped(live))) == template)


def _dumped(document: Document) -> str:
    return orjson.dumps(document).decode()


def _text(*path: str) -> str:
    return EXAMPLES.joinpath(*path).read_text()
