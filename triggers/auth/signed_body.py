"""Callers who sign what they send, each by a scheme of `triggers.signatures`.

A request whose signed timestamp is further from now than the tolerance, to either side, is
refused. Any of the named secrets may have made the signature, so that one can be replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.clock import Milliseconds
from core.duration import format_duration
from core.errors import InvalidError
from core.http import InboundRequest
from core.webhooks import Answered, KeyCheck, Rejected, Secrets
from triggers.auth.contract import REALM, unauthorized, unusable_secret
from triggers.signatures.claims import Claim, Scheme


@dataclass(frozen=True, slots=True)
class SignatureAuth:
    """`signature` and `hmac`: the scheme says what is signed, the secrets who may have done so."""

    scheme: Scheme
    secrets: tuple[str, ...]
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
        """401 unless the signature is that of this request, and the timestamp of about now."""
        try:
            claim = self.scheme.read(request, raw)
        except InvalidError as error:
            return self._refuse(str(error))
        if fault := self._age_fault(claim.sent_at, now):
            return self._refuse(fault)
        unusable = self._unusable_unless_proven(claim, secrets)
        if unusable is None:
            return None
        detail = f"The signature in {self._header} does not fit the request."
        reasons = [*unusable, claim.hint] if claim.hint else unusable
        return self._refuse(detail, " ".join((detail, *reasons)) if reasons else "")

    def handshake(self, body: Any) -> Answered | None:
        """The scheme's own."""
        ask = self.scheme.SPEC.handshake
        return ask(body) if ask else None

    def delivery_id(self, request: InboundRequest, body: Any) -> str | None:
        """The scheme's own."""
        ask = self.scheme.SPEC.delivery_id
        return ask(request, body) if ask else None

    def _age_fault(self, sent_at: Milliseconds | None, now: Milliseconds) -> str | None:
        age = 0 if sent_at is None else now - sent_at
        if abs(age) <= self.tolerance:
            return None
        side = "old" if age > 0 else "far in the future"
        tolerance = format_duration(self.tolerance)
        return f"The timestamp is too {side}; at most {tolerance} from now are taken."

    def _unusable_unless_proven(self, claim: Claim, secrets: Secrets) -> list[str] | None:
        """None when a secret proves the claim, else what is wrong with those that could not."""
        faults = []
        for name in self.secrets:
            value = secrets.reveal(name)
            if not value:
                faults.append(unusable_secret(name))
            elif fault := self._secret_fault(value):
                faults.append(f"The secret {name} {fault}.")
            elif claim.is_proven_by(value):
                return None
        return faults

    def _secret_fault(self, value: str) -> str | None:
        check = self.scheme.SPEC.secret_fault
        return check(value) if check else None

    @property
    def _header(self) -> str:
        return self.scheme.SPEC.headers[0]

    def _refuse(self, detail: str, internal: str = "") -> Rejected:
        challenge = f'Signature {REALM}, header="{self._header}"'
        return unauthorized(detail, challenge, internal)
