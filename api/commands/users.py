"""`penstock user`: who may sign in. Links are shown once; passwords are chosen in the browser."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from api.commands.context import Context
from api.commands.links import invitation_link
from api.commands.parsing import Commands, Handler, add_command, add_group, add_json
from api.commands.settings import LINK_FLAGS, STORE_FLAGS, configuration
from api.commands.tenancy import add_tenant, open_workspace
from core.accounts import Invitation, Role, User
from core.clock import to_rfc3339

_WITH_LINKS = {**LINK_FLAGS, **STORE_FLAGS}


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    group = add_group(commands, "user", "list, invite, disable and enable users")
    listing = add_command(group, "list", _list, "list the users", ["penstock user list"])
    add_json(listing)
    add_tenant(listing)
    _add_invite(group)
    words = "print a link with which a user chooses another password; it holds for a day"
    add_tenant(_about_one(group, "reset", _reset, words), _WITH_LINKS)
    add_tenant(_about_one(group, "disable", _disable, "keep a user out, from now on"))
    add_tenant(_about_one(group, "enable", _enable, "let a disabled user in again"))


def _add_invite(group: Commands) -> None:
    parser = add_command(
        group,
        "invite",
        _invite,
        "print a link with which somebody becomes a user; it holds for seven days",
        [
            "penstock user invite ada@example.com --role implementer",
            "penstock user invite grace@example.com --role admin",
        ],
    )
    parser.add_argument("email", metavar="EMAIL", help="whose link it is")
    roles = [role.value for role in Role]
    parser.add_argument(
        "--role",
        choices=roles,
        default=Role.VIEWER.value,
        help="admin: everything; implementer: automations and runs; viewer: look (default: viewer)",
    )
    add_tenant(parser, _WITH_LINKS)


def _about_one(group: Commands, name: str, handler: Handler, words: str) -> ArgumentParser:
    parser = add_command(group, name, handler, words, [f"penstock user {name} ada@example.com"])
    parser.add_argument("email", metavar="EMAIL", help="which user")
    return parser


def _list(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        users = workspace.service.users.list(workspace.tenant)
    if arguments.json:
        context.terminal.show([_user_json(user) for user in users])
        return 0
    rows = [
        (
            user.email,
            user.name,
            user.role.value,
            "disabled" if user.disabled else "-",
            to_rfc3339(user.signed_in_at) if user.signed_in_at else "never",
        )
        for user in users
    ]
    context.terminal.table(("EMAIL", "NAME", "ROLE", "DISABLED", "SIGNED IN"), rows)
    return 0


def _invite(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        link, token = workspace.service.invitations.invite(
            workspace.tenant, arguments.email, Role(arguments.role)
        )
    return _show(link, token, arguments, context)


def _reset(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        user = workspace.service.users.find(workspace.tenant, arguments.email)
        link, token = workspace.service.invitations.reset(workspace.tenant, user.id)
    return _show(link, token, arguments, context)


def _show(link: Invitation, token: str, arguments: Namespace, context: Context) -> int:
    until = "" if link.expires_at is None else f" until {to_rfc3339(link.expires_at)}"
    context.terminal.note(f"A link for {link.email}, good once{until}. It is shown only now:")
    base = configuration(arguments, context.environment).site_url
    context.terminal.say(invitation_link(base, token))
    return 0


def _disable(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        users = workspace.service.users
        user = users.disable(workspace.tenant, users.find(workspace.tenant, arguments.email).id)
    context.terminal.say(f"{user.email} is disabled and signed out")
    return 0


def _enable(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        users = workspace.service.users
        user = users.enable(workspace.tenant, users.find(workspace.tenant, arguments.email).id)
    context.terminal.say(f"{user.email} is enabled")
    return 0


def _user_json(user: User) -> Mapping[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "disabled": user.disabled,
        "created_at": to_rfc3339(user.created_at),
        "signed_in_at": to_rfc3339(user.signed_in_at) if user.signed_in_at else None,
    }
