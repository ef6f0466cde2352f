"""`penstock secret`: values go in and never come out."""

from __future__ import annotations

from argparse import Namespace

from api.commands.context import Context
from api.commands.parsing import Commands, add_command, add_group, add_json
from api.commands.tenancy import add_tenant, open_workspace
from api.secrets import secret_json
from core.clock import to_rfc3339
from engine.secrets import SecretUse


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    group = add_group(commands, "secret", "set, list and delete secrets")
    _add_set(group)
    listing = add_command(
        group,
        "list",
        _list,
        "list the secrets and the automations that use them; values are never shown",
        ["penstock secret list", "penstock secret list --json"],
    )
    add_json(listing)
    add_tenant(listing)
    deletion = add_command(
        group, "delete", _delete, "delete a secret", ["penstock secret delete PARTNER_TOKEN"]
    )
    deletion.add_argument("name", metavar="NAME", help="which one")
    add_tenant(deletion)


def _add_set(group: Commands) -> None:
    parser = add_command(
        group,
        "set",
        _set,
        "set a secret; its value is typed without being shown, or piped in",
        [
            "penstock secret set PARTNER_TOKEN",
            "printenv PARTNER_TOKEN | penstock secret set PARTNER_TOKEN",
        ],
    )
    parser.add_argument("name", metavar="NAME", help="letters, digits and _: PARTNER_TOKEN")
    parser.add_argument(
        "--value",
        help="the value itself; others can read it in the list of "
        "processes and in the shell's history",
    )
    add_tenant(parser)


def _set(arguments: Namespace, context: Context) -> int:
    value = arguments.value
    if value is None:
        value = context.terminal.read_hidden(f"Value of {arguments.name}: ")
    with open_workspace(arguments, context) as workspace:
        workspace.service.secrets.put(workspace.tenant, arguments.name, value)
    context.terminal.say(f"{arguments.name} is set")
    return 0


def _list(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        found = workspace.service.secrets.list(workspace.tenant)
    if arguments.json:
        context.terminal.show([secret_json(secret) for secret in found])
        return 0
    rows = [
        (secret.entry.name, to_rfc3339(secret.entry.updated_at), _uses(secret)) for secret in found
    ]
    context.terminal.table(("NAME", "UPDATED", "USED BY"), rows)
    return 0


def _uses(secret: SecretUse) -> str:
    subscriptions = [f"subscription {one}" for one in secret.subscriptions]
    return ", ".join([*secret.used_by, *subscriptions]) or "-"


def _delete(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        workspace.service.secrets.delete(workspace.tenant, arguments.name)
    context.terminal.say(f"{arguments.name} is deleted")
    return 0
