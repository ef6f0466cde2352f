"""`penstock doctor`: looks at an installation, and says in words what is wrong and what to do."""

from __future__ import annotations

from argparse import Namespace

from api.commands.context import Context
from api.commands.parsing import Commands, add_command
from api.commands.settings import STORE_FLAGS, add_flags, configuration
from core.findings import Weight

_REDIS = {"redis-url": "redis://HOST, where web processes and workers meet"}


def add_to(commands: Commands) -> None:
    """Adds the command of this group."""
    parser = add_command(
        commands,
        "doctor",
        _examine,
        "look at an installation, and say what is wrong and what to do; changes nothing",
        ["penstock doctor", "penstock doctor --data-dir /var/lib/penstock"],
    )
    add_flags(parser, {**STORE_FLAGS, **_REDIS})


def _examine(arguments: Namespace, context: Context) -> int:
    """1 where there is a fault; warnings alone are 0."""
    config = configuration(arguments, context.environment)
    findings = list(context.installation.examine(config))
    context.terminal.say(*(f"{one.weight:<8}{one.words}" for one in findings))
    return int(any(one.weight is Weight.FAULT for one in findings))
