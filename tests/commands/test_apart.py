"""What is done in a process of its own comes back, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.server import ROOT

HEAD = """
import os, sys, threading
from api.apart import apart
from core.errors import ConfigError, Fault, InvalidError
"""


def start(program: str) -> subprocess.Popen[str]:
    """A program that may use `apart`: the process of the tests has other threads."""
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(program: str) -> str:
    out, err = start(program).communicate()
    return (out + err).strip()


def test_it_gives_what_the_work_gives_and_keeps_nothing_of_it() -> None:
    program = """
def work():
    import wave
    return ["wave" in sys.modules, os.getpid()]
loaded, pid = apart(work)
print(loaded, pid == os.getpid(), "wave" in sys.modules)
"""
    assert said(program) == "True False False"


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        ('ConfigError("no such folder")', "ConfigError no such folder"),
        ('InvalidError("faults", [Fault("$.a", "b")])', "InvalidError faults"),
        ('FileNotFoundError(2, "No such file", "x")', "FileNotFoundError [Errno 2] No such file"),
    ],
)
def test_it_raises_what_the_work_raises(raised: str, words: str) -> None:
    program = f"""
def work():
    raise {raised}
try:
    apart(work)
except Exception as error:
    print(type(error).__name__, error)
"""
    assert said(program).startswith(words)


def test_a_fault_of_ours_is_shown_and_told() -> None:
    program = """
try:
    apart(lambda: 1 / 0)
except Exception as error:
    print(type(error).__name__, error)
"""
    assert "ZeroDivisionError" in said(program)
    assert "PenstockError the start broke off" in said(program)


def test_it_ends_with_the_process_that_waits_for_it() -> None:
    program = """
def work():
    print("working", flush=True)
    threading.Event().wait(60)
apart(work)
"""
    waiting = start(program)
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "working\n"

    waiting.kill()

    # The end of the output comes when nobody is left who could write to it.
    assert waiting.stdout.read() == ""
    waiting.communicate()
