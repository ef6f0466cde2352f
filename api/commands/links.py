"""One-time links as they are shown to be passed on."""

from __future__ import annotations

from ipaddress import ip_address

from core.config import Config


def base_url(config: Config) -> str:
    """Where people reach the server that runs with this configuration, as far as it tells."""
    if config.public_url is not None:
        return config.public_url
    try:
        address = ip_address(config.host)
    except ValueError:
        return f"http://{config.host}:{config.port}"
    if address.is_unspecified:
        return f"http://localhost:{config.port}"
    host = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{host}:{config.port}"


def set_up_link(base: str, token: str) -> str:
    """The link to the first admin's account."""
    return f"{base}/setup/{token}"


def invitation_link(base: str, token: str) -> str:
    """The link of an invitation, or to another password."""
    return f"{base}/invitations/{token}"
