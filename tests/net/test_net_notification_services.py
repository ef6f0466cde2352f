"""The services that may be used are those of Apprise's that have no way past the guard."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import apprise
import pytest
from apprise.manager_plugins import NotificationManager

from net.notifications.http import GuardedRequests
from net.notifications.mail import GuardedSmtplib
from net.notifications.services import NATIVE_HOSTS, SERVICES

FOLDER = Path(apprise.__file__).parent / "plugins"
MODULES = sorted(set(SERVICES.values()))

_WAYS_OUT = """
aiohttp asyncio ctypes ftplib http httpx imaplib importlib multiprocessing nntplib paramiko pathlib
poplib runpy select selectors shutil signal socket socketserver subprocess telnetlib tempfile
urllib3 websocket websockets xmlrpc _socket
"""
WAYS_OUT = frozenset(_WAYS_OUT.split())
"""Modules by which something could be reached, read or run without the guard's knowing."""
HARMLESS_HELPERS = frozenset({"is_secure_http_url", "read_bounded_response"})
"""What services may use of the module by which Apprise makes connections of its own."""


def sources(module: str) -> list[Path]:
    """The files of a service; those of the service it builds upon are its own."""
    single = FOLDER / f"{module}.py"
    return [single] if single.exists() else sorted((FOLDER / module).glob("*.py"))


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every module that is imported, with what is taken of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def used_of(tree: ast.AST, library: str) -> set[str]:
    """The attributes of a library's module that a service uses."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == library
    }


@pytest.mark.parametrize("module", MODULES)
def test_a_service_has_no_way_out_but_the_guarded_ones(module: str) -> None:
    for file in sources(module):
        tree = ast.parse(file.read_text())
        for name, taken in imports(tree):
            assert name.split(".")[0] not in WAYS_OUT, (file, name)
            assert name not in ("urllib.request", "utils.socket"), (file, name)
            assert name != "utils.http" or taken in HARMLESS_HELPERS, (file, taken)
            assert not name.startswith("requests.") or name == "requests.auth", (file, name)
            assert name != "requests" or not taken, (file, "a part of requests by its name")
            assert name != "smtplib" or not taken, (file, "a part of smtplib by its name")
        assert used_of(tree, "requests") <= set(dir(GuardedRequests)), file
        assert used_of(tree, "smtplib") <= set(dir(GuardedSmtplib)), file


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_schemes_and_modules_are_those_of_apprise() -> None:
    manager = NotificationManager()
    manager.load_modules()
    known = {
        scheme: plugin.__module__.removeprefix("apprise.plugins.").split(".")[0]
        for scheme, plugin in manager._schema_map.items()
    }
    assert known.items() >= SERVICES.items()
    assert {scheme for scheme, module in known.items() if module in MODULES} == SERVICES.keys()
    assert set(NATIVE_HOSTS.values()) <= SERVICES.keys()
    left_out = set(known.values()) - set(MODULES)
    assert left_out == {
        "amqp", "aprs", "blink1", "dbus", "deltachat", "fcm", "glib", "gnome", "growl", "irc",
        "macosx", "mqtt", "nostr", "rsyslog", "simplepush", "smpp", "syslog", "vapid", "windows",
        "xmpp",
    }  # fmt: skip
