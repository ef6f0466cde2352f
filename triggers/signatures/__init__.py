"""How providers sign what they send: one module a scheme, with its SPEC and read()."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ConflictError
from core.signatures import SchemeSpec
from triggers.signatures import (
    generic_hmac,
    github,
    hubspot,
    shopify,
    slack,
    standard_webhooks,
    stripe,
    twilio,
)
from triggers.signatures.claims import Scheme


def by_name(*schemes: Scheme) -> Mapping[str, Scheme]:
    """The schemes under their names. Raises ConflictError when two have the same one."""
    registry: dict[str, Scheme] = {}
    for scheme in schemes:
        name = scheme.SPEC.name
        if registry.setdefault(name, scheme) is not scheme:
            raise ConflictError(f"two signature schemes are called {name}; rename one of them")
    return registry


SCHEMES: Mapping[str, Scheme] = by_name(
    standard_webhooks, github, stripe, slack, shopify, twilio, hubspot
)
"""Every provider's scheme there is, in the order in which the builder offers them."""

SPECS: tuple[SchemeSpec, ...] = (*(one.SPEC for one in SCHEMES.values()), generic_hmac.SPEC)
"""What the documentation describes: the providers' schemes, and the one for everybody else."""
