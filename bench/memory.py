"""The memory of a process and everything it started."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PSS = re.compile(r"^Pss: +(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes (of 2**20 bytes), and what was summed up.

    `PSS` counts a page that n processes share as 1/n of a page each; where the system does not
    tell it, it is `RSS`, which counts such a page in each of them.
    """

    megabytes: float
    kind: str


def memory_of(pid: int) -> Memory:
    """What the process and its descendants hold now."""
    resident = _resident_of_tree(pid)
    proportional = [_proportional(member) for member in resident]
    if all(proportional):
        return Memory(sum(filter(None, proportional)) / 1024, "PSS")
    return Memory(sum(resident.values()) / 1024, "RSS")


def process_count(pid: int) -> int:
    """How many processes it and its descendants are."""
    return len(_resident_of_tree(pid))


def _resident_of_tree(root: int) -> dict[int, int]:
    """Kilobytes by process id, of the process and its descendants."""
    resident, parents = _processes()
    tree = {root}
    while grown := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= grown
    return {pid: resident[pid] for pid in tree}


def _processes() -> tuple[dict[int, int], dict[int, int]]:
    """Kilobytes, and the parent, of every process by id."""
    rows = _rows_of_proc() if (_PROC / "self" / "stat").exists() else _rows_of_ps()
    resident, parents = {}, {}
    for pid, parent, kilobytes in rows:
        resident[pid], parents[pid] = kilobytes, parent
    return resident, parents


def _rows_of_proc() -> list[tuple[int, int, int]]:
    page = os.sysconf("SC_PAGE_SIZE") // 1024
    rows = []
    for stat in _PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        rows.append((int(stat.parent.name), int(fields[1]), int(fields[21]) * page))
    return rows


def _rows_of_ps() -> list[tuple[int, int, int]]:
    command = ["ps", "-A", "-o", "pid=,ppid=,rss="]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [
        (int(pid), int(parent), int(rss)) for pid, parent, rss in map(str.split, said.splitlines())
    ]


def _proportional(pid: int) -> int | None:
    """Kilobytes of PSS, or None where the system does not tell."""
    try:
        found = _PSS.search((_PROC / str(pid) / "smaps_rollup").read_text())
    except OSError:
        return None
    return int(found[1]) if found else None
