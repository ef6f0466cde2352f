"""Opens the way of traces to a collector, where there is one and OpenTelemetry is installed."""

from __future__ import annotations

import importlib
import logging
import os
from importlib.util import find_spec
from typing import cast

from core.config import TraceExport
from core.errors import ConfigError
from core.traces import NO_TRACES, Traces

PROTOCOL = "http/protobuf"
"""How OTLP is spoken here."""

_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")

logger = logging.getLogger(__name__)


def open_traces(export: TraceExport) -> Traces:
    """The traces of this process. Make them after a fork, never before one."""
    if export is TraceExport.OFF:
        return NO_TRACES
    if obstacle := _obstacle():
        logger.warning("no traces are sent: %s", obstacle)
        return NO_TRACES
    # OpenTelemetry is large, and most installations need none of it.
    loaded = importlib.import_module("net.otel_traces")
    return cast(Traces, loaded.OtelTraces())


def refuse_impossible_traces(export: TraceExport) -> None:
    """Raises ConfigError where traces are asked for by name and cannot be sent."""
    if export is TraceExport.OTLP and (obstacle := _obstacle()):
        raise ConfigError(f"PENSTOCK_TRACES: {obstacle}")


def _obstacle() -> str | None:
    """Why traces cannot be sent, None when they can."""
    protocol = next(filter(None, map(os.environ.get, _PROTOCOLS)), PROTOCOL)
    if protocol != PROTOCOL:
        return f"OTLP is sent as {PROTOCOL}, not as {protocol} ({_PROTOCOLS[1]})"
    if not _is_installed("opentelemetry.sdk") or not _is_installed(
        "opentelemetry.exporter.otlp.proto.http"
    ):
        return "OpenTelemetry is not installed: pip install 'penstock[otel]'"
    return None


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
