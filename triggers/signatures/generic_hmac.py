"""`hmac`: an HMAC-SHA256 of the body in a header of the partner's choice.

With a timestamp header the signed content is `<timestamp>.<body>`, the timestamp as it stands in
the header, in whole seconds since 1970. Without one, a copied request stays valid for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import delivery_id_in, digest_in, moment_in


@dataclass(frozen=True, slots=True)
class GenericHmac:
    """The header holds `prefix` and the digest in `encoding` (`hex` or `base64`)."""

    header: str
    prefix: str
    encoding: str
    timestamp_header: str | None
    SPEC: SchemeSpec

    def read(self, request: InboundRequest, raw: bytes) -> HmacClaim:
        """The signature of the body, or of timestamp and body. Raises InvalidError."""
        signature = digest_in(request, self.header, prefix=self.prefix, encoding=self.encoding)
        if self.timestamp_header is None:
            return HmacClaim((signature,), (raw,))
        stamp, sent_at = moment_in(request, self.timestamp_header)
        return HmacClaim((signature,), (b"%b.%b" % (stamp, raw),), sent_at)


def compile_scheme(configuration: Mapping[str, Any]) -> GenericHmac:
    """The scheme that an `auth` of the type `hmac` describes."""
    id_header = configuration.get("id_header")

    def delivery_id(request: InboundRequest, _body: Any) -> str | None:
        return delivery_id_in(request, id_header) if id_header else None

    header = configuration["header"]
    return GenericHmac(
        header=header,
        prefix=configuration.get("prefix", ""),
        encoding=configuration.get("encoding", "hex"),
        timestamp_header=configuration.get("timestamp_header"),
        SPEC=replace(SPEC, headers=(header,), delivery_id=delivery_id),
    )


SPEC = SchemeSpec(
    name="hmac",
    title="Any other HMAC-SHA256",
    description="The partner signs the body, or `<timestamp>.<body>`, with HMAC-SHA256.",
    headers=("the header that `header` names",),
    setup="Agree with the partner on the header, what stands before the signature in it, and "
    "whether it is written in hex or base64. Agree on a timestamp, too: without one a copied "
    "request stays valid for ever.",
    key="a text that both sides know, at best of 32 random bytes or more",
    rotation="Name the new secret as `secret` and the old one as `previous_secret` until the "
    "partner signs with the new one.",
    delivery="the header that `id_header` names, where it is named",
    retries="What the partner does is for the partner to say.",
    window="5m",
    source="https://www.rfc-editor.org/rfc/rfc2104",
    has_timestamp=True,
    note="A moment is signed only where `timestamp_header` is named.",
)
