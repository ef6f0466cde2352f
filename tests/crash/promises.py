"""The promises 1 to 4 of the design's section 7, checked after a crash from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.crash.callers import Posted, post_again
from tests.crash.wreck import Wreck, read_wreck
from tests.support.automations import ENDS, every, on_webhook, run_of, steps_of, two_calls
from tests.support.partner import Partner
from tests.support.server import Server
from tests.support.waiting import eventually

RECOVERY_SECONDS = 40
STEPS = ("first", "second")


def publish_all(server: Server, partner: Partner) -> None:
    """Two automations that call the partner at `/first`, then at `/second`, and one that notes."""
    publish_all_for(server, partner.url)


def publish_all_for(server: Server, url: str) -> None:
    """The same for a partner at this address."""
    server.publish("accept", two_calls("accept", url))
    server.publish("answer", two_calls("answer", url, respond="step"))
    server.publish("note", on_webhook("note", respond="finished"))


@dataclass(frozen=True)
class Crash:
    """What is known of a crash: what is on disk, and how often each key was at the partner."""

    wreck: Wreck
    arrived: Counter[str]


def look_at_crash(server: Server, partner: Partner) -> Crash:
    """Notes what a killed server left behind."""
    server.wait_until_gone()
    partner.wait_until_settled()
    return Crash(read_wreck(server.data_dir), partner.times_by_key())


def check_promises(
    server: Server, partner: Partner, posts: Sequence[Posted], crashes: Sequence[Crash]
) -> None:
    """Everything that was promised, on the server that came after the crashes."""
    accepted = [one for one in posts if one.accepted]
    _check_stored(server, accepted)
    post_again(server, posts)
    check_ends(server, partner, posts, kills=len(crashes))
    for crash in crashes:
        _check_completed_stayed(partner.times_by_key(), crash)
        _check_answered_is_on_disk(accepted, crash)
    _check_hands(read_wreck(server.data_dir), crashes)


def check_ends(server: Server, partner: Partner, posts: Sequence[Posted], kills: int) -> None:
    """Each post has come to one run, each run to an end, each step to one success."""
    runs = _wait_for_ends(server)
    assert len(runs) == len(posts), "one run for each Idempotency-Key"
    sending = [run_id for run_id, automation in runs.items() if automation != "note"]
    _check_keys(partner.times_by_key(), sending, kills)
    for run_id in sending:
        _check_one_success(server, run_id)
    _check_one_success_logged(server, sending)
    assert "Traceback" not in server.errors()


def _check_stored(server: Server, accepted: Sequence[Posted]) -> None:
    """Promise 1: what was answered 2xx has its event and its run."""
    for one in accepted:
        assert one.reply is not None
        run = run_of(server, one.reply.json["run_id"])
        assert run["event"]["body"] == one.body
        assert one.reply.json.get("event_id", run["event"]["id"]) == run["event"]["id"]


def _wait_for_ends(server: Server) -> Mapping[str, str]:
    """Promise 2: every run reaches an end with no help. Their automations by id."""

    def all_ended() -> list[dict[str, Any]]:
        runs = every(server, "/api/v1/runs")
        return runs if all(run["status"] in ENDS for run in runs) else []

    runs = eventually(all_ended, RECOVERY_SECONDS)
    assert {run["status"] for run in runs} == {"succeeded"}
    return {run["id"]: run["automation_id"] for run in runs}


def _check_keys(arrived: Counter[str], runs: Sequence[str], kills: int) -> None:
    """Promise 3: a step that was in flight goes out again, with the same key and no other."""
    assert arrived.keys() == {f"{run_id}.{step_id}" for run_id in runs for step_id in STEPS}
    assert max(arrived.values()) <= 1 + kills


def _check_completed_stayed(arrived: Counter[str], crash: Crash) -> None:
    """Promise 3: what is completed never runs again; nor what another step was sent after."""
    for key in crash.wreck.completed:
        assert arrived[key] == crash.arrived[key], f"{key} was completed and ran again"
    for key in crash.arrived:
        run_id, _, step_id = key.partition(".")
        if step_id == "second":
            assert arrived[f"{run_id}.first"] == crash.arrived[f"{run_id}.first"]


def _check_answered_is_on_disk(accepted: Sequence[Posted], crash: Crash) -> None:
    """Whatever a caller was told was committed before."""
    for one in accepted:
        assert one.reply is not None
        run_id = one.reply.json["run_id"]
        assert run_id in crash.wreck.runs
        if one.path == "answer":
            assert crash.wreck.completed.issuperset(f"{run_id}.{step_id}" for step_id in STEPS)
        if one.path == "note":
            assert run_id in crash.wreck.ended


def _check_one_success(server: Server, run_id: str) -> None:
    """Promise 4: each step has one success, its attempts are numbered."""
    steps = steps_of(run_of(server, run_id))
    for step_id in STEPS:
        attempts = steps[step_id]["attempts"]
        assert [one["number"] for one in attempts] == list(range(1, len(attempts) + 1))
        assert [one["outcome"] for one in attempts].count("succeeded") == 1
        assert attempts[-1]["outcome"] == "succeeded"


def _check_one_success_logged(server: Server, runs: Sequence[str]) -> None:
    """Promise 4: nobody kept an answer of a partner twice."""
    sent = every(server, "/api/v1/requests?direction=out")
    kept = Counter((one["run_id"], one["step_id"]) for one in sent if one["status"] == 200)
    assert kept == {(run_id, step_id): 1 for run_id in runs for step_id in STEPS}


def _check_hands(now: Wreck, crashes: Sequence[Crash]) -> None:
    """Promise 4: an ended run is never touched again, any other changed hands."""
    for crash in crashes:
        for run_id, row in crash.wreck.runs.items():
            if run_id in crash.wreck.ended:
                assert now.runs[run_id] == row, f"run {run_id} had ended and was moved"
            else:
                assert now.runs[run_id][1] > row[1], f"run {run_id} kept its token"
