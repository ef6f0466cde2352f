"""`penstock backup`, `restore` and `copy-to`: everything that is known, elsewhere. `compact`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from api.commands.context import Context
from api.commands.parsing import Commands, add_command
from api.commands.settings import STORE_FLAGS, add_flags, configuration
from core.config import Config

SHOWN = {
    "automations": "automations",
    "runs": "runs",
    "records": "records",
    "secrets": "secrets",
    "users": "users",
}
"""Tables of which the commands tell, and the words for them."""


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    _add_backup(commands)
    _add_restore(commands)
    _add_copy(commands)
    _add_compact(commands)


def _add_backup(commands: Commands) -> None:
    parser = add_command(
        commands,
        "backup",
        _back_up,
        "write everything into one file, while the server runs",
        ["penstock backup penstock-2026-11-26.backup"],
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    add_flags(parser, STORE_FLAGS)


def _add_restore(commands: Commands) -> None:
    parser = add_command(
        commands,
        "restore",
        _restore,
        "bring a backup into an empty database",
        ["penstock restore penstock-2026-11-26.backup --data-dir /var/lib/penstock"],
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what `penstock backup` wrote")
    add_flags(parser, STORE_FLAGS)


def _add_copy(commands: Commands) -> None:
    parser = add_command(
        commands,
        "copy-to",
        _copy_to,
        "move to another database, such as from SQLite to PostgreSQL; stop the server first",
        ["penstock copy-to postgresql+psycopg://penstock:…@db/penstock"],
    )
    parser.add_argument("url", metavar="URL", help="an empty database")
    add_flags(parser, STORE_FLAGS)


def _add_compact(commands: Commands) -> None:
    parser = add_command(
        commands,
        "compact",
        _compact,
        "write SQLite's file anew, without the room of what was deleted; stop the server first",
        ["penstock compact --data-dir /var/lib/penstock"],
    )
    add_flags(parser, STORE_FLAGS)


def _back_up(arguments: Namespace, context: Context) -> int:
    config = configuration(arguments, context.environment)
    rows = context.installation.back_up(config, arguments.file)
    context.terminal.say(f"{arguments.file} holds {_counted(rows)}.", *_key_lines(config))
    return 0


def _restore(arguments: Namespace, context: Context) -> int:
    config = configuration(arguments, context.environment)
    rows = context.installation.restore(config, arguments.file)
    context.terminal.say(
        f"Restored {_counted(rows)}.",
        "Its secrets can be read with the PENSTOCK_SECRET_KEY (or the file secret.key) that it was "
        "made with.",
    )
    return 0


def _copy_to(arguments: Namespace, context: Context) -> int:
    config = configuration(arguments, context.environment)
    rows = context.installation.copy_to(config, arguments.url)
    context.terminal.say(f"Copied {_counted(rows)}.", *_key_lines(config))
    return 0


def _compact(arguments: Namespace, context: Context) -> int:
    config = configuration(arguments, context.environment)
    before, after = context.installation.compact(config)
    context.terminal.say(f"The database had {_megabytes(before)} and has {_megabytes(after)}.")
    return 0


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{rows.get(table, 0)} {word}" for table, word in SHOWN.items())


def _key_lines(config: Config) -> list[str]:
    if config.secret_key is not None:
        return ["Its secrets can be read with the same PENSTOCK_SECRET_KEY."]
    file = config.data_dir / "secret.key"
    return [
        f"The key of its secrets is not in it but in {file}: keep that too, or set "
        "PENSTOCK_SECRET_KEY to what it holds."
    ]
