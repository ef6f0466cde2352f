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


@dataclass(frozen=True, slots=True)
class Example:
    """An example: its folder's name, its title, and what it is in a sentence."""

    name: str
    title: str
    sentence: str
    document: Document


@lru_cache(maxsize=1)
def examples() -> Sequence[Example]:
    """Every example by name; none where they were not installed."""
    files = sorted(_FOLDER.glob("*/automation.json"))
    return tuple(_read(file) for file in files)


def example_document(name: str) -> Document:
    """The document of an example. Raises NotFoundError."""
    for example in examples():
        if example.name == name:
            return example.document
    raise NotFoundError(f"there is no example {name}")


def _read(file: Path) -> Example:
    document = orjson.loads(file.read_bytes())
    return Example(
        name=file.parent.name,
        title=document["name"],
        sentence=document.get("description", ""),
        document=document,
    )
