"""Which tenant a command is about."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from api.commands.context import Context
from api.commands.settings import STORE_FLAGS, add_flags, configuration
from core.errors import NotFoundError
from engine.service import Service

DEFAULT_TENANT = "default"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant, and the use cases over its database."""

    service: Service
    tenant: str


def add_tenant(parser: ArgumentParser, flags: Mapping[str, str] = STORE_FLAGS) -> None:
    """Lets a command name its tenant and where its database is."""
    parser.add_argument("--tenant", default=DEFAULT_TENANT, help="the tenant (default: default)")
    add_flags(parser, flags)


@contextmanager
def open_workspace(arguments: Namespace, context: Context) -> Iterator[Workspace]:
    """The tenant a command names. Raises NotFoundError, ConfigError, StorageUnavailable."""
    config = configuration(arguments, context.environment)
    if config.database_url is None and not config.database_file.exists():
        context.terminal.note(f"there was no database in {config.data_dir}: a new one is made")
    with context.installation.open(config) as service:
        known = [tenant.id for tenant in service.tenants.all()]
        if arguments.tenant not in known:
            names = ", ".join(known)
            raise NotFoundError(f"there is no tenant {arguments.tenant}; there are: {names}")
        yield Workspace(service, arguments.tenant)
