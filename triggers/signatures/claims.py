"""What a signed request claims, and how a secret proves the claim."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Protocol

from core.clock import Milliseconds
from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.wire import same


class Claim(Protocol):
    """Signatures, and what they are said to sign."""

    @property
    def sent_at(self) -> Milliseconds | None:
        """The signed moment of sending; None where the scheme signs none."""
        ...

    @property
    def hint(self) -> str:
        """What an operator should look at when no secret proves the claim; empty for nothing."""
        ...

    def is_proven_by(self, secret: str) -> bool:
        """Whether a secret (not empty, without fault by the scheme's SPEC) made a signature."""
        ...


class Scheme(Protocol):
    """A module of this folder, or a configured scheme."""

    @property
    def SPEC(self) -> SchemeSpec:  # noqa: N802  a module's constant
        """What the scheme is called, and what it can tell of a delivery."""
        ...

    def read(self, request: InboundRequest, raw: bytes) -> Claim:
        """What a request with this body claims.

        Raises InvalidError, with words for the caller, for headers that are missing or malformed.
        """
        ...


@dataclass(frozen=True, slots=True)
class HmacClaim:
    """HMAC (RFC 2104) under the secret as UTF-8: one of the signatures is of one of the contents.

    `digest` is `sha256` or `sha1`.
    """

    signatures: tuple[bytes, ...]
    contents: tuple[bytes, ...]
    sent_at: Milliseconds | None = None
    digest: str = "sha256"
    hint: str = ""

    def is_proven_by(self, secret: str) -> bool:
        """Whether a secret made one of the signatures."""
        key = secret.encode("utf-8", "surrogatepass")
        expected = [hmac.digest(key, content, self.digest) for content in self.contents]
        return any(same(one, right) for one in self.signatures for right in expected)
