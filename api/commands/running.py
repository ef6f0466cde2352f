"""`penstock run`: everything in one place, on SQLite, with nothing to install but Python."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from api.apart import apart
from api.commands.context import Context
from api.commands.parsing import Commands, add_command
from api.commands.settings import SERVER_FLAGS, add_flags, configuration
from api.commands.tenancy import DEFAULT_TENANT
from api.commands.welcome import demo_lines, welcome_lines
from api.demo import Demo, allow_partner
from api.listening import Address, listen
from api.logs import start_log
from api.server import serve
from core.config import Config
from core.errors import ConfigError
from core.roles import Role


def add_to(commands: Commands) -> None:
    """Adds the command of this group."""
    parser = add_command(
        commands,
        "run",
        _run,
        "start the server: take events in, execute their runs",
        [
            "penstock run",
            "penstock run --port 9000 --data-dir /var/lib/penstock",
            "penstock run --demo    with the examples and a partner for them to call",
        ],
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="load the examples on the first start, and serve the partner that they call",
    )
    add_flags(parser, SERVER_FLAGS)


def _refuse_redis(config: Config) -> None:
    """A setting that would not do what it says must not be taken in silence."""
    if config.redis_url is not None and config.processes == 1:
        raise ConfigError(
            "PENSTOCK_REDIS_URL: `penstock run` needs no Redis; leave it unset, or let several "
            "processes count requests there (PENSTOCK_PROCESSES)"
        )


def _run(arguments: Namespace, context: Context) -> int:
    config = configuration(arguments, context.environment)
    _refuse_redis(config)
    start_log(config.log_format, context.terminal.errors)
    installation = context.installation
    with installation.hold(config), listen(config.host, config.port, config.processes) as listeners:
        address = listeners.address
        if arguments.demo:
            config = allow_partner(config, address)
        # What this loads and makes would stay in the memory of both processes of the server, and
        # neither threads nor connections would survive the fork between them.
        welcome = apart(lambda: _prepare(context, config, address, demo=arguments.demo))
        serve(
            listeners,
            load=lambda among: installation.load(
                config, Role.RUN, among, address if arguments.demo else None
            ),
            ready=lambda: context.terminal.say(*welcome),
        )
    return 0


def _prepare(context: Context, config: Config, address: Address, *, demo: bool) -> Sequence[str]:
    """Brings the database up to date and fills in what is missing; what is said once it is ready.

    Raises ConfigError, StorageUnavailable.
    """
    with context.installation.open(config) as service:
        set_up = service.invitations.set_up(DEFAULT_TENANT)
        welcome = welcome_lines(config, address, context.program, set_up)
        if demo:
            examples = Demo(service, address)
            examples.load()
            welcome += demo_lines(examples, config, address)
    return welcome
