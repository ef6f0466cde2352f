"""When traces are sent: asked for by name, or where a collector is named and they can be."""

from __future__ import annotations

import pytest

from core.config import TraceExport, read_config
from core.errors import ConfigError
from core.traces import NO_TRACES
from net import open_traces, refuse_impossible_traces

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("environment", "export"),
    [
        ({}, TraceExport.OFF),
        ({"PENSTOCK_TRACES": "otlp"}, TraceExport.OTLP),
        (ENDPOINT, TraceExport.WHERE_POSSIBLE),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x/v1/traces"}, TraceExport.WHERE_POSSIBLE),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "otlp"}, TraceExport.WHERE_POSSIBLE),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, TraceExport.OFF),
        ({**ENDPOINT, "PENSTOCK_TRACES": "off"}, TraceExport.OFF),
        ({**ENDPOINT, "PENSTOCK_TRACES": "otlp"}, TraceExport.OTLP),
        ({"PENSTOCK_TRACES": "otlp", "OTEL_SDK_DISABLED": " True"}, TraceExport.OFF),
    ],
)
def test_the_environment_says_whether(environment: dict[str, str], export: TraceExport) -> None:
    assert read_config(environment).traces is export


@pytest.fixture
def _not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr("net.traces.find_spec", missing)


@pytest.mark.usefixtures("_not_installed")
def test_what_is_asked_for_by_name_has_to_be_installed() -> None:
    with pytest.raises(ConfigError, match=r"^PENSTOCK_TRACES: .*pip install 'penstock\[otel\]'$"):
        refuse_impossible_traces(TraceExport.OTLP)
    refuse_impossible_traces(TraceExport.WHERE_POSSIBLE)
    refuse_impossible_traces(TraceExport.OFF)


@pytest.mark.usefixtures("_not_installed")
def test_a_collector_that_may_be_meant_for_others_stops_no_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert open_traces(TraceExport.WHERE_POSSIBLE) is NO_TRACES
    assert "no traces are sent: OpenTelemetry is not installed" in caplog.text


def test_another_protocol_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(ConfigError, match="sent as http/protobuf, not as grpc"):
        refuse_impossible_traces(TraceExport.OTLP)


def test_off_is_none(caplog: pytest.LogCaptureFixture) -> None:
    assert open_traces(TraceExport.OFF) is NO_TRACES
    assert caplog.text == ""
