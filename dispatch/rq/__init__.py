"""Wake-ups between processes, carried by RQ: they say "there is work", the database says which."""

from dispatch.rq.bell import Bell
from dispatch.rq.queue import WakeUps
from dispatch.rq.roles import web, worker

__all__ = ["Bell", "WakeUps", "web", "worker"]
