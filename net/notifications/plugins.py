"""Apprise's services, each loaded when it is first needed and held to the guard before it is used.

Apprise as a whole would load all its services at once (some 25 MB); one takes less than one. Its
own managers, configuration files, attachments and logs are not used: no file is read or written,
and what its logs say, credentials among it, is said nowhere.
"""

from __future__ import annotations

import importlib
import logging
import re
import smtplib
import sys
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import requests
from apprise import AppriseAsset, AppriseAttachment
from apprise.common import PersistentStoreMode

from core.http import FailureKind
from core.notifications import place_of
from net.failures import SendError
from net.notifications.http import GuardedRequests
from net.notifications.mail import GuardedSmtplib
from net.notifications.services import FILE_OPTIONS, NATIVE_HOSTS, SERVICES

APPLICATION = "Penstock"

_GUARDED = {"requests": (requests, GuardedRequests()), "smtplib": (smtplib, GuardedSmtplib())}
_TALKATIVE = ("urllib3.connectionpool", "oauthlib", "requests_oauthlib")
"""Loggers that at their debug level say tokens, and the paths of requests, which hold them."""
_CLASS = re.compile(r"Notify(?!Base|Format|ImageSize|Type)[A-Za-z0-9]+")


class Plugins:
    """Makes services of addresses; safe for threads."""

    def __init__(self) -> None:
        self._classes: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._asset = AppriseAsset(
            storage_mode=PersistentStoreMode.MEMORY,
            language="en",
            image_path_mask=False,
            app_id=APPLICATION,
            app_desc=APPLICATION,
            app_url="",
            image_url_mask="",
            image_url_logo="",
            http_redirects=False,
            async_mode=False,
        )
        AppriseAttachment.instantiate = staticmethod(_no_attachment)  # type: ignore[method-assign]
        logging.getLogger("apprise").disabled = True
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)

    def service(self, address: str) -> Any:
        """The service of an address. Raises SendError, whose words hold nothing of it."""
        scheme, is_native = _scheme(address)
        plugin = self._plugin(scheme)
        parse = plugin.parse_native_url if is_native else plugin.parse_url
        # As Apprise itself does: a channel such as #general is no fragment.
        options = parse(address.replace("/#", "/%23"))
        if not options:
            raise _unusable(plugin)
        _refuse_files(options.get("qsd") or {})
        try:
            service = plugin(**{**options, "verify": True, "asset": self._asset})
        except (TypeError, ValueError, AttributeError, LookupError):
            raise _unusable(plugin) from None
        return service

    def _plugin(self, scheme: str) -> Any:
        with self._lock:
            if scheme not in self._classes:
                self._classes[scheme] = _load(SERVICES[scheme])
            return self._classes[scheme]


def _scheme(address: str) -> tuple[str, bool]:
    """The scheme of the service, and whether the address is one that the service itself shows."""
    scheme = place_of(address).partition(":")[0]
    if scheme in ("http", "https"):
        host = _host(address)
        for known, service in NATIVE_HOSTS.items():
            if host == known or host.endswith(f".{known}"):
                return service, True
    if scheme not in SERVICES:
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"no notification can be sent by {scheme}://; write the address of a service, such as "
            "slack://, workflows:// (Teams) or mailtos://",
        )
    return scheme, False


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _load(name: str) -> Any:
    module = importlib.import_module(f"apprise.plugins.{name}")
    for loaded in [one for key, one in sys.modules.items() if key.startswith("apprise.")]:
        _guard(loaded)
    return next(
        value
        for key, value in vars(module).items()
        if _CLASS.fullmatch(key) and hasattr(value, "app_id")
    )


def _guard(module: ModuleType) -> None:
    """Puts the guarded stand-ins where a module of Apprise has the libraries themselves."""
    for name, (library, stand_in) in _GUARDED.items():
        if vars(module).get(name) is library:
            setattr(module, name, stand_in)


def _refuse_files(options: Mapping[str, str]) -> None:
    for name in FILE_OPTIONS.intersection(options):
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"the address has the option {name}, which would use files of this machine; remove it",
        )


def _unusable(plugin: Any) -> SendError:
    words = f"the address is not one of {plugin.service_name}"
    return SendError(FailureKind.INVALID_REQUEST, f"{words}; {plugin.setup_url} shows its parts")


def _no_attachment(*_args: Any, **_options: Any) -> None:
    """In place of what would open a file, or fetch one."""
