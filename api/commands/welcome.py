"""What the server says when it is ready, each command so that it works as it is printed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from api.commands.links import set_up_link
from api.demo import SHOWN, Demo, example_answer, example_call, may_call_partner
from api.demo_partner import PATH
from api.listening import Address
from core.config import Config


def welcome_lines(
    config: Config, address: Address, program: Sequence[str], set_up: str | None
) -> list[str]:
    """Where the server is, how to sign in and how to get a key.

    `set_up` is the token of the link to the first admin's account, while there is none.
    """
    base = config.public_url or address.url
    sign_in = []
    if set_up is not None:
        sign_in = [
            "Make the first admin's account here; the link works once, and until the next start:",
            f"  {set_up_link(base, set_up)}",
        ]
    command = [*program, "key", "create", "--name", "me", "--scopes", "admin"]
    if config.data_dir != Config().data_dir:
        command += ["--data-dir", str(config.data_dir)]
    where = " (with this PENSTOCK_DATABASE_URL)" if config.database_url else ""
    return [
        f"Penstock is at {base}, its data in {config.data_dir}. Ctrl+C stops it.",
        *sign_in,
        f"A key for its API, made by{where}:",
        f"  {shlex.join(command)}",
    ]


def demo_lines(demo: Demo, config: Config, address: Address) -> list[str]:
    """One call that shows the main job, or why it cannot be shown."""
    if not demo.calls_partner(SHOWN):
        return [
            f"The example {SHOWN} is not here as it was: the demo loads the examples into an empty "
            "data folder only (PENSTOCK_DATA_DIR).",
        ]
    if not may_call_partner(config, address):
        return [
            f"The demo's partner, {address.url}{PATH}, answers only to this machine. Others can "
            "reach this server,",
            "so its automations may not call this machine unless you say so: "
            f"PENSTOCK_ALLOW_PRIVATE={address.local}/{address.local.max_prefixlen}",
        ]
    return [
        "An order comes in, the customer's partner is told, and its answer answers the order:",
        f"  {example_call(address)}",
        f"  answers {example_answer()}",
    ]
