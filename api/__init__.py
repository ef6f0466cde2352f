"""Where programs call: trigger URLs, REST v1, health and the OpenAPI document."""

from __future__ import annotations

from flask import Blueprint

from api.blueprint import create_rest
from api.callbacks import create_callbacks
from api.health import OPERATIONS as HEALTH
from api.hooks import create_hooks
from engine.service import Service


def create_api(service: Service, public_url: str | None = None) -> list[Blueprint]:
    """The blueprints over a set of use cases; `public_url` is how others reach them, if known."""
    return [
        create_hooks(service, public_url),
        create_callbacks(service),
        create_rest(service),
    ]


def create_health(service: Service) -> Blueprint:
    """Health alone, for a process that serves nothing else."""
    return create_rest(service, HEALTH)
