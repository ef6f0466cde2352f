"""`GET /metrics`: what Prometheus asks each process for.

Everybody may read it who reaches the process itself; the proxy before it refuses it. It tells of
numbers alone: no tenant, no automation, no partner.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Blueprint, Response

from api.metering import Counted
from engine.gauges import GaugeService

Exposition = Callable[[], bytes]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def create_metrics(meter: Counted, gauges: GaugeService) -> Blueprint:
    """The blueprint over what is counted in this process, and what the installation says."""
    metrics = Blueprint("metrics", __name__)
    exposition = _Exposition(meter, gauges)

    def answer() -> Response:
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(exposition.write(), 200, headers, content_type=CONTENT_TYPE)

    metrics.add_url_rule("/metrics", "metrics", answer, provide_automatic_options=False)
    return metrics


class _Exposition:
    """Writes measurements down, from the first time somebody asks."""

    def __init__(self, meter: Counted, gauges: GaugeService) -> None:
        self._meter = meter
        self._gauges = gauges
        self._lock = threading.Lock()
        self._written_by: Exposition | None = None

    def write(self) -> bytes:
        with self._lock:
            if self._written_by is None:
                # Many installations are asked by nobody, and need not carry the library.
                from api.exposition import exposition  # noqa: PLC0415

                self._written_by = exposition(self._meter, self._gauges)
        return self._written_by()
