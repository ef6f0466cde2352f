"""Where programs call: trigger URLs, REST v1, health and the OpenAPI document."""

from __future__ import annotations

from flask import Blueprint

from api.blueprint import create_rest
from api.callbacks import create_callbacks
from api.hooks import create_hooks
from engine.service import Service


def create_api(service: Service) -> list[Blueprint]:
    """The blueprints over a set of use cases."""
    return [create_hooks(service), create_callbacks(service), create_rest(service)]
