"""What the schemes read of a request's headers. Whatever is malformed is an InvalidError."""

from __future__ import annotations

import binascii
import re

from core.clock import Milliseconds
from core.errors import InvalidError
from core.http import InboundRequest

MOST_SIGNATURES = 16
"""Signatures that are looked at in one header: each costs a comparison, or an elliptic curve."""

_DIGEST_SIZES = {"sha1": 20, "sha256": 32}
_DIGITS = re.compile(r"[0-9]{1,15}")
_DELIVERY_ID = re.compile(r"[!-~]{1,255}")


def header_in(request: InboundRequest, name: str) -> str:
    """A header's value. Raises InvalidError when it is missing or empty."""
    value = request.headers.get(name.lower())
    if not value:
        raise InvalidError(f"The header {name} is missing.")
    return value


def digest_in(
    request: InboundRequest,
    name: str,
    *,
    prefix: str = "",
    encoding: str = "hex",
    digest: str = "sha256",
) -> bytes:
    """The HMAC that a header holds, behind a prefix, in `hex` or `base64`. Raises InvalidError."""
    value = header_in(request, name)
    found = decoded(value[len(prefix) :], encoding) if value.startswith(prefix) else None
    if found is None or len(found) != _DIGEST_SIZES[digest]:
        form = f"{prefix}<{encoding} of an HMAC-{digest.upper()}>"
        raise InvalidError(f"The header {name} must have the form {form}.")
    return found


def decoded(text: str, encoding: str) -> bytes | None:
    """The bytes of a text in `hex` or `base64`, or None where it is something else."""
    try:
        if encoding == "hex":
            return binascii.a2b_hex(text)
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None


def moment_in(
    request: InboundRequest, name: str, *, unit: Milliseconds = 1000
) -> tuple[bytes, Milliseconds]:
    """The moment of sending as a header has it, and in milliseconds. Raises InvalidError.

    `unit` is what the header counts in: seconds, or 1 for milliseconds.
    """
    text = request.headers.get(name.lower(), "")
    moment = moment_of(text, unit=unit)
    if moment is None:
        counted = "seconds" if unit == 1000 else "milliseconds"
        raise InvalidError(f"The header {name} must hold whole {counted} since 1970-01-01 UTC.")
    return text.encode(), moment


def moment_of(text: str, *, unit: Milliseconds = 1000) -> Milliseconds | None:
    """A moment written in ASCII digits, in milliseconds, or None for anything else."""
    return int(text) * unit if _DIGITS.fullmatch(text) else None


def delivery_id_in(request: InboundRequest, *names: str) -> str | None:
    """The id of a delivery in the first header of these that holds one."""
    found = (request.headers.get(name.lower(), "") for name in names)
    return next((text for text in found if _DELIVERY_ID.fullmatch(text)), None)


def delivery_id_of(body: object, member: str) -> str | None:
    """The id of a delivery in a member of a JSON body, or None where there is none."""
    text = body.get(member) if isinstance(body, dict) else None
    return text if isinstance(text, str) and _DELIVERY_ID.fullmatch(text) else None
