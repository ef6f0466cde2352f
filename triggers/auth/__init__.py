"""How a webhook trigger tells its callers from strangers: one class a kind, made once a trigger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.duration import parse_duration
from triggers.auth.contract import Auth
from triggers.auth.schema import AUTH_SCHEMA
from triggers.auth.shared_secret import BasicAuth, HeaderAuth, KeyAuth, NoAuth
from triggers.auth.signed_body import HmacAuth

__all__ = ["AUTH_SCHEMA", "Auth", "compile_auth"]


def compile_auth(configuration: Mapping[str, Any]) -> Auth:
    """The authentication a configuration valid against `AUTH_SCHEMA` asks for."""
    return _KINDS[configuration["type"]](configuration)


def _basic(configuration: Mapping[str, Any]) -> Auth:
    return BasicAuth(configuration["user"].encode(), configuration["secret"])


def _header(configuration: Mapping[str, Any]) -> Auth:
    return HeaderAuth(configuration["header"], configuration["secret"])


def _hmac(configuration: Mapping[str, Any]) -> Auth:
    return HmacAuth(
        header=configuration["header"],
        secret=configuration["secret"],
        prefix=configuration.get("prefix", ""),
        encoding=configuration.get("encoding", "hex"),
        timestamp_header=configuration.get("timestamp_header"),
        tolerance=parse_duration(configuration.get("tolerance", "5m")),
    )


_KINDS: dict[str, Callable[[Mapping[str, Any]], Auth]] = {
    "none": lambda _: NoAuth(),
    "key": lambda _: KeyAuth(),
    "basic": _basic,
    "header": _header,
    "hmac": _hmac,
}
