"""Traces from a caller through Penstock to a partner, as a collector gets them by OTLP."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.automations import on_webhook
from tests.support.builders import send
from tests.support.partner import LOOPBACK, Answer, Partner, open_partner
from tests.support.server import running_server
from tests.support.waiting import eventually

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADERS = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


@pytest.fixture(autouse=True)
def _no_collector_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)


def collected(collector: Partner) -> list[tuple[Mapping[str, Any], Any]]:
    """The spans that came, each with what its process says of itself."""
    found = []
    for arrival in collector.arrivals:
        assert (arrival.method, arrival.path) == ("POST", "/v1/traces")
        for of_process in ExportTraceServiceRequest.FromString(arrival.body).resource_spans:
            said = {one.key: one.value.string_value for one in of_process.resource.attributes}
            found += [(said, span) for scope in of_process.scope_spans for span in scope.spans]
    return found


def syncing(partner: Partner, **retry: Any) -> dict[str, Any]:
    sync = send("sync", f"{partner.url}/sync", retry=retry or {"attempts": 1})
    return on_webhook("orders", sync, respond="accepted")


def test_a_callers_trace_reaches_partner_and_collector_and_outlives_a_crash(
    tmp_path: Path, partner: Partner
) -> None:
    partner.answers(Answer(503), Answer(200))
    with open_partner() as collector:
        settings = {
            "PENSTOCK_ALLOW_PRIVATE": LOOPBACK,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        }
        with running_server(tmp_path, **settings) as server:
            server.publish("orders", syncing(partner, attempts=2, initial="2s", jitter=0))
            posted = server.call("POST", "/hooks/default/orders", {"id": 7}, **HEADERS)
            assert posted.status == 202
            partner.wait_for(1)
            eventually(lambda: collected(collector))
            server.kill()
        with running_server(tmp_path, **settings) as server:
            partner.wait_for(2)
            eventually(lambda: len(collected(collector)) == 4)
            assert server.stop() == 0
            assert server.errors() == ""

        spans = collected(collector)
    assert {span.trace_id.hex() for _, span in spans} == {TRACE}
    assert {said["service.name"] for said, _ in spans} == {"penstock"}
    by_id = {span.span_id.hex(): span for _, span in spans}
    first, second = (
        by_id[arrival.headers["traceparent"].split("-")[2]] for arrival in partner.arrivals
    )
    step = by_id[second.parent_span_id.hex()]
    run = by_id[step.parent_span_id.hex()]
    assert first.parent_span_id == second.parent_span_id
    assert (first.name, second.name) == ("send-webhook", "send-webhook")
    assert (step.name, run.name) == ("step sync", "run orders")
    assert run.parent_span_id.hex() == CALLER
    assert run.start_time_unix_nano <= step.start_time_unix_nano
    assert step.end_time_unix_nano <= run.end_time_unix_nano


def test_what_is_left_is_handed_over_at_a_stop(
    tmp_path: Path, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")
    with open_partner() as collector:
        settings = {
            "PENSTOCK_ALLOW_PRIVATE": LOOPBACK,
            "PENSTOCK_TRACES": "otlp",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.url}/v1/traces",
            "OTEL_SERVICE_NAME": "orders-of-acme",
        }
        with running_server(tmp_path, **settings) as server:
            server.publish("orders", {**syncing(partner)})
            posted = server.call("POST", "/hooks/default/orders", {"id": 7}, **HEADERS)
            run = f"/api/v1/runs/{posted.json['run_id']}"
            eventually(lambda: server.call("GET", run).json["status"] == "succeeded")
            assert collector.arrivals == []
            assert server.stop() == 0
            assert {said["service.name"] for said, _ in collected(collector)} == {"orders-of-acme"}
            assert len(collected(collector)) == 3


@pytest.mark.parametrize(
    "settings", [{}, {"PENSTOCK_TRACES": "off"}, {"OTEL_SDK_DISABLED": "true"}]
)
def test_without_traces_the_partner_is_sent_no_context(
    tmp_path: Path, partner: Partner, settings: dict[str, str]
) -> None:
    with open_partner() as collector:
        named = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} if settings else {}
        with running_server(
            tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK, **named, **settings
        ) as server:
            server.publish("orders", syncing(partner))
            assert server.call("POST", "/hooks/default/orders", {}, **HEADERS).status == 202
            [arrival] = partner.wait_for(1)
            assert server.stop() == 0
        assert "traceparent" not in arrival.headers
        assert collector.arrivals == []


def test_a_collector_that_is_away_holds_up_neither_runs_nor_a_stop(
    tmp_path: Path, partner: Partner
) -> None:
    with open_partner() as collector:
        away = collector.url
    settings = {"PENSTOCK_ALLOW_PRIVATE": LOOPBACK, "OTEL_EXPORTER_OTLP_ENDPOINT": away}
    with running_server(tmp_path, **settings) as server:
        server.publish("orders", syncing(partner))
        assert server.call("POST", "/hooks/default/orders", {}, **HEADERS).status == 202
        partner.wait_for(1)
        eventually(lambda: "opentelemetry" in server.errors())
        assert server.stop() == 0
        assert "Traceback" not in server.errors()
