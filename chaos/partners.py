"""Partners that mean harm: each send comes to an end, memory stays, and others go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from chaos.callers import steady_callers
from chaos.hostile import HOSTILE, Hostile
from chaos.ledger import Ledger
from chaos.tally import Scenario, Setting, Tally
from tests.crash.promises import publish_all
from tests.net.scripted_partner import Partner as ScriptedPartner
from tests.support.automations import ENDS, every, on_webhook, post, run_of, steps_of
from tests.support.builders import send
from tests.support.partner import LOOPBACK, open_partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

AT_ONCE = 4
"""Sends to each hostile partner at one time."""
MOST_MEGABYTES = 256.0
"""How much a process may take beyond what it took before; each answer is kept up to 1 MiB."""


def _meet_hostile_partners(setting: Setting, tally: Tally) -> None:
    """As often as there are rounds, in twenties."""
    chance, times = setting.chance("partners"), max(setting.rounds // 20, 1)
    with (
        open_partner() as well,
        running_server(setting.folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server,
        _hostile_partners(server),
    ):
        ledger = Ledger(well)
        publish_all(server, well)
        before = _peak_megabytes(server)
        with steady_callers(server, ledger, chance):
            for name in chance.sample(sorted(HOSTILE), len(HOSTILE)) * times:
                _meet(server, name, tally)
        _compare_memory(before, _peak_megabytes(server), tally)
        ledger.wait_for_ends(server)
        ledger.settle(server, tally)
        if "Traceback" in server.errors():
            tally.faults.append("an error in a log that nobody foresaw")


@contextmanager
def _hostile_partners(server: Server) -> Iterator[None]:
    """Each at the end of an automation of its name."""
    with ExitStack() as stack:
        for name, hostile in HOSTILE.items():
            partner = ScriptedPartner(hostile.script)
            stack.callback(partner.close)
            url = partner.url(host="127.0.0.1")
            ask = send("ask", url, with_={"timeout": "2s"}, retry={"attempts": 1})
            server.publish(name, on_webhook(name, ask))
        yield


def _meet(server: Server, name: str, tally: Tally) -> None:
    """Sends to one of them several times at once, and looks at what came of it."""
    accepted = [post(server, name).json["run_id"] for _ in range(AT_ONCE)]
    runs = [_end_of(server, run_id) for run_id in accepted]
    tally.tried[name] += AT_ONCE
    tally.accepted += AT_ONCE
    tally.ended += len(runs)
    strange = {_outcome(run) for run in runs if not _is_expected(run, HOSTILE[name])}
    tally.faults += [f"{name}: {outcome}" for outcome in sorted(strange)]
    longest = max(_attempt(run)["duration_ms"] for run in runs) / 1000
    key = "longest attempt in s (2 are allowed)"
    tally.figures[key] = max(tally.figures.get(key, 0), round(longest, 2))


def _end_of(server: Server, run_id: str) -> Mapping[str, Any]:
    """The run once it has ended. A partner that failed too often is called all the same."""

    def ended() -> Mapping[str, Any] | None:
        run = run_of(server, run_id)
        if run["status"] in ENDS:
            return run
        for endpoint in every(server, "/api/v1/endpoints"):
            if endpoint["state"] != "closed":
                server.call("POST", f"/api/v1/endpoints/{endpoint['id']}/close")
        return None

    found = eventually(ended)
    assert found is not None
    return found


def _is_expected(run: Mapping[str, Any], hostile: Hostile) -> bool:
    """Either a failure that says what happened, or an answer that was cut."""
    if hostile.error is not None:
        return run["status"] == "failed" and hostile.error in str(run["error"])
    output = steps_of(run)["ask"]["output"] or {}
    return run["status"] == "succeeded" and output.get("truncated") is True


def _outcome(run: Mapping[str, Any]) -> str:
    return f"{run['status']}, {run['error']}"


def _attempt(run: Mapping[str, Any]) -> Mapping[str, Any]:
    attempts = steps_of(run)["ask"]["attempts"]
    # Before its circuit was closed it may have been put off.
    (made,) = [one for one in attempts if one["outcome"] != "deferred"]
    return dict(made)


def _compare_memory(before: float, after: float, tally: Tally) -> None:
    tally.figures["memory grew by MB"] = round(after - before)
    if after - before > MOST_MEGABYTES:
        tally.faults.append(f"memory grew by {after - before:.0f} MB")


def _peak_megabytes(server: Server) -> float:
    """The most memory that the working process has had (proc(5))."""
    lines = Path(f"/proc/{server.worker()}/status").read_text().splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) / 1024


SCENARIOS = (
    Scenario(
        "hostile-partners",
        "partners drip, send 10 GB or gzip bombs, close early, break their chunks",
        _meet_hostile_partners,
    ),
)
