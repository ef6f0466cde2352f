"""Servers in processes of their own, without each of them loading Penstock anew.

Loading takes a second of processor time, and the tests start many hundreds. So each process of the
tests starts one launcher, which loads it and is forked for each server (`tests.support.launcher`);
what runs then is the same program, with the arguments and the environment it would have got.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Protocol

PROGRAM = Path(__file__).with_name("launcher.py")
_READ_AT_START = ("PYTHON", "LD_", "MALLOC_", "LC_", "LANG", "TZ", "OPENSSL_", "SSL_", "COVERAGE")
"""Variables that an interpreter and its libraries read as they start; by the begin of their
names."""


class Process(Protocol):
    """What is used of a process, as subprocess.Popen has it."""

    pid: int
    stdout: IO[str] | None

    def poll(self) -> int | None:
        """How it ended, or None."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """How it ended. Raises subprocess.TimeoutExpired."""
        ...

    def send_signal(self, sig: int) -> None:
        """Sends it a signal, unless it is gone."""
        ...


def launch(
    program: Path, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: int
) -> Process:
    """Starts a Python program with nothing to read, its errors going to the open file `log`."""
    launcher = _launcher()
    if _start_settings(environment) == launcher.start_settings:
        return launcher.launch(program, arguments, environment, folder, log)
    return start([sys.executable, str(program), *arguments], environment, folder, log)


def start(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log: int
) -> Process:
    """Starts any command so."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )


def _start_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


@cache
def _launcher() -> _Launcher:
    return _Launcher()


class _Launcher:
    """The launcher of this process; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.start_settings = _start_settings(os.environ)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._close)
        assert self._control.recv(16) == b"ready", "the launcher cannot load Penstock"

    def launch(
        self,
        program: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        log: int,
    ) -> Process:
        asked = json.dumps(
            {
                "program": str(program),
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
            }
        ).encode()
        output, theirs = os.pipe()
        end, told = os.pipe()
        with self._lock:
            socket.send_fds(self._control, [asked], [theirs, log, told])
            pid = int(self._control.recv(16))
        os.close(theirs)
        os.close(told)
        return _Forked(pid, os.fdopen(output), end)

    def _close(self) -> None:
        self._control.close()
        self._process.wait()


class _Forked:
    """A process that the launcher forked, and whose end it tells."""

    def __init__(self, pid: int, stdout: TextIOWrapper, end: int) -> None:
        self.pid = pid
        self.stdout: IO[str] | None = stdout
        self._end = end
        self._status: int | None = None
        self._lock = threading.Lock()
        weakref.finalize(self, os.close, end)

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        if self._status is None and not select.select([self._end], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        with self._lock:
            if self._status is None:
                self._status = int(os.read(self._end, 16))
            return self._status

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)
