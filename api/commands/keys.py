"""`penstock key`: API keys. A key's value is shown once, when it is made."""

from __future__ import annotations

from argparse import Namespace

from api.commands.context import Context
from api.commands.parsing import Commands, add_command, add_group, add_json
from api.commands.tenancy import add_tenant, open_workspace
from api.keys import key_json
from core.clock import to_rfc3339
from engine.keys import SCOPES


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    group = add_group(commands, "key", "make, list and delete API keys")
    _add_create(group)
    listing = add_command(
        group, "list", _list, "list the keys; their values are not kept", ["penstock key list"]
    )
    add_json(listing)
    add_tenant(listing)
    deletion = add_command(
        group,
        "delete",
        _delete,
        "delete a key; it is refused from then on",
        ["penstock key delete 0192e4a0-7b1c-7abc-8def-0123456789ab"],
    )
    deletion.add_argument("id", metavar="ID", help="the key's id, as `penstock key list` shows it")
    add_tenant(deletion)


def _add_create(group: Commands) -> None:
    parser = add_command(
        group,
        "create",
        _create,
        "make a key and print its value, this once",
        [
            "penstock key create --name me --scopes admin",
            "penstock key create --name shop --scopes trigger,read --limit 100/m",
        ],
    )
    parser.add_argument("--name", required=True, help="whose key it is, or what it is for")
    parser.add_argument(
        "--scopes", required=True, help=f"what it may do, by commas: {', '.join(SCOPES)}"
    )
    parser.add_argument("--limit", help="how much may be asked for with it, such as 100/m")
    add_json(parser)
    add_tenant(parser)


def _create(arguments: Namespace, context: Context) -> int:
    scopes = [scope.strip() for scope in arguments.scopes.split(",") if scope.strip()]
    with open_workspace(arguments, context) as workspace:
        key, value = workspace.service.keys.create(
            workspace.tenant, arguments.name, scopes, limit=arguments.limit
        )
    if arguments.json:
        context.terminal.show({**key_json(key), "value": value})
        return 0
    context.terminal.note(
        f"A key for {key.name} (id {key.id}, scopes {', '.join(key.scopes)}). It is shown only now:"
    )
    context.terminal.say(value)
    return 0


def _list(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        keys = workspace.service.keys.list(workspace.tenant)
    if arguments.json:
        context.terminal.show([key_json(key) for key in keys])
        return 0
    rows = [
        (
            key.id,
            key.name,
            f"{key.prefix}…",
            ", ".join(key.scopes),
            key.limit or "none",
            to_rfc3339(key.created_at),
        )
        for key in keys
    ]
    context.terminal.table(("ID", "NAME", "BEGINS", "SCOPES", "LIMIT", "CREATED"), rows)
    return 0


def _delete(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        workspace.service.keys.delete(workspace.tenant, arguments.id)
    context.terminal.say(f"key {arguments.id} is deleted")
    return 0
