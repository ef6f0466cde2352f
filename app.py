"""The front door: `create_app` for a WSGI server, `main` for the command line."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import IO

from flask import Flask, request
from flask.typing import ResponseReturnValue

from api import create_api, create_probes
from api.blueprint import OURS, answer_error
from api.commands import run_command
from api.commands.context import Context
from api.commands.terminal import Terminal
from api.demo_partner import create_partner, partner_url
from api.hooks import Hooks
from api.late_rules import LateRule
from api.listening import Address
from api.metering import Counted
from api.proxies import TrustedProxies
from api.server import Among, Site
from api.shared_metering import SharedReadings
from api.sharing import LookingFirst
from builder_ui import Pages, PageSettings, create_pages
from core.clock import Clock
from core.config import Config
from core.findings import Finding
from core.networks import CallerNetworks, IPNetwork
from core.roles import Role
from data_folder import database_url, existing_database_url, lock_data_folder
from doctor import examine
from engine.compiler import Compiler
from engine.document_schema import Schema, document_schema
from engine.service import Service
from net import refuse_impossible_traces
from store import back_up, compact, copy_database, restore
from wiring import (
    Application,
    action_and_trigger_registry,
    bootstrap,
    build,
)


def create_app(
    service: Service,
    clock: Clock,
    settings: PageSettings,
    meter: Counted,
    demo: Address | None = None,
    trusted_proxies: Sequence[IPNetwork] = (),
) -> Flask:
    """The web application over a set of use cases, with the demo's partner if it has an address."""
    app = Flask("penstock", static_folder=None)
    app.url_rule_class = LateRule
    app.wsgi_app = Hooks(app.wsgi_app, service, settings.public_url)  # type: ignore[method-assign]
    if trusted_proxies:
        behind = TrustedProxies(app.wsgi_app, CallerNetworks(trusted_proxies))
        app.wsgi_app = behind  # type: ignore[method-assign]
    for blueprint in create_api(service, meter):
        app.register_blueprint(blueprint)
    if demo is not None:
        settings = replace(settings, demo_partner=partner_url(demo))
    pages = create_pages(service, clock, settings)
    app.register_blueprint(pages.blueprint)
    app.register_error_handler(Exception, _answerer(pages))
    if demo is not None:
        app.register_blueprint(create_partner(demo))
    return app


def create_worker(service: Service, meter: Counted) -> Flask:
    """What a worker serves: whether it lives, whether it can work, and what it measures."""
    app = Flask("penstock", static_folder=None)
    for blueprint in create_probes(service, meter):
        app.register_blueprint(blueprint)
    app.register_error_handler(Exception, answer_error)
    return app


def _answerer(pages: Pages) -> Callable[[Exception], ResponseReturnValue]:
    """Tells of what no blueprint answered, such as an unknown address."""

    def answer(error: Exception) -> ResponseReturnValue:
        if request.path.startswith(OURS):
            return answer_error(error)
        return pages.answer_error(error)

    return answer


class WholeInstallation:
    """The program with every room in it (`api.commands.context.Installation`)."""

    def compiler(self) -> Compiler:
        """Checks documents."""
        return Compiler(action_and_trigger_registry())

    def document_schema(self) -> Schema:
        """The JSON Schema of a document."""
        return document_schema(action_and_trigger_registry())

    def hold(self, config: Config) -> IO[str]:
        """Keeps every other server off the data folder."""
        return lock_data_folder(config)

    @contextmanager
    def open(self, config: Config) -> Iterator[Service]:
        """The use cases for a while; what is stored waits for a server to execute it."""
        refuse_impossible_traces(config.traces)
        application = build(config)
        try:
            application.rest()
            bootstrap(application)
            yield application.service
        finally:
            application.stop()

    def copy_to(self, config: Config, target_url: str) -> Mapping[str, int]:
        """Copies everything into an empty database; rows by table."""
        source = existing_database_url(config)
        with self._hold(config):
            return copy_database(source, target_url)

    def back_up(self, config: Config, file: Path) -> Mapping[str, int]:
        """Writes everything into a new file; rows by table."""
        return back_up(existing_database_url(config), file)

    def restore(self, config: Config, file: Path) -> Mapping[str, int]:
        """Brings a backup into the empty database of the configuration; rows by table."""
        with self._hold(config):
            return restore(file, database_url(config))

    def compact(self, config: Config) -> tuple[int, int]:
        """Writes the database anew without the room that nothing needs; bytes before and after."""
        url = existing_database_url(config)
        with self._hold(config):
            sizes = compact(url)
        return sizes.before, sizes.after

    def examine(self, config: Config) -> Iterable[Finding]:
        """Looks at everything an installation is made of, and changes nothing."""
        return examine(config)

    def _hold(self, config: Config) -> AbstractContextManager[object]:
        """Keeps others off the data folder where the database is in there."""
        return nullcontext() if config.database_url else lock_data_folder(config)

    def load(self, config: Config, role: Role, among: Among, demo: Address | None = None) -> Site:
        """Starts working, and gives what is to be served."""
        application = build(config, role, serving=True, board=among.board)
        meter = _meter(application, among)
        # The lock on the folder says that nobody else has its database, and of no other database.
        application.start(alone=among.alone and config.database_url is None)
        if role is Role.WORKER:
            worker = create_worker(application.service, meter)
            return Site(worker, application.rest, application.stop)
        flask = create_app(
            application.service,
            application.clock,
            application.page_settings,
            meter,
            demo,
            config.trusted_proxies,
        )
        if application.changes is not None:
            looking = LookingFirst(flask.wsgi_app, application.changes.look)
            flask.wsgi_app = looking  # type: ignore[method-assign]
        return Site(flask, application.rest, application.stop)


def _meter(application: Application, among: Among) -> Counted:
    """What is counted: here, or by all that share the port."""
    if among.folder is None:
        return application.meter
    shared = SharedReadings(application.meter, among.folder, among.number)
    shared.start()
    return shared


def main(arguments: Sequence[str] | None = None) -> int:
    """The `penstock` command; its exit status."""
    context = Context(
        installation=WholeInstallation(),
        environment=os.environ,
        terminal=Terminal(sys.stdin, sys.stdout, sys.stderr),
        program=_program(sys.argv[0]),
    )
    return run_command(sys.argv[1:] if arguments is None else arguments, context)


def _program(called: str) -> list[str]:
    """How to call this program again from this folder."""
    file = Path(called)
    if shutil.which(file.name) == called:
        return [file.name]
    name = os.path.relpath(file) if file.absolute().is_relative_to(Path.cwd()) else called
    return [name] if os.access(file, os.X_OK) else [sys.executable, name]


if __name__ == "__main__":
    sys.exit(main())
