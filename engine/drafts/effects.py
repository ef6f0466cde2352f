"""What a step's configuration means, in plain words made from its data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from core.clock import Milliseconds
from core.spec import ActionSpec
from engine.document_schema import RETRY
from engine.retry import RetryPolicy

Words = dict[str, Any]

_POLICY = Draft202012Validator(RETRY)
_UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000))


def effects_of(spec: ActionSpec, configuration: Mapping[str, Any], retry: Any) -> Words:
    """`codes`, `retry` and `timeout` of a step, each None where its action has no such thing.

    `codes`: `[{"outcome", "codes", "words"}]`. `retry`: `attempts`, `words`, and `waits`, each with
    `ms`, the least after jitter `least_ms`, and `words`; a policy with faults gives only `words`.
    `timeout`: `ms` and `words`.
    """
    policy = _policy(retry) if spec.retries else None
    return {
        "codes": _codes(spec, configuration, policy),
        "retry": _retry(policy) if spec.retries else None,
        "timeout": _timeout(spec, configuration),
    }


def in_words(duration: Milliseconds) -> str:
    """A duration as people say it, to two units: `2 minutes`, `1 hour 5 minutes`, `200 ms`."""
    if duration < 1_000:
        return f"{duration} ms"
    if duration < 10_000 and duration % 1_000:
        return f"{duration / 1_000:.1f} seconds"
    parts: list[str] = []
    rest = duration
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count and len(parts) < 2:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts)


def about(duration: Milliseconds) -> str:
    """A duration rounded as people round: `about 2 minutes`."""
    for name, size in _UNITS:
        if duration >= 2 * size or (duration >= size and size == 1_000):
            count = round(duration / size)
            return f"about {count} {name}{'' if count == 1 else 's'}"
    return in_words(duration)


def waits_of(policy: RetryPolicy) -> list[Milliseconds]:
    """The longest waits between the attempts of a policy."""
    waits = (policy.delay(number, None, lambda: 0.0) for number in range(1, policy.attempts))
    return [wait for wait in waits if wait is not None]


def tries_in_words(policy: RetryPolicy) -> str:
    """Such as `tried again up to 5 times over about 2 minutes`."""
    waits = waits_of(policy)
    if not waits:
        return "not tried again: the policy allows one attempt"
    if len(waits) == 1:
        return f"tried again once after {in_words(waits[0])}"
    return f"tried again up to {len(waits)} times over {about(sum(waits))}"


def _policy(retry: Any) -> RetryPolicy | None:
    """The policy of a step's `retry`, None when it has faults."""
    written = {} if retry is None else retry
    return RetryPolicy.of(written) if _POLICY.is_valid(written) else None


def _codes(
    spec: ActionSpec, configuration: Mapping[str, Any], policy: RetryPolicy | None
) -> list[Words] | None:
    if spec.codes is None:
        return None
    tries = "tried again" if policy is None else tries_in_words(policy)
    words = {
        "success": "the run goes on by success",
        "retry": f"{tries}; then it leaves by error",
        "halt": "the run halts",
    }
    listed = [
        {"outcome": outcome, "codes": list(codes), "words": f"{_list(codes)}: {words[outcome]}"}
        for outcome, codes in spec.codes(configuration).items()
        if codes
    ]
    return [*listed, {"outcome": "error", "codes": [], "words": "anything else: leaves by error"}]


def _list(codes: Sequence[str]) -> str:
    """`429 and 5xx`, or `408, 429 and 5xx`."""
    if len(codes) < 2:
        return "".join(codes)
    return f"{', '.join(codes[:-1])} and {codes[-1]}"


def _retry(policy: RetryPolicy | None) -> Words:
    if policy is None:
        return {"attempts": None, "waits": [], "words": "the retry policy has a fault"}
    words = f"A refused or broken connection and a timeout, too, are {tries_in_words(policy)}."
    return {"attempts": policy.attempts, "waits": list(_waits(policy)), "words": words}


def _waits(policy: RetryPolicy) -> Iterator[Words]:
    for wait in waits_of(policy):
        least = round(wait * (1 - policy.jitter))
        shown = in_words(wait)
        words = f"after {shown}" if least == wait else f"after {in_words(least)} to {shown}"
        yield {"ms": wait, "least_ms": least, "words": words}


def _timeout(spec: ActionSpec, configuration: Mapping[str, Any]) -> Words | None:
    if spec.longest is None:
        return None
    try:
        longest = spec.longest(configuration)
    except (TypeError, ValueError):
        return {"ms": None, "words": "the timeout has a fault"}
    return {
        "ms": longest,
        "words": f"one attempt may take {in_words(longest)}, the answer included",
    }
