"""What every template can use: filters, addresses of files, the policy's nonce."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Blueprint, g
from markupsafe import Markup

from builder_ui import assets, moments, policy
from builder_ui.advice import advise
from builder_ui.payloads import indented
from builder_ui.state_words import state_words, status_shade
from core.clock import Clock, Milliseconds
from core.writes import LOOKED_AT


def furnish(pages: Blueprint, clock: Clock, *, cdn: bool) -> None:
    """Gives the templates of the pages their filters and globals."""

    def when(moment: Milliseconds | None) -> Markup:
        """A moment, relative, with the absolute one as its title."""
        if moment is None:
            return Markup('<span class="quiet">{}</span>').format(moments.NOTHING)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            moments.machine(moment),
            moments.absolute(moment),
            moments.relative(moment, clock.now()),
        )

    filters: dict[str, Callable[..., Any]] = {
        "when": when,
        "absolute": moments.absolute,
        "spent": moments.spent,
        "size": moments.size,
        "indented": indented,
        "embedded": embedded,
        "state_words": state_words,
        "status_shade": status_shade,
        "advise": advise,
    }
    for name, function in filters.items():
        pages.add_app_template_filter(function, name)
    values = {
        "asset": assets.address,
        "modules": assets.modules,
        "nonce": policy.nonce,
        "icon": icon,
        "cdn": cdn,
        "htmx_cdn": assets.HTMX_CDN,
        "htmx_integrity": assets.htmx_integrity,
        "looked_at": f"{LOOKED_AT:,}",
    }
    pages.app_context_processor(lambda: {**values, "visit": g.get("visit")})


def icon(name: str, label: str = "") -> Markup:
    """An icon of static/icons.svg; without a label it is hidden from screen readers."""
    source = f"{assets.address('icons.svg')}#{name}"
    if not label:
        hidden = Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>')
        return hidden.format(source)
    spoken = Markup('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>')
    return spoken.format(label, source)


def embedded(value: Any) -> Markup:
    """A JSON value for a `<script type="application/json">`: nothing in it can end the element."""
    text = orjson.dumps(value).decode()
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 escaped so
