"""Signature Version 4 of a request, made by botocore (AWS: "Create a signed AWS API request").

Import it where it is used: botocore takes 4 MB, which nobody is to pay who does not use it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from core.clock import Milliseconds
from core.http import Headers, OutboundRequest

_LIKE_S3 = frozenset({"s3", "s3-object-lambda", "s3-outposts"})
"""Services that take a path as it is and want the body's digest in a header of its own."""


@dataclass(frozen=True, slots=True)
class AwsSignature:
    """`headers` belong to what is signed; `Authorization` is `claim` and `signature` together."""

    headers: Headers
    claim: str
    signature: str


@dataclass(frozen=True, slots=True)
class AwsSigner:
    """Who signs, for which region and which service; the names are those of AWS."""

    region: str
    service: str
    access_key: str
    secret: str = field(repr=False)

    @property
    def is_for_s3(self) -> bool:
        """Whether the service follows the rules of S3."""
        return self.service in _LIKE_S3

    def sign(self, request: OutboundRequest, now: Milliseconds) -> AwsSignature:
        """The signature of a request; its URL is normalized, a session's token in its headers."""
        moment = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        added = self._added(request, moment)
        signed = _to_sign(request, added, moment)
        signer = self._signer()
        # Not `add_auth`: that one reads the machine's clock.
        content = signer.string_to_sign(signed, signer.canonical_request(signed))
        names = signer.signed_headers(signer.headers_to_sign(signed))
        claim = f"AWS4-HMAC-SHA256 Credential={signer.scope(signed)}, SignedHeaders={names}"
        signature = signer.signature(content, signed)
        return AwsSignature(added, f"{claim}, Signature=", signature)

    def _signer(self) -> SigV4Auth:
        kind = S3SigV4Auth if self.is_for_s3 else SigV4Auth
        return kind(Credentials(self.access_key, self.secret), self.service, self.region)

    def _added(self, request: OutboundRequest, moment: str) -> Headers:
        added = (("X-Amz-Date", moment),)
        if not self.is_for_s3:
            return added
        digest = hashlib.sha256(request.body or b"").hexdigest()
        return (*added, ("X-Amz-Content-SHA256", digest))


def _to_sign(request: OutboundRequest, added: Headers, moment: str) -> AWSRequest:
    headers = {name: value for name, value in request.headers if _is_signed(name.lower())}
    signed = AWSRequest(
        method=request.method,
        url=request.url,
        data=request.body or b"",
        headers=headers | dict(added),
    )
    signed.context["timestamp"] = moment
    return signed


def _is_signed(name: str) -> bool:
    """Whether a header must be signed; those that anybody on the way may change are not."""
    return name == "content-type" or name.startswith("x-amz-")
