"""`none`: nothing is added."""

from __future__ import annotations

from actions.auth.contract import AuthKind, adding

KIND = AuthKind(
    type="none",
    title="Nothing is added",
    properties={},
    required=(),
    send=adding(lambda _context, _auth, exchange: exchange),
)
