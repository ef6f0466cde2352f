"""How a request is turned away that is too much: 429, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.errors import Fault, PenstockError
from core.limits import Standing
from core.usage import Counted, Month
from core.webhooks import Rejected
from engine.limits.fields import limit_fields, quota_fields, retry_after
from engine.replies import Problem

KEY, TRIGGER, TENANT, CALLS = "key", "trigger", "tenant", "calls"
"""The policies' names: the limit of a key, of an automation, of all events and all calls."""

PROBLEM_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"
"""Section 5.1 of draft-ietf-httpapi-ratelimit-headers-11."""

_WHOSE: Mapping[str, str] = {
    KEY: "The limit of this API key",
    TRIGGER: "The limit of this automation",
    TENANT: "The limit of all events of this tenant",
    CALLS: "The limit of all API calls of this tenant",
}


class OverLimit(PenstockError):
    """There is too much of this now."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected.detail)
        self.rejected = rejected


def over_limit(full: Standing, now: Milliseconds) -> Rejected:
    """429 for a limit in which nothing more fits."""
    policy, over = full.limit.policy, to_rfc3339(now + full.wait)
    detail = f"{_WHOSE[policy]}, {full.limit.rate.text}, is reached; send it again after {over}."
    headers = (*retry_after(full.wait), *limit_fields([full]))
    return Rejected(429, "Too many requests", detail, headers=headers, extra=_members(policy, over))


def over_quota(counted: Counted, size: int, month: Month, now: Milliseconds) -> Rejected:
    """429 for a quota that is used up, until the month ends."""
    policy, over, wait = f"monthly-{counted}", to_rfc3339(month.end), month.end - now
    detail = (
        f"The quota of {size} {counted} in {month.name} is used up; a new month begins at {over}."
    )
    headers = (*retry_after(wait), *quota_fields(policy, size, wait))
    return Rejected(429, "Quota used up", detail, headers=headers, extra=_members(policy, over))


def as_problem(rejected: Rejected) -> Problem:
    """The problem that tells a caller of a refusal."""
    faults = tuple(Fault(path, message) for path, message in rejected.faults)
    return Problem(
        rejected.status, rejected.title, rejected.detail, faults, rejected.headers, rejected.extra
    )


def _members(policy: str, over: str) -> Mapping[str, Any]:
    return {"type": PROBLEM_TYPE, "violated-policies": [policy], "retry_at": over}
