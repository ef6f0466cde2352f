"""Where programs call: callbacks, REST v1, health and the OpenAPI document.

Trigger URLs are served before Flask (`api.hooks`).
"""

from __future__ import annotations

from flask import Blueprint

from api.blueprint import create_rest
from api.callbacks import create_callbacks
from api.health import WORKER_OPERATIONS
from api.metering import Counted
from api.metrics import create_metrics
from engine.service import Service


def create_api(service: Service, meter: Counted) -> list[Blueprint]:
    """The blueprints over a set of use cases, and what this process counts."""
    return [
        create_callbacks(service),
        create_rest(service),
        create_metrics(meter, service.gauges),
    ]


def create_probes(service: Service, meter: Counted) -> list[Blueprint]:
    """Health and measurements alone, for a process that serves nothing else."""
    return [create_rest(service, WORKER_OPERATIONS), create_metrics(meter, service.gauges)]
