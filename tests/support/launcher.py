"""The program behind `tests.support.launching`: it has loaded Penstock, and forks each server.

It is asked over a socket (SOCK_SEQPACKET), which it gets as its first argument, with a JSON object
and three open files beside it: what the server writes to as its output and as its errors, and a
pipe that tells how it ended. It ends when nobody can ask it any more.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
LARGEST_ASKED = 1 << 17
_PROGRAM = ("app", "dispatch.rq", "store.upgrade", "store.postgres_writer", "store.redis_counter")


@dataclass(frozen=True, slots=True)
class Launch:
    """What is asked: a Python program with its arguments, its whole environment, its folder."""

    program: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str


class Launcher:
    """Forks what it is asked for, and tells how that ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._ends: dict[int, int] = {}
        """The pipe of each server's end, by process id."""

    def serve(self) -> Launch | None:
        """Returns in each server with what it is to be, and here when nobody asks any more."""
        with selectors.DefaultSelector() as selector, _told_of_ends() as woken:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if woken in ready:
                    woken.recv(4096)
                    self._tell_ends()
                if self._control in ready:
                    asked, files, _, _ = socket.recv_fds(self._control, LARGEST_ASKED, 3)
                    if not asked:
                        return None
                    if self._fork(*files):
                        return Launch(**json.loads(asked))

    def _fork(self, output: int, errors: int, end: int) -> bool:
        """Whether this is the server."""
        pid = os.fork()
        if pid == 0:
            _use(output, errors)
            for kept in (end, *self._ends.values()):
                os.close(kept)
        else:
            self._ends[pid] = end
            self._control.send(str(pid).encode())
        os.close(output)
        os.close(errors)
        return pid == 0

    def _tell_ends(self) -> None:
        while self._ends:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            end = self._ends.pop(pid)
            os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(end)


@contextmanager
def _told_of_ends() -> Iterator[socket.socket]:
    """A socket at which something arrives when a child has ended."""
    woken, waking = socket.socketpair()
    with woken, waking:
        waking.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        yield woken
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _use(output: int, errors: int) -> None:
    """A session of its own with these files, and nothing to read."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, output, errors)):
        os.dup2(file, number)
    os.close(nothing)


def run(launch: Launch) -> None:
    """What `python program arguments` does in this environment and folder."""
    os.chdir(launch.folder)
    os.environ.clear()
    os.environ.update(launch.environment)
    sys.argv = [launch.program, *launch.arguments]
    runpy.run_path(launch.program, run_name="__main__")


def _load() -> None:
    """The whole program, with what it loads only where it needs that."""
    for name in _PROGRAM:
        import_module(name)


def main() -> None:
    """Loads Penstock, says so, and serves."""
    # This folder has modules that are called like those of libraries, such as redis.
    sys.path[0] = str(ROOT)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        _load()
        gc.freeze()
        control.send(b"ready")
        launch = Launcher(control).serve()
    if launch is not None:
        run(launch)


if __name__ == "__main__":
    main()
