"""The address guard: which addresses a host may be reached at. Every connection is judged here."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from core.duration import format_duration
from core.http import FailureKind, Reach
from core.networks import IPAddress, IPNetwork
from net.failures import SendError
from net.host import parse_host
from net.lookups import Resolve, SharedCalls, system_resolve
from net.networks import covers, special_network

_KEPT_VERDICTS = 4096


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was found out about a host; `refusal` is empty when all its addresses are allowed."""

    addresses: tuple[IPAddress, ...]
    refusal: str
    private: bool
    until: float


class AddressGuard:
    """Resolves a host once and refuses it when any of its addresses is not public (design 6).

    Callers connect to the very addresses they get, so that a name that answers differently a
    moment later gains nothing. A verdict holds for `lifetime` seconds: long enough that the hot
    path does not pay a look-up, short enough that a pooled connection is judged again soon.

    `allow_private` holds the networks an operator allows; an IPv4 network does not allow the IPv6
    forms of its addresses. `resolve` and `now` (seconds, monotonic) are for tests.
    """

    def __init__(
        self,
        allow_private: Sequence[IPNetwork] = (),
        *,
        resolve: Resolve = system_resolve,
        lifetime: float = 5.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = tuple(allow_private)
        self._resolve = resolve
        self._lifetime = lifetime
        self._now = now
        self._verdicts: dict[str, _Verdict] = {}
        self._calls = SharedCalls(self._judge_name)

    def addresses(self, host: str, timeout: float) -> tuple[IPAddress, ...]:
        """Every address of a host, all of them allowed, in the resolver's order; at least one.

        `host` is a name or an address (IPv6 without brackets); `timeout` in seconds bounds the
        look-up. Raises SendError: REFUSED_ADDRESS, NAME (also for a look-up that takes too long),
        or INVALID_REQUEST for what is no host.
        """
        verdict = self._verdicts.get(host)
        if verdict is None or verdict.until <= self._now():
            verdict = self._judge(host, timeout)
        if verdict.refusal:
            raise SendError(FailureKind.REFUSED_ADDRESS, verdict.refusal)
        return verdict.addresses

    def reach(self, host: str) -> Reach:
        """Where a host is that was judged just now."""
        verdict = self._verdicts.get(host)
        return Reach.PRIVATE if verdict is not None and verdict.private else Reach.PUBLIC

    def _judge(self, host: str, timeout: float) -> _Verdict:
        parsed = parse_host(host)
        if not isinstance(parsed, str):
            return self._keep(str(parsed), (parsed,))
        try:
            return self._calls.call(parsed, timeout)
        except TimeoutError:
            reason = f"no answer from DNS within {format_duration(round(timeout * 1000))}"
        except socket.gaierror as error:
            reason = error.strerror or "no address found"
        except (OSError, ValueError):
            reason = "no usable address found"
        raise SendError(FailureKind.NAME, f"the name {parsed} does not resolve: {reason}")

    def _judge_name(self, host: str) -> _Verdict:
        addresses = tuple(ip_address(text) for text in self._resolve(host))
        if not addresses:
            raise OSError("no address found")
        return self._keep(host, addresses)

    def _keep(self, host: str, addresses: tuple[IPAddress, ...]) -> _Verdict:
        refusal = self._refusal(host, addresses)
        private = any(special_network(address) is not None for address in addresses)
        verdict = _Verdict(addresses, refusal, private, self._now() + self._lifetime)
        if len(self._verdicts) >= _KEPT_VERDICTS:
            self._verdicts.clear()
        self._verdicts[host] = verdict
        return verdict

    def _refusal(self, host: str, addresses: tuple[IPAddress, ...]) -> str:
        for address in addresses:
            special = special_network(address)
            if special is not None and not covers(self._allowed, address):
                found = f"{host} is" if host == str(address) else f"{host} resolves to {address},"
                return (
                    f"{found} {special.name}; "
                    f"an operator can allow it with PENSTOCK_ALLOW_PRIVATE={special.network}"
                )
        return ""
