"""Where others post to a waiting step, at the one-time address they were handed."""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, Response, request

from api.inbound import BUSY, TooManyReading, inbound_request
from api.rendering import render
from core.errors import InvalidError
from engine.replies import Problem
from engine.service import Service

MOST_READING = 64
"""Bodies that may be on their way at once."""


def create_callbacks(service: Service) -> Blueprint:
    """The blueprint of `POST /callback/<token>`."""
    callbacks = Blueprint("callbacks", __name__)
    receive = service.callbacks.receive
    reading = BoundedSemaphore(MOST_READING)

    def take(token: str) -> Response:
        try:
            return render(receive(token, inbound_request(request.environ, reading)))
        except InvalidError as error:
            return render(Problem(400, "Bad Request", str(error), error.faults))
        except TooManyReading:
            return render(BUSY)

    callbacks.add_url_rule("/callback/<token>", view_func=take, methods=["POST", "PUT"])
    return callbacks
