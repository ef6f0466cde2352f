"""Access tokens that partners give for a while: kept between attempts, shared among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from core.clock import Milliseconds
from core.outcomes import Defer, Fail, Retry


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and the moment from which another one is asked for."""

    value: str = field(repr=False)
    usable_until: Milliseconds


Gained = Token | Retry | Fail | Defer
"""A token, or the outcome of the attempt that does not get one."""


class Tokens(Protocol):
    """One tenant's tokens. A key says whose a token is and what for; it holds no secret as such."""

    def get(self, key: str, fetch: Callable[[], Gained], patience: Milliseconds) -> Gained:
        """The usable token of a key, else what `fetch` gains.

        Of all who ask for one key at a time one fetches for the others, who wait `patience` at the
        most and get the same, whatever it is.
        """
        ...

    def forget(self, key: str, token: Token) -> None:
        """A partner does not take this token; a newer one of the key stays."""
        ...
