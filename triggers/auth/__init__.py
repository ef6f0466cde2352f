"""How a webhook trigger tells its callers from strangers: one class a kind, made once a trigger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.clock import Milliseconds
from core.duration import parse_duration
from triggers.auth.contract import Auth
from triggers.auth.schema import AUTH_SCHEMA, DEFAULT_TOLERANCE, auth_faults
from triggers.auth.shared_secret import BasicAuth, HeaderAuth, KeyAuth, NoAuth
from triggers.auth.signed_body import SignatureAuth
from triggers.signatures import SCHEMES
from triggers.signatures.generic_hmac import compile_scheme

__all__ = ["AUTH_SCHEMA", "Auth", "auth_faults", "compile_auth"]


def compile_auth(configuration: Mapping[str, Any]) -> Auth:
    """The authentication a configuration valid against `AUTH_SCHEMA` asks for."""
    return _KINDS[configuration["type"]](configuration)


def _basic(configuration: Mapping[str, Any]) -> Auth:
    return BasicAuth(configuration["user"].encode(), configuration["secret"])


def _header(configuration: Mapping[str, Any]) -> Auth:
    return HeaderAuth(configuration["header"], configuration["secret"])


def _hmac(configuration: Mapping[str, Any]) -> Auth:
    names = [configuration.get(name) for name in ("secret", "previous_secret")]
    return SignatureAuth(
        scheme=compile_scheme(configuration),
        secrets=tuple(name for name in names if name),
        tolerance=_tolerance(configuration),
    )


def _signature(configuration: Mapping[str, Any]) -> Auth:
    return SignatureAuth(
        scheme=SCHEMES[configuration["scheme"]],
        secrets=tuple(configuration["secrets"]),
        tolerance=_tolerance(configuration),
    )


def _tolerance(configuration: Mapping[str, Any]) -> Milliseconds:
    return parse_duration(configuration.get("tolerance", DEFAULT_TOLERANCE))


_KINDS: dict[str, Callable[[Mapping[str, Any]], Auth]] = {
    "none": lambda _: NoAuth(),
    "key": lambda _: KeyAuth(),
    "basic": _basic,
    "header": _header,
    "hmac": _hmac,
    "signature": _signature,
}
