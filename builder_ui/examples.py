"""The examples that come with Penstock, as beginnings of automations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from core.errors import NotFoundError
from core.model import Document

_FOLDER = Path(__file__).parent.parent / "examples"
_PARTNER = "demo.partner.invalid"
"""What stands for the partner's address in the examples."""


@dataclass(frozen=True, slots=True)
class Example:
    """An example: its folder's name, its title, what it is in a sentence, and its JSON."""

    name: str
    title: str
    sentence: str
    text: str


@lru_cache(maxsize=1)
def examples() -> Sequence[Example]:
    """Every example by name; none where they were not installed."""
    files = sorted(_FOLDER.glob("*/automation.json"))
    return tuple(_read(file) for file in files)


def example_document(name: str, partner: str | None = None) -> Document:
    """The document of an example, which calls `partner`, a URL, if there is one.

    Raises NotFoundError.
    """
    place = partner.removeprefix("http://") if partner else _PARTNER
    for example in examples():
        if example.name == name:
            return dict(orjson.loads(example.text.replace(_PARTNER, place)))
    raise NotFoundError(f"there is no example {name}")


def _read(file: Path) -> Example:
    text = file.read_text()
    document = orjson.loads(text)
    return Example(
        name=file.parent.name,
        title=document["name"],
        sentence=document.get("description", ""),
        text=text,
    )
