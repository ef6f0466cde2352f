"""Where a template stands, which decides how its references are read and written."""

from __future__ import annotations

from enum import StrEnum


class TemplateMode(StrEnum):
    """The place a template is for. In the first three every `<path>` is a reference."""

    URL = "url"
    """A whole URL: references are percent-encoded, `{path}` is one too."""
    QUERY = "query"
    """A value of a query; whoever sends it encodes it."""
    HEADER = "header"
    """A value of a header: no line break may get in."""
    BODY = "body"
    """Any JSON; in a longer text `<b>` may be text."""
    TEXT = "text"
    """A text for people; read like a body."""
