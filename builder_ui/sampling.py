"""Sample events and pinned results, as the builder keeps and chooses them."""

from __future__ import annotations

from typing import Any

import orjson
from flask import jsonify, request
from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.samples import Sample
from engine.trying.sample_json import sample_json

LARGEST_LISTED = 64 * 1024
"""Bytes of JSON of an event that stands in the list; a larger one is asked for on its own."""

_SAMPLES = "/automations/<automation_id>/samples"
_PIN = "/automations/<automation_id>/pins/<step_id>"


def add_to(routes: Routes) -> None:
    """Adds what keeps samples and pins."""
    routes.get(_SAMPLES, samples)
    routes.get(f"{_SAMPLES}/<sample_id>", sample)
    routes.post(_SAMPLES, save, Permission.BUILD)
    routes.post(f"{_SAMPLES}/from-run/<run_id>", save_of_run, Permission.BUILD)
    routes.post(f"{_SAMPLES}/from-request/<request_id>", save_of_request, Permission.BUILD)
    routes.patch(f"{_SAMPLES}/<sample_id>", rename, Permission.BUILD)
    routes.delete(f"{_SAMPLES}/<sample_id>", delete, Permission.BUILD)
    routes.get("/automations/<automation_id>/pins", pins)
    routes.put(_PIN, pin, Permission.BUILD)
    routes.delete(_PIN, unpin, Permission.BUILD)


def samples(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Every sample, the newest first; `event` is null where it is large."""
    found = visit.service.samples.list(visit.tenant, automation_id)
    return jsonify({"items": [_listed(one) for one in found]})


def sample(visit: Visit, automation_id: str, sample_id: str) -> ResponseReturnValue:
    """One sample, whole."""
    return jsonify(sample_json(visit.service.samples.get(visit.tenant, automation_id, sample_id)))


def save(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Keeps an event that was written by hand: `name` and `event`."""
    body = read_object()
    name, event = take(body, "name", str), take(body, "event", dict)
    visit.service.automations.get(visit.tenant, automation_id)
    kept = visit.service.samples.save(visit.tenant, automation_id, name, event)
    return jsonify(sample_json(kept)), 201


def save_of_run(visit: Visit, automation_id: str, run_id: str) -> ResponseReturnValue:
    """Keeps the event of a run; a `name` may be given."""
    name = _name_or("Event of a run")
    kept = visit.service.samples.save_of_run(visit.tenant, automation_id, run_id, name)
    return jsonify(sample_json(kept)), 201


def save_of_request(visit: Visit, automation_id: str, request_id: str) -> ResponseReturnValue:
    """Keeps what a request in the log brought; a `name` may be given."""
    name = _name_or("Event of a request")
    kept = visit.service.samples.save_of_request(visit.tenant, automation_id, request_id, name)
    return jsonify(sample_json(kept)), 201


def rename(visit: Visit, automation_id: str, sample_id: str) -> ResponseReturnValue:
    """Gives a sample another `name`."""
    name = take(read_object(), "name", str)
    return jsonify(
        sample_json(visit.service.samples.rename(visit.tenant, automation_id, sample_id, name))
    )


def delete(visit: Visit, automation_id: str, sample_id: str) -> ResponseReturnValue:
    """Removes a sample."""
    visit.service.samples.delete(visit.tenant, automation_id, sample_id)
    return "", 204


def pins(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """The pinned results by step id."""
    return jsonify({"pins": visit.service.samples.pins(visit.tenant, automation_id)})


def pin(visit: Visit, automation_id: str, step_id: str) -> ResponseReturnValue:
    """Pins a result to a step: the body is `status`, `port`, `output` and `error`."""
    result = read_object()
    visit.service.automations.get(visit.tenant, automation_id)
    visit.service.samples.pin(visit.tenant, automation_id, step_id, result)
    return "", 204


def unpin(visit: Visit, automation_id: str, step_id: str) -> ResponseReturnValue:
    """Removes a pin."""
    visit.service.samples.unpin(visit.tenant, automation_id, step_id)
    return "", 204


def _name_or(default: str) -> str:
    body = read_object() if request.content_length else {}
    return take(body, "name", str, None) or default


def _listed(one: Sample) -> dict[str, Any]:
    size = len(orjson.dumps(one.event))
    event = one.event if size <= LARGEST_LISTED else None
    return {**sample_json(one), "bytes": size, "event": event}
