"""What an automation is known by in lists: the name and the tags of its document."""

from __future__ import annotations

from core.model import Document

LONGEST_NAME = 200
MOST_TAGS = 20
LONGEST_TAG = 60


def name_of(document: Document, automation_id: str) -> str:
    """The name of a document, which may be a draft of any form; the id where it has none."""
    name = document.get("name")
    if not isinstance(name, str) or not name:
        return automation_id
    return _storable(name[:LONGEST_NAME])


def tags_of(document: Document) -> tuple[str, ...]:
    """The tags of a document, which may be a draft of any form; each is one line."""
    tags = document.get("tags")
    if not isinstance(tags, list):
        return ()
    lines = (" ".join(_storable(tag).split()) for tag in tags if isinstance(tag, str))
    return tuple(dict.fromkeys(line[:LONGEST_TAG] for line in lines if line))[:MOST_TAGS]


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL in a text; the document itself is kept as it came."""
    return text.replace("\0", "\ufffd")
