"""Starts a load generator as a process of its own, so that it shares none with who measures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from bench.posting import Target, UnexpectedAnswer

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

How = TypeVar("How")


def post_apart(module: str, target: Target, how: DataclassInstance) -> dict[str, Any]:
    """What was measured by a module that begins with `post_as_asked`, started with its `how`.

    Raises UnexpectedAnswer with what came.
    """
    asked = json.dumps({"target": {**asdict(target), "body": ""}, "how": asdict(how)})
    command = [sys.executable, "-m", module, asked]
    done = subprocess.run(command, input=target.body, capture_output=True, check=False)
    if done.returncode:
        raise UnexpectedAnswer(f"{target.path}: {done.stderr.decode().strip()}")
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def post_as_asked(
    generate: Callable[[Target, How], DataclassInstance], how: Callable[..., How]
) -> None:
    """Posts the standard input as JSON on the command line says; prints what was measured."""
    asked = json.loads(sys.argv[1])
    target = Target(**{**asked["target"], "body": sys.stdin.buffer.read()})
    try:
        measured = generate(target, how(**asked["how"]))
    except UnexpectedAnswer as answer:
        sys.exit(str(answer))
    print(json.dumps(asdict(measured)))
