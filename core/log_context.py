"""Of what a line of the log tells: the run and the step at which the thread is that logs."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Protocol

from core.masking import Masker
from core.model import Run


class Subject(Protocol):
    """A run under execution, or the attempt of one of its steps. `masker` hides its secrets."""

    @property
    def run(self) -> Run:
        """The run."""
        ...

    @property
    def step_id(self) -> str | None:
        """The step, None between steps."""
        ...

    @property
    def trace_id(self) -> str | None:
        """The id of its trace, 32 hexadecimal digits; None without one."""
        ...

    @property
    def masker(self) -> Masker:
        """What hides the secrets that are in play."""
        ...


SUBJECT: ContextVar[Subject | Run | None] = ContextVar("SUBJECT", default=None)
"""What the thread is at. It is set and reset once a run and once an attempt, to what is there
already, and read when a line is written: as long as nothing is logged it costs next to nothing."""


def of(tenant: str, run: str | None = None, step: str | None = None) -> Mapping[str, str | None]:
    """The `extra` of a line that tells of this, where no thread is at it."""
    return {"tenant": tenant, "run": run, "step": step}


def known_names() -> Mapping[str, str | None]:
    """The `extra` that the thread's subject amounts to; empty without one."""
    subject = SUBJECT.get()
    if subject is None:
        return {}
    if isinstance(subject, Run):
        return of(subject.tenant, subject.id)
    names = of(subject.run.tenant, subject.run.id, subject.step_id)
    return {**names, "trace_id": subject.trace_id}


def masked(text: str) -> str:
    """The text without the secrets of the thread's subject: a traceback may quote a value."""
    subject = SUBJECT.get()
    if subject is None or isinstance(subject, Run):
        return text
    return subject.masker.mask_text(text)
