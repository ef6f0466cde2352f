"""The receivers that the documentation shows do what it says."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.clock import SystemClock
from core.http import OutboundRequest
from tests.support.post_office import PostOffice
from tests.support.server import free_port
from tests.support.waiting import eventually
from tests.support.workbench import TENANT, Workbench

PAGE = Path(__file__).parents[2] / "docs" / "subscriptions.md"
PATH = "/hooks/penstock"


def example(language: str) -> str:
    """The only example in a language."""
    [code] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(code)


@pytest.fixture
def office(bench: Workbench) -> PostOffice:
    bench.clock.moment = SystemClock().now()
    return PostOffice(bench)


def messages(office: PostOffice) -> tuple[str, Mapping[str, OutboundRequest]]:
    """A secret, and what a receiver that has it gets; of each, what it is."""
    one, old = office.subscribe()
    office.happen()
    office.send_due()
    office.subscriptions.rotate(TENANT, one.id)
    office.happen()
    office.send_due()
    office.bench.clock.turn(-400_000)
    office.happen()
    office.send_due()
    office.subscribe(url="https://other.example")
    office.bench.clock.turn(400_000)
    office.happen()
    office.send_due()
    signed, rotated, stale = office.received[:3]
    foreign = next(one for one in office.received if one.url == "https://other.example")
    return old, {"signed": signed, "rotated": rotated, "stale": stale, "foreign": foreign}


EXPECTED = {"signed": 204, "rotated": 204, "stale": 401, "foreign": 401, "changed": 401}


def test_the_receiver_in_python(
    office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, sent = messages(office)
    monkeypatch.setenv("PENSTOCK_SIGNING_SECRET", secret)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "shown_receiver.py").write_text(example("python"))
    app: Flask = importlib.import_module("shown_receiver").app

    def status(request: OutboundRequest, body: bytes) -> int:
        client = app.test_client()
        return client.post(PATH, data=body, headers=list(request.headers)).status_code

    assert answers(sent, status) == EXPECTED


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed here")
def test_the_receiver_in_node(office: PostOffice, tmp_path: Path) -> None:
    secret, sent = messages(office)
    program = tmp_path / "receiver.js"
    program.write_text(example("js"))
    port = free_port()
    environment = {"PENSTOCK_SIGNING_SECRET": secret, "PORT": str(port)}
    process = subprocess.Popen(["node", str(program)], env=environment, stdout=subprocess.DEVNULL)

    def status(request: OutboundRequest, body: bytes) -> int:
        url = f"http://127.0.0.1:{port}{PATH}"
        posted = urllib.request.Request(url, body, dict(request.headers), method="POST")
        try:
            with urllib.request.urlopen(posted, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    def listens() -> bool:
        try:
            return status(sent["signed"], b"") > 0
        except OSError:
            return False

    try:
        assert eventually(listens)
        assert answers(sent, status) == EXPECTED
    finally:
        process.kill()
        process.wait()


def answers(sent: Mapping[str, OutboundRequest], status: Any) -> dict[str, int]:
    """What a receiver answers to each message, and to one whose body was changed."""
    found = {what: status(request, request.body) for what, request in sent.items()}
    signed = sent["signed"]
    return {**found, "changed": status(signed, (signed.body or b"") + b" ")}
