"""Drawings, timelines and words of a run's page, made without a page."""

from __future__ import annotations

import pytest

from builder_ui.advice import advise
from builder_ui.drawing import HEIGHT, WIDTH, Drawing, draw
from builder_ui.moments import spent
from builder_ui.payloads import payload_of, payload_of_value
from builder_ui.timeline import timeline
from core.model import Attempt
from core.states import StepStatus
from tests.support.builders import NOW, make_document, make_run, make_step_run, step

FORK = (
    step("a", "send-webhook", {}, next={"success": ["b", "c"], "error": ["d"]}),
    step("b", "set-values", {}, next=["d"]),
    step("c", "set-values", {}, next=["d"]),
    step("d", "stop", {}),
)


def places(drawing: Drawing) -> dict[str, tuple[float, float]]:
    return {node.id: (node.x, node.y) for node in drawing.nodes}


def test_steps_without_places_are_laid_out_in_layers() -> None:
    drawing = draw(make_document(*FORK))

    at = places(drawing)
    assert at[""][0] < at["a"][0] < at["b"][0] == at["c"][0] < at["d"][0]
    assert at["b"][1] + HEIGHT < at["c"][1]
    assert len(drawing.lines) == 6


def test_places_on_the_canvas_are_kept_where_every_step_has_one() -> None:
    canvas = {name: {"x": -100 * place, "y": 50} for place, name in enumerate("abcd")}

    at = places(draw(make_document(*FORK, canvas=canvas)))
    without_one = places(draw(make_document(*FORK, canvas={"a": {"x": 1, "y": 2}})))

    assert at["a"][0] - at["b"][0] == 100
    assert len(set(without_one.values())) == 5


@pytest.mark.parametrize("canvas", [{}, {name: {"x": -5000, "y": -70} for name in "abcd"}])
def test_everything_stands_inside_the_frame(canvas: dict[str, object]) -> None:
    drawing = draw(make_document(*FORK, canvas=canvas))

    for node in drawing.nodes:
        assert node.x >= 0 and node.y >= 0
        assert node.x + WIDTH <= drawing.width and node.y + HEIGHT <= drawing.height


def test_what_follows_a_failure_has_an_entry_of_its_own() -> None:
    document = make_document(*FORK, on_failure=["d"])
    laid_out = places(draw(document))
    canvas = {name: {"x": 0, "y": 200 * row} for row, name in enumerate("abcd")}
    before = places(draw({**document, "canvas": canvas}))
    placed = {**canvas, "$failure": {"x": -900, "y": 900}}

    assert laid_out["$failure"][0] == laid_out[""][0] < laid_out["d"][0]
    assert laid_out["$failure"][1] >= laid_out[""][1] + HEIGHT
    assert before["$failure"] == (before[""][0], before["d"][1])
    assert places(draw({**document, "canvas": placed}))["$failure"][0] == 16


def test_a_timeline_tells_waiting_from_working() -> None:
    run = make_run(created_at=NOW, finished_at=NOW + 1000)
    attempts = (
        Attempt(1, NOW, 100, "retry", "503"),
        Attempt(2, NOW + 600, 400, "succeeded"),
    )
    tried = make_step_run("sync", attempts=attempts, started_at=NOW, finished_at=NOW + 1000)
    never = make_step_run("later", status=StepStatus.PENDING, started_at=None, finished_at=None)

    drawn = timeline(run, [never, tried], NOW + 5000)

    [track] = drawn.tracks
    assert [(bar.start, bar.length, bar.kind) for bar in track.bars] == [
        (0, 10, "retry"),
        (10, 50, "wait"),
        (60, 40, "succeeded"),
    ]
    assert drawn.length == 1000
    assert drawn.ticks == [(0, 0), (50, 500), (100, 1000)]


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0, ["0 ms", "1 ms"]),
        (3, ["0 ms", "1 ms", "2 ms", "3 ms"]),
        (6, ["0 ms", "2 ms", "4 ms", "6 ms"]),
        (11_400, ["0 ms", "5.0 s", "10 s"]),
        (61_000, ["0 ms", "30 s", "1 min"]),
        (10 * 86_400_000, ["0 ms", "3 d", "6 d", "9 d"]),
    ],
)
def test_the_moments_below_a_timeline_are_round_and_differ(length: int, said: list[str]) -> None:
    drawn = timeline(make_run(created_at=NOW, finished_at=NOW + length), [], NOW)

    assert [spent(moment) for _, moment in drawn.ticks] == said


def test_an_attempt_that_took_no_time_can_be_seen() -> None:
    run = make_run(created_at=NOW, started_at=NOW, finished_at=NOW + 1000)
    attempts = (Attempt(1, NOW, 0, "retry"), Attempt(2, NOW + 1000, 0, "succeeded"))
    tried = make_step_run("sync", attempts=attempts, started_at=NOW, finished_at=NOW + 1000)

    drawn = timeline(run, [tried], NOW)

    [track] = drawn.tracks
    for first, between, last in (track.bars, drawn.whole):
        assert between.kind == "wait"
        assert first.length > 0 and last.length > 0
        assert last.start + last.length == 100


def test_a_step_that_waits_now_waits_up_to_now() -> None:
    run = make_run(created_at=NOW)
    waiting = make_step_run(
        "sync",
        status=StepStatus.WAITING,
        started_at=NOW,
        finished_at=None,
        attempts=(Attempt(1, NOW, 100, "retry"),),
    )

    [track] = timeline(run, [waiting], NOW + 400).tracks

    assert (track.bars[-1].kind, track.bars[-1].start, track.bars[-1].length) == ("wait", 25, 75)


def test_what_was_put_off_is_time_that_a_step_waits() -> None:
    run = make_run(created_at=NOW)
    put_off = make_step_run(
        "sync",
        status=StepStatus.WAITING,
        started_at=NOW,
        finished_at=None,
        attempts=(Attempt(1, NOW, 0, "deferred"),),
    )

    [track] = timeline(run, [put_off], NOW + 400).tracks

    assert [(bar.kind, bar.length) for bar in track.bars] == [("wait", 100)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("the circuit of https://partner.example is open until 2026", "close the circuit"),
        ("2 requests are under way; this one waits for its turn", "goes on by itself"),
        ("sync: partner.example answered 401 Unauthorized", "token"),
        ("sync: partner.example answered 503 Service Unavailable", "fault of its own"),
        ("sync: partner.example answered 422", "refused what was sent"),
        ("step a: there is no secret TOKEN; an admin can set it", "An admin sets"),
        ("the name x.example does not resolve: unknown", "could not be reached"),
        ("no access token: login.example answered 401: invalid_client", "token URL"),
        ("the client certificate cannot be used: there is no private key in PEM", "in PEM"),
        ("the certificate of x.example:443 is refused: expired", "cannot be trusted"),
        ("order.total is missing: order has no total; there is id", "default("),
        ("the run took longer than 24h", "time limit"),
    ],
)
def test_errors_come_with_what_to_do(error: str, said: str) -> None:
    assert said in (advise(error) or "")


def test_an_error_that_nobody_knows_speaks_for_itself() -> None:
    assert advise("the order was refused by hand") is None
    assert advise(None) is None


def test_bodies_are_told_apart() -> None:
    assert payload_of(None).kind == payload_of(b"").kind == "empty"
    assert payload_of(b'{"a":1}').text == '{\n  "a": 1\n}'
    assert payload_of(b"a=1").kind == "text"
    assert payload_of(b"\xff\x00A").text.startswith("000000  ff 00 41")
    assert payload_of_value("x" * 300_000).cut
