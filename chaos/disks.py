"""The disk is full, and has room again."""

from __future__ import annotations

import random

from chaos.ledger import Ledger
from chaos.tally import Scenario, Setting, Tally
from tests.crash.callers import post_all
from tests.crash.promises import publish_all
from tests.support.disks import Disk, LimitedFiles, small_disk
from tests.support.partner import LOOPBACK, open_partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

MEGABYTES = 32
BEFORE, MEANWHILE = 9, 30
"""Posts of a round before the disk is full, and while it is."""


def _fill_disk(setting: Setting, tally: Tally) -> None:
    with small_disk(setting.folder / "data", MEGABYTES) as disk:
        fill_again_and_again(disk, setting, tally)


def _limit_files(setting: Setting, tally: Tally) -> None:
    fill_again_and_again(LimitedFiles(), setting, tally)


def fill_again_and_again(disk: Disk, setting: Setting, tally: Tally) -> None:
    """Now the server goes on when there is room, now it is killed while there is none."""
    chance = setting.chance("disk")
    with open_partner() as partner:
        ledger = Ledger(partner)
        for number in range(max(setting.rounds // 10, 2)):
            with running_server(setting.folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
                if number == 0:
                    publish_all(server, partner)
                _fill(disk, server, ledger, chance, tally)
                if number % 2:
                    server.kill()
                    tally.tried["killed while full"] += 1
                disk.make_room(server)
                if number % 2 == 0:
                    _wait_until_it_takes_more(server, ledger, chance)
                    tally.tried["healed"] += 1
        with running_server(setting.folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
            ledger.wait_for_ends(server)
            ledger.settle(server, tally)


def _fill(disk: Disk, server: Server, ledger: Ledger, chance: random.Random, tally: Tally) -> None:
    """No room for more while runs are under way: what is refused says so, reading goes on."""
    post_all(server, ledger.plan(chance, BEFORE), stop=False)
    disk.fill(server)
    posts = ledger.plan(chance, MEANWHILE)
    post_all(server, posts, stop=False)
    answered = {one.reply.status for one in posts if one.reply is not None}
    if 502 not in answered:
        tally.faults.append(f"a full disk was not noticed: {sorted(answered)}")
    if not answered <= {200, 202, 502, 504}:
        tally.faults.append(f"while the disk was full callers were told {sorted(answered)}")
    readable = ("/healthz", "/api/v1/runs", "/api/v1/requests", "/api/v1/automations")
    for path in readable:
        if server.call("GET", path).status != 200:
            tally.faults.append(f"{path} could not be read while the disk was full")
    if server.call("GET", "/readyz").status != 503:
        tally.faults.append("/readyz said ok while the disk was full")
    if "Traceback" in server.errors():
        tally.faults.append("an error in a log that nobody foresaw")


def _wait_until_it_takes_more(server: Server, ledger: Ledger, chance: random.Random) -> None:
    (last,) = ledger.plan(chance, 1)
    eventually(lambda: last.send(server) and last.accepted)
    eventually(lambda: server.call("GET", "/readyz").status == 200)
    ledger.wait_for_ends(server)


SCENARIOS = (
    Scenario("fill-disk", "the disk of SQLite is full, and has room again", _fill_disk),
    Scenario("limit-files", "the files of SQLite may not grow any more, and may", _limit_files),
)
