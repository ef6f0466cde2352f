"""What comes in is held against the limits of the automation, of the key and of the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.clock import to_rfc3339
from core.errors import InvalidError
from core.http import InboundRequest
from core.request_store import RequestFilter
from core.writes import ListQuery
from engine.channel import Message
from engine.inbound_replies import Reply
from engine.limits.refusals import OverLimit
from engine.replies import Problem
from tests.support.builders import NOW, make_document, on_schedule
from tests.support.workbench import TENANT, Workbench
from tests.triggers.signing import SIGNERS

HOUR = 3_600_000


def limited(rate: str | None, **configuration: Any) -> dict[str, Any]:
    """A document with a limit; the trigger takes more configuration."""
    document = make_document()
    document["trigger"]["with"] |= configuration
    return {**document, "settings": {"limit": rate}} if rate else document


def statuses(replies: Sequence[Reply]) -> list[int]:
    return [reply.status for reply in replies]


def fields(reply: Reply) -> dict[str, str]:
    return dict(reply.headers)


def request(raw: bytes = b"{}", **headers: str) -> InboundRequest:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return InboundRequest("POST", f"/hooks/{TENANT}/orders", {}, given, "", lambda _most: raw)


def test_as_many_as_the_automation_takes_are_accepted(bench: Workbench) -> None:
    bench.publish(limited("3/h"))

    replies = [bench.post() for _ in range(5)]

    assert statuses(replies) == [202] * 3 + [429] * 2
    assert len(bench.runs("orders")) == 3


def test_one_too_many_learns_which_limit_it_is_and_when_that_is_over(bench: Workbench) -> None:
    bench.publish(limited("1/h"))
    bench.post()

    refused = bench.post()

    assert isinstance(refused, Problem)
    wait = int(fields(refused)["Retry-After"])
    assert 3590 <= wait <= 3601
    assert fields(refused)["RateLimit-Policy"] == '"trigger";q=1;w=3600'
    assert fields(refused)["RateLimit"] == f'"trigger";r=0;t={wait}'
    over = refused.extra["retry_at"]
    assert to_rfc3339(NOW + HOUR - 10_000) < over <= to_rfc3339(NOW + HOUR + 1)
    assert refused.extra["violated-policies"] == ["trigger"]
    assert refused.extra["type"].endswith("#quota-exceeded")
    assert (
        refused.detail
        == f"The limit of this automation, 1/h, is reached; send it again after {over}."
    )


def test_who_is_let_in_learns_what_is_left(bench: Workbench) -> None:
    bench.publish(limited("3/h"))

    told = [fields(bench.post()) for _ in range(3)]

    assert [one["RateLimit-Policy"] for one in told] == ['"trigger";q=3;w=3600'] * 3
    assert [one["RateLimit"].partition(";t=")[0] for one in told] == [
        f'"trigger";r={left}' for left in (2, 1, 0)
    ]


def test_without_limits_nothing_is_told_of_any(bench: Workbench) -> None:
    bench.publish(limited(None))

    assert not {"RateLimit", "RateLimit-Policy"} & fields(bench.post()).keys()


def test_an_answer_of_the_automation_tells_of_the_limit_too(bench: Workbench) -> None:
    bench.publish(limited("3/h", respond="step"))

    answer = bench.post()

    assert answer.status == 200
    assert fields(answer)["RateLimit-Policy"] == '"trigger";q=3;w=3600'


def test_the_body_of_one_too_many_is_not_read(bench: Workbench) -> None:
    bench.publish(limited("1/h"))
    bench.post()

    def read(_most: int) -> bytes:
        raise AssertionError("the body was read")

    refused = bench.service.intake.receive(TENANT, "orders", replace(request(), read_body=read))

    assert refused.status == 429


@pytest.mark.parametrize("scheme", ["github", "stripe"])
def test_nor_where_the_sender_is_known_by_it(bench: Workbench, scheme: str) -> None:
    signer = next(one for one in SIGNERS if one.scheme == scheme)
    bench.service.secrets.put(TENANT, "KEY", signer.secret)
    auth = {"type": "signature", "scheme": scheme, "secrets": ["KEY"]}
    bench.publish(limited("1/h", auth=auth))
    headers = signer.headers(b"{}", NOW // 1000)
    signed = InboundRequest("POST", f"/hooks/{TENANT}/orders", {}, headers, "", lambda _most: b"{}")
    assert bench.service.intake.receive(TENANT, "orders", signed).status == 202

    def read(_most: int) -> bytes:
        raise AssertionError("the body was read")

    again = replace(signed, read_body=read)
    assert bench.service.intake.receive(TENANT, "orders", again).status == 429


def test_a_stranger_takes_no_place_from_a_partner(bench: Workbench) -> None:
    bench.publish(limited("2/h", auth={"type": "key"}))
    _, value = bench.service.keys.create(TENANT, "shop", ["trigger"])

    strangers = [bench.post(headers={"x-api-key": "psk_nobody"}) for _ in range(9)]
    partner = [bench.post(headers={"x-api-key": value}) for _ in range(3)]

    assert statuses(strangers) == [401] * 9
    assert statuses(partner) == [202, 202, 429]


def test_who_is_known_takes_a_place_whatever_he_sends(bench: Workbench) -> None:
    bench.publish(limited("3/h"))
    key = {"idempotency-key": "1"}

    replies = [
        bench.post(headers=key),
        bench.post(headers=key),
        bench.post(raw=b"no json"),
        bench.post(),
    ]

    assert statuses(replies) == [202, 200, 400, 429]


def test_a_key_has_one_limit_wherever_it_is_used(bench: Workbench) -> None:
    bench.publish(limited(None, auth={"type": "key"}))
    bench.publish(limited(None, auth={"type": "key"}, path="other"), "other")
    key, value = bench.service.keys.create(TENANT, "shop", ["trigger"], limit="3/h")
    headers = {"x-api-key": value}

    told = bench.service.gate.call(key)
    replies = [bench.post(headers=headers), bench.post(headers=headers, path="other")]
    refused = bench.post(headers=headers)

    assert dict(told)["RateLimit-Policy"] == '"key";q=3;w=3600'
    assert statuses(replies) == [202, 202]
    assert isinstance(refused, Problem)
    assert refused.extra["violated-policies"] == ["key"]
    with pytest.raises(OverLimit, match="The limit of this API key, 3/h, is reached"):
        bench.service.gate.call(key)


def test_a_changed_limit_of_a_key_holds_at_once(bench: Workbench) -> None:
    bench.publish(limited(None, auth={"type": "key"}))
    key, value = bench.service.keys.create(TENANT, "shop", ["trigger"])
    headers = {"x-api-key": value}
    assert statuses([bench.post(headers=headers) for _ in range(2)]) == [202, 202]

    bench.service.keys.limit(TENANT, key.id, "1/h")
    assert statuses([bench.post(headers=headers) for _ in range(2)]) == [202, 429]

    bench.service.keys.limit(TENANT, key.id, None)
    assert bench.post(headers=headers).status == 202


def test_the_limit_of_the_tenant_holds_for_all_that_starts_something(bench: Workbench) -> None:
    bench.publish(limited(None))
    bench.publish(limited(None, path="other"), "other")
    bench.publish(make_document(trigger={"type": "event", "next": ["answer"]}), "told")
    settings = {"limits": {"events": "4/h"}, "channels": {"events": True}}
    bench.service.settings.change(TENANT, settings)

    replies = [bench.post(), bench.post(path="other"), tell(bench)]
    bench.service.runs.start(TENANT, "orders", {})
    refused = bench.post()

    assert statuses(replies) == [202] * 3
    assert not [name for reply in replies for name in fields(reply) if name.startswith("RateLimit")]
    assert isinstance(refused, Problem)
    assert refused.extra["violated-policies"] == ["tenant"]
    assert fields(refused)["RateLimit-Policy"] == '"tenant";q=4;w=3600'
    with pytest.raises(OverLimit):
        tell(bench)
    with pytest.raises(OverLimit):
        bench.service.runs.start(TENANT, "orders", {})
    assert logged(bench, 429) == 2


def tell(bench: Workbench) -> Reply:
    """What a message to the automation `told` is answered."""
    return bench.service.channel.send(TENANT, Message("told", None, {}), request(), b"{}", None)


def logged(bench: Workbench, status: int) -> int:
    bench.store.check()  # what is written later is written by then
    which = RequestFilter(status=status)
    return len(bench.service.requests.list(TENANT, which, ListQuery(limit=200)).items)


def test_calls_of_the_api_have_a_limit_of_the_tenant(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"limits": {"calls": "2/h"}})
    keys = [bench.service.keys.create(TENANT, name, ["read"])[0] for name in ("a", "b", "c")]

    assert [bench.service.gate.call(key) for key in keys[:2]] == [(), ()]
    with pytest.raises(OverLimit, match="The limit of all API calls of this tenant, 2/h"):
        bench.service.gate.call(keys[2])


def test_another_tenant_is_not_held_back(bench: Workbench) -> None:
    bench.service.tenants.create("globex", "Globex")
    bench.service.settings.change(TENANT, {"limits": {"calls": "1/h"}})
    ours, _ = bench.service.keys.create(TENANT, "ours", ["read"])
    theirs, _ = bench.service.keys.create("globex", "theirs", ["read"])
    bench.service.gate.call(ours)

    assert [bench.service.gate.call(theirs) for _ in range(3)] == [()] * 3


def test_the_limit_of_an_automation_holds_for_the_channel_and_by_hand(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"channels": {"events": True}})
    document = make_document(trigger={"type": "event", "next": ["answer"]})
    bench.publish({**document, "settings": {"limit": "2/h"}}, "told")

    told = tell(bench)
    bench.service.runs.start(TENANT, "told", {})

    assert fields(told)["RateLimit"].startswith('"trigger";r=1;')
    with pytest.raises(OverLimit):
        bench.service.runs.start(TENANT, "told", {})
    with pytest.raises(OverLimit):
        tell(bench)


def test_what_happens_inside_is_not_limited(bench: Workbench) -> None:
    """Ticks, events inside and replays start what they start."""
    bench.service.settings.change(TENANT, {"limits": {"events": "1/h"}})
    bench.publish({**on_schedule({"every": "1m"}), "settings": {"limit": "1/h"}}, "nightly")
    listening = {"type": "event", "with": {"event": "run.*"}, "next": ["answer"]}
    bench.publish(make_document(trigger=listening, settings={"limit": "1/h"}), "watch")

    for _ in range(3):
        bench.clock.turn(60_000)
        bench.ticker.tick()
    ticks = bench.runs("nightly")
    bench.service.runs.replay(TENANT, ticks[0].id)
    bench.relay.hand_on()

    assert len(ticks) == 3
    assert len(bench.runs("nightly")) == 4
    assert len(bench.runs("watch")) >= 4


def test_a_limit_that_is_no_rate_cannot_be_published_or_set(bench: Workbench) -> None:
    for rate in ("0/s", "10", "10/w", "many", "10/s\n", None):
        with pytest.raises(InvalidError) as refused:
            bench.publish({**make_document(), "settings": {"limit": rate}})
        assert [fault.path for fault in refused.value.faults] == ["$.settings.limit"]
        if rate is not None:
            with pytest.raises(InvalidError):
                bench.service.settings.change(TENANT, {"limits": {"events": rate}})
            with pytest.raises(InvalidError):
                bench.service.keys.create(TENANT, "shop", ["read"], limit=rate)


def test_a_limit_of_steps_that_wait_counts_the_callers(bench: Workbench) -> None:
    """Who waits for an answer is counted as he comes, not as he is answered."""
    bench.publish(limited("2/h", respond="finished"))

    assert statuses([bench.post() for _ in range(3)]) == [200, 200, 429]
