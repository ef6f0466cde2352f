"""Callers who sign what they send: HMAC-SHA256 (RFC 2104) over the raw body.

With a timestamp header the signed content is `<timestamp>.<body>`, the timestamp as it stands in
the header, in whole seconds since 1970; a request whose timestamp is further from now than the
tolerance, to either side, is refused. Without one, a copied request stays valid for ever.
"""

from __future__ import annotations

import binascii
import hmac
import re
from dataclasses import dataclass
from typing import ClassVar

from core.clock import Milliseconds
from core.duration import format_duration
from core.http import InboundRequest
from core.spec import KeyCheck, Rejected, Secrets
from triggers.auth.contract import REALM, same, secret_bytes, unauthorized, unusable_secret

_SECONDS = re.compile(r"[0-9]{1,12}")
_DIGEST_SIZE = 32


@dataclass(frozen=True, slots=True)
class HmacAuth:
    """`hmac`: the header holds `prefix` and the digest in `encoding` (`hex` or `base64`)."""

    header: str
    secret: str
    prefix: str
    encoding: str
    timestamp_header: str | None
    tolerance: Milliseconds
    reads_body: ClassVar[bool] = True

    def verify(
        self,
        request: InboundRequest,
        raw: bytes,
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Rejected | None:
        """401 unless the signature is that of this body, and the timestamp of about this moment."""
        presented = self._presented(request)
        if isinstance(presented, Rejected):
            return presented
        signed = self._signed_content(request, raw, now)
        if isinstance(signed, Rejected):
            return signed
        secret = secret_bytes(secrets, self.secret)
        internal = unusable_secret(self.secret) if secret is None else ""
        if secret is None or not same(presented, hmac.digest(secret, signed, "sha256")):
            return self._refuse(f"The signature in {self.header} does not fit the body.", internal)
        return None

    def _presented(self, request: InboundRequest) -> bytes | Rejected:
        value = request.headers.get(self.header.lower())
        if not value:
            return self._refuse(f"The header {self.header} is missing.")
        digest = self._decoded(value)
        if digest is None:
            form = f"{self.prefix}<{self.encoding} of an HMAC-SHA256>"
            return self._refuse(f"The header {self.header} must have the form {form}.")
        return digest

    def _decoded(self, value: str) -> bytes | None:
        if not value.startswith(self.prefix):
            return None
        text = value[len(self.prefix) :]
        try:
            if self.encoding == "hex":
                digest = binascii.a2b_hex(text)
            else:
                digest = binascii.a2b_base64(text, strict_mode=True)
        except ValueError:
            return None
        return digest if len(digest) == _DIGEST_SIZE else None

    def _signed_content(
        self, request: InboundRequest, raw: bytes, now: Milliseconds
    ) -> bytes | Rejected:
        if self.timestamp_header is None:
            return raw
        stamp = request.headers.get(self.timestamp_header.lower(), "")
        if not _SECONDS.fullmatch(stamp):
            form = "whole seconds since 1970-01-01 UTC"
            return self._refuse(f"The header {self.timestamp_header} must hold {form}.")
        age = now - int(stamp) * 1000
        if abs(age) > self.tolerance:
            side = "old" if age > 0 else "far in the future"
            tolerance = format_duration(self.tolerance)
            detail = f"The timestamp is too {side}; at most {tolerance} from now are taken."
            return self._refuse(detail)
        return b"%b.%b" % (stamp.encode(), raw)

    def _refuse(self, detail: str, internal: str = "") -> Rejected:
        return unauthorized(detail, f'HMAC-SHA256 {REALM}, header="{self.header}"', internal)
