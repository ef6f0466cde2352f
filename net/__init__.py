"""Everything that leaves the machine: the address guard, connections, the sender, the notifier."""

from core.networks import parse_networks
from net.guard import AddressGuard
from net.notifications import AppriseNotifier
from net.sender import PooledSender

__all__ = ["AddressGuard", "AppriseNotifier", "PooledSender", "parse_networks"]
