"""Large bytes, compressed where that saves something."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LARGE = 4096
"""Bytes from which on they are compressed: a page of SQLite, beyond which a row needs another."""
LEVEL = 1
"""The fastest regular level of Zstandard: higher ones save a few percent more of such bodies."""

_MARK = b"\0penstock:"
_PACKED = _MARK + b"zstd\0"
_PLAIN = _MARK + b"as-is\0"


def pack(plain: bytes) -> bytes:
    """What `unpack` makes the same bytes of, shorter where they are large and not random."""
    if len(plain) >= LARGE:
        packed = _PACKED + zstd.compress(plain, LEVEL)
        if len(packed) < len(plain):
            return packed
    return _PLAIN + plain if plain.startswith(_MARK) else plain


def pack_optional(plain: bytes | None) -> bytes | None:
    """The same; None stays NULL."""
    return None if plain is None else pack(plain)


def unpack(kept: bytes | memoryview) -> bytes:
    """The bytes as they were. What was kept before there was compression is as it is."""
    if kept[:1] != b"\0":
        return bytes(kept)
    kept = bytes(kept)
    if kept.startswith(_PACKED):
        return zstd.decompress(kept[len(_PACKED) :])
    return kept.removeprefix(_PLAIN)


def unpack_optional(kept: bytes | memoryview | None) -> bytes | None:
    """The same; NULL is None."""
    return None if kept is None else unpack(kept)
