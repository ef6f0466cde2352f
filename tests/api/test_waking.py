"""The main thread handles a signal that another thread took, even while it waits for a lock."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.support.server import PATIENCE, ROOT

PROGRAM = """
import signal, sys, threading
from api.waking import Waker
from tests.support.waiting import eventually

heard = threading.Event()
main = threading.get_ident()
module = sys._getframe()

def waits():
    frame = sys._current_frames()[main]
    return frame.f_code is threading.Condition.wait.__code__ and frame.f_back.f_back is module

def take():
    eventually(waits)
    signal.pthread_kill(threading.get_ident(), int(sys.argv[1]))

Waker().start()
signal.signal(int(sys.argv[1]), lambda *_: heard.set())
for _ in range(3):
    threading.Thread(target=take).start()
    heard.wait()
    heard.clear()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_that_another_thread_took_is_handled(number: signal.Signals) -> None:
    command = [sys.executable, "-c", PROGRAM, str(int(number))]
    ended = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False)
    assert ended.returncode == 0
