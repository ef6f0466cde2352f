"""What is done in a process of its own comes back, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.launching import Process, launch
from tests.support.server import PATIENCE, ROOT

HEAD = """
import os, sys, threading
from api.apart import apart
from core.errors import ConfigError, Fault, InvalidError
"""


def start(folder: Path, program: str) -> Process:
    """A program that may use `apart`: the process of the tests has other threads."""
    file = folder / "program.py"
    file.write_text(HEAD + program)
    with (folder / "errors.txt").open("w") as errors:
        return launch(file, [], os.environ, ROOT, errors.fileno())


def said(folder: Path, program: str) -> str:
    started = start(folder, program)
    assert started.stdout is not None
    with started.stdout as output:
        out = output.read()
    started.wait(PATIENCE)
    return (out + (folder / "errors.txt").read_text()).strip()


def test_it_gives_what_the_work_gives_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    program = """
def work():
    import wave
    return ["wave" in sys.modules, os.getpid()]
loaded, pid = apart(work)
print(loaded, pid == os.getpid(), "wave" in sys.modules)
"""
    assert said(tmp_path, program) == "True False False"


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        ('ConfigError("no such folder")', "ConfigError no such folder"),
        ('InvalidError("faults", [Fault("$.a", "b")])', "InvalidError faults"),
        ('FileNotFoundError(2, "No such file", "x")', "FileNotFoundError [Errno 2] No such file"),
    ],
)
def test_it_raises_what_the_work_raises(tmp_path: Path, raised: str, words: str) -> None:
    program = f"""
def work():
    raise {raised}
try:
    apart(work)
except Exception as error:
    print(type(error).__name__, error)
"""
    assert said(tmp_path, program).startswith(words)


def test_a_fault_of_ours_is_shown_and_told(tmp_path: Path) -> None:
    program = """
try:
    apart(lambda: 1 / 0)
except Exception as error:
    print(type(error).__name__, error)
"""
    told = said(tmp_path, program)
    assert "ZeroDivisionError" in told
    assert "PenstockError the start broke off" in told


def test_it_ends_with_the_process_that_waits_for_it(tmp_path: Path) -> None:
    program = """
def work():
    print("working", flush=True)
    threading.Event().wait(60)
apart(work)
"""
    waiting = start(tmp_path, program)
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "working\n"

    waiting.send_signal(signal.SIGKILL)

    # The end of the output comes when nobody is left who could write to it.
    assert waiting.stdout.read() == ""
    waiting.stdout.close()
    waiting.wait(PATIENCE)
