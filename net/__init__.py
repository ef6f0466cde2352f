"""Everything that leaves the machine: the address guard, connections, the sender, the notifier."""

from core.networks import parse_networks
from net.guard import AddressGuard
from net.notifications import AppriseNotifier
from net.sender import PooledSender
from net.traces import open_traces, refuse_impossible_traces

__all__ = [
    "AddressGuard",
    "AppriseNotifier",
    "PooledSender",
    "open_traces",
    "parse_networks",
    "refuse_impossible_traces",
]
