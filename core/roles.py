"""What a process of an installation is there for."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """`run` does everything in one process; of `web` and `worker` there may be any number."""

    RUN = "run"
    WEB = "web"
    WORKER = "worker"
