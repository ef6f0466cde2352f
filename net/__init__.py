"""Everything that leaves the machine over HTTP: the address guard, the connections, the sender."""

from core.networks import parse_networks
from net.guard import AddressGuard
from net.sender import PooledSender

__all__ = ["AddressGuard", "PooledSender", "parse_networks"]
