"""A whole Penstock served in this process, callers with keys, and what they send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from api.operations import Operation
from app import create_app
from core.config import Config
from engine.service import Service
from tests.support.databases import sqlite_database
from tests.support.people import passwords_of_little_work
from wiring import Application, build


@dataclass(frozen=True)
class Caller:
    """Calls the API with one key."""

    client: FlaskClient
    key: str

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)


@dataclass(frozen=True)
class Site:
    """An application that runs, with the tenants `acme` and `globex`."""

    application: Application
    flask: Flask

    @property
    def service(self) -> Service:
        return self.application.service

    def with_service(self, service: Service) -> Flask:
        """The web application over other use cases."""
        return _web_application(self.application, service)

    @property
    def anybody(self) -> FlaskClient:
        return self.flask.test_client()

    def caller(self, tenant: str, *scopes: str) -> Caller:
        _, value = self.service.keys.create(tenant, "test", scopes or ["admin"])
        return Caller(self.anybody, value)


def open_site(folder: Path) -> Iterator[Site]:
    """A site over a data folder; it is closed when the generator is."""
    sqlite_database(folder)
    with passwords_of_little_work():
        application = build(Config(data_dir=folder))
    for tenant in ("acme", "globex"):
        application.service.tenants.create(tenant, tenant.title())
    application.start(alone=True)
    yield Site(application, _web_application(application, application.service))
    application.stop()


class _CompiledTemplates(BytecodeCache):
    """Templates compiled once for all sites of this process."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = _CompiledTemplates()


def _web_application(one: Application, service: Service) -> Flask:
    app = create_app(service, one.clock, one.page_settings, one.meter)
    app.jinja_env.bytecode_cache = _TEMPLATES
    return app


def address(operation: Operation, ids: Mapping[str, str] | None = None) -> str:
    """The path of an operation with these ids for its parameters, or with ids of nothing."""
    named = {one.name: (ids or {}).get(one.name, "nothing") for one in operation.placed("path")}
    return operation.path.format(**named)


def example_body(operation: Operation) -> dict[str, Any]:
    """The options with which a caller sends the operation's example, where it takes a body."""
    return {"json": operation.body.example} if operation.body else {}


def assert_problem(answer: TestResponse) -> None:
    """The answer is the caller's fault, and says so as RFC 9457 has it."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    for error in problem.get("errors", ()):
        assert set(error) == {"path", "message"}
