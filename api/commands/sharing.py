"""`penstock web` and `penstock worker`: any number of each, over one PostgreSQL."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from api.apart import apart
from api.commands.context import Context
from api.commands.parsing import Commands, add_command
from api.commands.settings import SERVER_FLAGS, add_flags, configuration
from api.commands.tenancy import DEFAULT_TENANT
from api.commands.welcome import welcome_lines
from api.listening import Address, listen
from api.logs import start_log
from api.server import serve
from core.config import Config
from core.errors import ConfigError
from core.roles import Role

_SHARED = {
    "postgres": "--database-url postgresql+psycopg://penstock:…@db/penstock",
    "redis": "--redis-url redis://cache",
}


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    _add(commands, Role.WEB, "take events in and serve the pages; workers execute the runs", "8080")
    _add(commands, Role.WORKER, "execute the runs that `penstock web` takes in", "8081")


def _add(commands: Commands, role: Role, words: str, port: str) -> None:
    def handle(arguments: Namespace, context: Context) -> int:
        return _serve(role, arguments, context)

    example = f"penstock {role} --port {port} " + " ".join(_SHARED.values())
    add_flags(add_command(commands, role, handle, words, [example]), SERVER_FLAGS)


def _serve(role: Role, arguments: Namespace, context: Context) -> int:
    config = configuration(arguments, context.environment)
    _require_shared(config, role)
    start_log(config.log_format, context.terminal.errors)
    installation = context.installation
    with listen(config.host, config.port, config.processes) as listeners:
        address = listeners.address
        lines = apart(lambda: _prepare(role, context, config, address))
        serve(
            listeners,
            load=lambda among: installation.load(config, role, among),
            ready=lambda: context.terminal.say(*lines),
        )
    return 0


def _prepare(role: Role, context: Context, config: Config, address: Address) -> Sequence[str]:
    """Brings the database up to date; what is said once the process is ready.

    Raises ConfigError, StorageUnavailable.
    """
    with context.installation.open(config) as service:
        if role is Role.WORKER:
            return [f"A worker executes runs; {address.url}/readyz tells whether it can."]
        set_up = service.invitations.set_up(DEFAULT_TENANT)
        return welcome_lines(config, address, context.program, set_up)


def _require_shared(config: Config, role: Role) -> None:
    """What several machines must have in common."""
    if not (config.database_url or "").startswith("postgresql"):
        raise ConfigError(
            f"PENSTOCK_DATABASE_URL: `penstock {role}` shares a PostgreSQL database with others; "
            "set it to postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        )
    if config.redis_url is None:
        raise ConfigError(
            f"PENSTOCK_REDIS_URL: `penstock {role}` meets others in Redis; set it to redis://HOST"
        )
    if config.secret_key is None:
        raise ConfigError(
            "PENSTOCK_SECRET_KEY: every machine needs the same one, so a key file will not do; "
            "set it"
        )
