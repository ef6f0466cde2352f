"""What the engine meets of the world beside the store, as wiring hands it over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Fault
from core.http import Sender
from engine.links import Links

ParseBody = Callable[[str, str, bytes], object]
"""From method, Content-Type and bytes to a value. Raises InvalidError or JsonError in words."""
CheckValue = Callable[[Mapping[str, Any], Any], Sequence[Fault]]
"""What a JSON Schema has against a value, by path. Raises InvalidError when that takes too long."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The way out, how a body is read that comes by no trigger, links, and checks of values."""

    sender: Sender
    parse_body: ParseBody
    links: Links
    check_value: CheckValue
