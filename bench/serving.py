"""How the floors are served: granian with the settings of Penstock's own server."""

from __future__ import annotations

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server import MPServer

from api.listening import BACKLOG
from api.server import BLOCKING_THREADS, CONNECTIONS


def serve(target: str, port: int) -> None:
    """Serves the WSGI application `module:name` on loopback until the process is told to stop."""
    MPServer(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        runtime_mode=RuntimeModes.mt,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        log_level=LogLevels.warning,
    ).serve()
