"""What a person can do about an error, by what its words say."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ADVICE: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (
            r"there is no secret",
            "An admin sets the secret under Secrets; then replay the run from this step.",
        ),
        (
            r"client certificate",
            "What the step shows of itself cannot be used. An admin stores the certificate and its "
            "private key under Secrets, both in PEM; then replay the run from this step.",
        ),
        (
            r"PENSTOCK_ALLOW_PRIVATE",
            "The address is inside a private network, where automations may not call by themselves."
            " Ask whoever operates Penstock to allow it, or use the partner's public address.",
        ),
        (
            r"the circuit of .* is (half )?open",
            "The partner failed too often of late, so nothing is sent for a while; the run goes on "
            "by itself. When you know that the partner is well again, close the circuit under "
            "Endpoints.",
        ),
        (
            r"waits for its turn",
            "The run goes on by itself. How much may be sent there at once is set under Settings.",
        ),
        (
            r"no access token",
            "Nothing was sent, as the provider gave no access token. Compare the token URL, the "
            "client id, its secret and the scope with what the provider has; then replay from this "
            "step.",
        ),
        (
            r"answered 40[13]\b",
            "The partner does not accept who we are. Check the secret or token the step sends: it "
            "may have expired, or lack a right. Then replay from this step.",
        ),
        (
            r"answered 404\b|answered 410\b",
            "The partner knows no such address or thing. Compare the URL that was sent with what "
            "the partner expects; an id in it may be wrong.",
        ),
        (
            r"answered 4(00|15|22)\b",
            "The partner refused what was sent. Its answer usually says which part: look at the "
            "response of the last attempt, mend the step, and replay from it.",
        ),
        (
            r"answered 429\b",
            "The partner takes fewer requests than we sent. Replay later, or let the step try more "
            "often and further apart.",
        ),
        (
            r"answered 5\d\d\b",
            "The partner had a fault of its own. When it is well again, replay from this step; "
            "what was done before it is kept.",
        ),
        (
            r"connection refused|no connection|does not resolve|broke off|no TLS connection"
            r"|timed? ?out|no answer",
            "The partner could not be reached, or not in time. Check the host in the URL; when it "
            "is well again, replay from this step.",
        ),
        (
            r"certificate",
            "The partner's certificate cannot be trusted. Its operator has to renew it, or the URL "
            "names another host than the certificate.",
        ),
        (
            r"there (is|are)( no|:)|has no|is missing",
            "A template asks for a value that this event or step did not have. Open the run in "
            "the builder to see what there was. Where a value may be missing, "
            "default(value, otherwise) helps.",
        ),
        (
            r"the run took longer than",
            "Raise the time limit in the automation's settings, or find the step that took so long "
            "in the timeline.",
        ),
        (
            r"cancelled by request",
            "Somebody cancelled it; the audit log says who. It can be replayed.",
        ),
        (
            r"internal error",
            "This is a fault of Penstock. Its log on the server has the details.",
        ),
    )
)


def advise(error: str | None) -> str | None:
    """What to do about an error in a sentence or two, or None where its own words must do."""
    if error is None:
        return None
    return next((words for pattern, words in _ADVICE if pattern.search(error)), None)
