"""Functions that digest a text, with and without a key."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

from core.errors import ExpressionError
from expressions.budget import Budget, text_size
from expressions.functions.function import function

_BYTES_PER_UNIT = 10
_WORK = 40


def sha256(budget: Budget, text: str, encoding: str = "hex") -> str:
    """The SHA-256 of the text's UTF-8 bytes, in `hex` or `base64`."""
    return _written(hashlib.sha256(_bytes(budget, text)).digest(), encoding)


def sha512(budget: Budget, text: str, encoding: str = "hex") -> str:
    """The SHA-512 of the text's UTF-8 bytes, in `hex` or `base64`."""
    return _written(hashlib.sha512(_bytes(budget, text)).digest(), encoding)


def sha1(budget: Budget, text: str, encoding: str = "hex") -> str:
    """The SHA-1 of the text's UTF-8 bytes; for partners who ask for it, not for safety."""
    data = _bytes(budget, text)
    return _written(hashlib.sha1(data, usedforsecurity=False).digest(), encoding)


def md5(budget: Budget, text: str, encoding: str = "hex") -> str:
    """The MD5 of the text's UTF-8 bytes; for partners who ask for it, not for safety."""
    data = _bytes(budget, text)
    return _written(hashlib.md5(data, usedforsecurity=False).digest(), encoding)


def hmac_sha256(budget: Budget, key: str, text: str, encoding: str = "hex") -> str:
    """The HMAC-SHA-256 (RFC 2104) of the text under a key, in `hex` or `base64`."""
    return _hmac(budget, key, text, encoding, "sha256")


def hmac_sha512(budget: Budget, key: str, text: str, encoding: str = "hex") -> str:
    """The HMAC-SHA-512 (RFC 2104) of the text under a key, in `hex` or `base64`."""
    return _hmac(budget, key, text, encoding, "sha512")


def hmac_sha1(budget: Budget, key: str, text: str, encoding: str = "hex") -> str:
    """The HMAC-SHA-1 (RFC 2104) of the text under a key; for partners who ask for it."""
    return _hmac(budget, key, text, encoding, "sha1")


def _hmac(budget: Budget, key: str, text: str, encoding: str, algorithm: str) -> str:
    return _written(hmac.digest(_bytes(budget, key), _bytes(budget, text), algorithm), encoding)


def _bytes(budget: Budget, text: str) -> bytes:
    size = text_size(text)
    budget.work(_WORK + size // _BYTES_PER_UNIT)
    budget.memory(size)
    return text.encode()


def _written(digest: bytes, encoding: str) -> str:
    write = _ENCODINGS.get(encoding)
    if write is None:
        raise ExpressionError("the encoding of a digest must be 'hex' or 'base64'")
    return write(digest)


_ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": lambda digest: base64.b64encode(digest).decode(),
}

_RFC_INPUT = "'Jefe', 'what do ya want for nothing?'"
"""The second test of RFC 2202 and RFC 4231."""

FUNCTIONS = (
    function(sha256, "substring(sha256('abc'), 0, 8)", '"ba7816bf"'),
    function(sha512, "substring(sha512('abc'), 0, 8)", '"ddaf35a1"'),
    function(sha1, "sha1('abc')", '"a9993e364706816aba3e25717850c26c9cd0d89d"'),
    function(md5, "md5('abc')", '"900150983cd24fb0d6963f7d28e17f72"'),
    function(
        hmac_sha256,
        f"hmac_sha256({_RFC_INPUT}, 'base64')",
        '"W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="',
    ),
    function(hmac_sha512, f"substring(hmac_sha512({_RFC_INPUT}), 0, 8)", '"164b7a7b"'),
    function(hmac_sha1, f"substring(hmac_sha1({_RFC_INPUT}), 0, 8)", '"effcdf6a"'),
)
