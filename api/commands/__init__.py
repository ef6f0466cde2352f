"""The `penstock` command: one module a group of commands."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from collections.abc import Sequence

from api.commands import (
    copying,
    documents,
    examining,
    keys,
    running,
    secrets,
    sending,
    sharing,
    transfer,
    users,
)
from api.commands.context import Context
from core.accounts import Actor, ActorKind
from core.errors import ConfigError, InvalidError, PenstockError
from engine.acting import acting_as

GROUPS = (running, sharing, documents, transfer, sending, secrets, keys, users, copying, examining)

DONE, FAILED, MISUSED = 0, 1, 2
"""Exit statuses: it was done, it could not be done, it was called or configured wrongly."""


def run_command(arguments: Sequence[str], context: Context) -> int:
    """Runs one command; its exit status. Raises SystemExit as argparse does for help and misuse."""
    parsed = _parser().parse_args(arguments)
    try:
        with acting_as(_operator()):
            status: int = parsed.handler(parsed, context)
    except PenstockError as error:
        return _explain(error, context)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to be flushed at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), context.terminal.out.fileno())
        return FAILED
    except OSError as error:
        context.terminal.note(f"penstock: {error}")
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return status


def _operator() -> Actor:
    """Whoever sits at the command line, by the name the machine has for them."""
    try:
        name = getpass.getuser()
    except (KeyError, ImportError, OSError):
        name = str(os.getuid())
    return Actor(ActorKind.COMMAND, name, f"{name} (command line)")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="penstock",
        description="Penstock: webhooks come in, automations run, partners are called.",
        epilog="`penstock COMMAND --help` explains a command, with examples.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add_to(commands)
    return parser


def _explain(error: PenstockError, context: Context) -> int:
    """One line, whatever the cause has to say, and a line for each fault."""
    context.terminal.note(f"penstock: {' '.join(str(error).split())}")
    if isinstance(error, InvalidError):
        context.terminal.note(*(f"  {fault.path}: {fault.message}" for fault in error.faults))
    return MISUSED if isinstance(error, ConfigError) else FAILED
