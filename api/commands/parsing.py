"""How commands describe themselves to argparse."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Sequence
from typing import TypeAlias

from api.commands.context import Context

Commands: TypeAlias = "_SubParsersAction[ArgumentParser]"
Handler = Callable[[Namespace, Context], int]
"""Does what a command says; its exit status."""


def add_command(
    commands: Commands, name: str, handler: Handler, words: str, examples: Sequence[str]
) -> ArgumentParser:
    """Adds a command with its help; the caller adds its arguments."""
    parser = commands.add_parser(
        name,
        help=words,
        description=f"{words[0].upper()}{words[1:]}.",
        epilog="\n  ".join(["examples:", *examples]),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(handler=handler)
    return parser


def add_group(commands: Commands, name: str, words: str) -> Commands:
    """Adds a command that has commands of its own."""
    parser = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_json(parser: ArgumentParser) -> None:
    """Lets a command answer in JSON."""
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
