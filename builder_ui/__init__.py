"""The pages: a Flask blueprint with templates, and the table of their routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, make_response

from builder_ui import (
    account,
    alerts,
    approvals,
    assets,
    audit,
    automations,
    builder,
    collections,
    deliveries,
    endpoints,
    event_examples,
    home,
    inbox,
    inspecting,
    joining,
    keys,
    policy,
    previewing,
    publishing,
    quarantine,
    records,
    requests,
    run,
    run_items,
    runs,
    sample_form,
    sampling,
    scheduling,
    secrets,
    settings,
    signing_in,
    subscriptions,
    trying,
    users,
    versions,
)
from builder_ui.cookies import SessionCookie
from builder_ui.doorkeeper import Doorkeeper
from builder_ui.frame import furnish
from builder_ui.refusals import answer_error
from builder_ui.routing import Routes
from core.clock import Clock
from engine.service import Service

__all__ = ["PageSettings", "Pages", "create_pages"]

SUBJECTS = (
    home,
    automations,
    runs,
    run,
    run_items,
    alerts,
    requests,
    quarantine,
    approvals,
    inbox,
    subscriptions,
    event_examples,
    deliveries,
    collections,
    records,
    endpoints,
    builder,
    inspecting,
    publishing,
    versions,
    previewing,
    scheduling,
    trying,
    sample_form,
    sampling,
    signing_in,
    joining,
    account,
    users,
    keys,
    secrets,
    settings,
    audit,
)
"""Modules of pages; each adds its routes."""


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How the pages are served.

    `cookie_key` signs cookies; `secure` lets them travel over https alone; with `cdn`, htmx comes
    from its CDN and from here only when that cannot be reached; `public_url` is the address that
    links show, where it is not the one of the request; `demo_partner` is the address that examples
    call, where the demo has a partner.
    """

    cookie_key: bytes
    secure: bool = False
    cdn: bool = True
    public_url: str | None = None
    demo_partner: str | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """The blueprint, every route it has, and the page that tells of an error."""

    blueprint: Blueprint
    routes: Routes
    answer_error: Callable[[Exception], Response]


def create_pages(service: Service, clock: Clock, settings: PageSettings) -> Pages:
    """All pages over a set of use cases."""
    blueprint = Blueprint("pages", __name__, template_folder="templates")
    cookie = SessionCookie(settings.cookie_key, secure=settings.secure)
    doorkeeper = Doorkeeper(service, clock, cookie, settings.public_url, settings.demo_partner)
    routes = Routes(blueprint, doorkeeper)
    for subject in SUBJECTS:
        subject.add_to(routes)
    furnish(blueprint, clock, cdn=settings.cdn)

    def protected(response: Response) -> Response:
        return policy.protect(response, cdn=settings.cdn)

    def answer(error: Exception) -> Response:
        return protected(make_response(answer_error(error)))

    blueprint.add_url_rule("/static/<wanted>/<path:name>", "static", _static)
    blueprint.register_error_handler(Exception, answer)
    blueprint.after_request(protected)
    return Pages(blueprint, routes, answer)


def _static(wanted: str, name: str) -> Response:
    return assets.serve(name, wanted)
