"""Memory is summed over a process and everything it started."""

from __future__ import annotations

import os
import subprocess
import sys

from bench.memory import memory_of, process_count

HOLD = (
    "import sys; held = bytearray(b'x') * (32 << 20); print('held', flush=True); sys.stdin.read()"
)


def test_what_a_child_holds_counts():
    before = memory_of(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        held = memory_of(child.pid)
        assert held.megabytes > 32
        assert process_count(child.pid) == 1
        assert process_count(os.getpid()) >= 2
        assert memory_of(os.getpid()).megabytes > before.megabytes + 16
        child.stdin.close()
