"""The parts of an address, each of which may be a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from core.masking import MASKED, Masker

_IN_PATH = re.compile(r"[/#:@,;]+")
_IN_VALUE = re.compile(r"[/:@,;+ ]+")


def masker_of(address: str) -> Masker:
    """Hides every part of an address, the names of its options apart."""
    return Masker({}, ((part, MASKED) for part in _parts(address)))


def _parts(address: str) -> Iterator[str]:
    path, _, query = address.partition("://")[2].partition("?")
    yield from (unquote_plus(part) for part in _IN_PATH.split(path))
    for option in query.split("&"):
        value = unquote_plus(option.partition("=")[2])
        yield value
        yield from _IN_VALUE.split(value)
