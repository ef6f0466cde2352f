"""The Dockerfile, read as far as tests look at it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
DOCKERIGNORE = ROOT / ".dockerignore"


@dataclass(frozen=True)
class Instruction:
    """One instruction with what follows its name, in one line."""

    name: str
    value: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage; what stands before the first one belongs to none."""
    found: list[list[Instruction]] = []
    for instruction in _instructions(DOCKERFILE.read_text()):
        if instruction.name == "FROM":
            found.append([])
        if found:
            found[-1].append(instruction)
    return found


def values(stage: list[Instruction], name: str) -> list[str]:
    """What the instructions of a name say in a stage."""
    return [one.value for one in stage if one.name == name]


def probe() -> list[str]:
    """The command by which Docker asks a container whether it is well."""
    (value,) = values(stages()[-1], "HEALTHCHECK")
    command: list[str] = json.loads(value.partition("CMD ")[2])
    return command


def context() -> list[str]:
    """What `COPY . .` brings: the names that .dockerignore lets through."""
    lines = DOCKERIGNORE.read_text().splitlines()
    assert "*" in lines, "everything is left out first"
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


def _instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line]
