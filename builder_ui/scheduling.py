"""The next times of a schedule while it is written."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.clock import to_rfc3339
from engine.schedules.forecasts import Forecast, local_time


def add_to(routes: Routes) -> None:
    """Adds the question of this subject. It changes nothing."""
    routes.post("/automations/<automation_id>/ticks", ticks, Permission.VIEW)


def ticks(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """The next ticks of a draft (`engine.schedules.forecasts`); null where it has no schedule."""
    document = take(read_object(), "document", object)
    with visit.service.questions.place():
        found = visit.service.forecasts.of_draft(visit.tenant, automation_id, document)
    return jsonify(None if found is None else _json(found))


def _json(forecast: Forecast) -> dict[str, Any]:
    zone = forecast.zone
    return {
        "words": forecast.words,
        "zone": zone,
        "ticks": [
            {"at": to_rfc3339(moment), "local": local_time(moment, zone)}
            for moment in forecast.ticks
        ],
        "fault": forecast.fault,
    }
