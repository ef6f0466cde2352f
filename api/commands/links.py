"""One-time links as they are shown to be passed on."""

from __future__ import annotations


def set_up_link(base: str, token: str) -> str:
    """The link to the first admin's account."""
    return f"{base}/setup/{token}"


def invitation_link(base: str, token: str) -> str:
    """The link of an invitation, or to another password."""
    return f"{base}/invitations/{token}"
