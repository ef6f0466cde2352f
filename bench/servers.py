"""Starts and stops what is measured and what that needs, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.services.programs import free_port
from bench.upstream import ANSWER

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
API_KEY = "bench-key-of-no-use-elsewhere"
DATA_FOLDER = "data"
START_LIMIT = 60.0
STOP_LIMIT = 25.0
SLOW_SECONDS = 0.3
"""How long the slow partner takes."""
_POLL = 0.005
_NGINX = f"""
daemon off; worker_processes 1; pid nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi; keepalive_requests 1000000000; keepalive_timeout 1h;
  server {{
    listen 127.0.0.1:PORT backlog=1024;
    location / {{ default_type application/json; return 200 '{ANSWER.decode()}'; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on loopback. `start_s`: from the start of its process to then."""

    pid: int
    port: int
    start_s: float


class ServerFailed(Exception):
    """A server ended or did not answer; the message has the end of what it said."""


@contextmanager
def upstream(work: Path) -> Iterator[Server]:
    """What partners are: something that answers at once."""
    port = free_port()
    if (nginx := _nginx()) is None:
        command = [sys.executable, "-m", "bench.upstream", str(port)]
    else:
        folder = work / "nginx"
        folder.mkdir()
        (folder / "nginx.conf").write_text(_NGINX.replace("PORT", str(port)))
        command = [nginx, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    with running(command, port, "/", work / "upstream.log") as server:
        yield server


@contextmanager
def slow_upstream(work: Path) -> Iterator[Server]:
    """A partner that answers after a while, as many at once as ask."""
    port = free_port()
    command = [sys.executable, "-m", "bench.upstream", str(port), str(SLOW_SECONDS)]
    with running(command, port, "/", work / "slow_upstream.log") as server:
        yield server


def upstream_name() -> str:
    """Which upstream is used."""
    if (nginx := _nginx()) is None:
        return "bench/upstream.py (no nginx on the PATH)"
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    return said.removeprefix("nginx version:").strip()


@contextmanager
def floor_constant(work: Path) -> Iterator[Server]:
    """Floor (a)."""
    port = free_port()
    command = [sys.executable, "-m", "bench.floor_constant", str(port)]
    with running(command, port, "/healthz", work / "floor_constant.log") as server:
        yield server


@contextmanager
def floor_program(work: Path, upstream_port: int) -> Iterator[Server]:
    """Floor (b), with a database of its own."""
    port, database = free_port(), work / "floor.db"
    command = [sys.executable, "-m", "bench.floor_program", str(port), str(upstream_port)]
    log = work / "floor_program.log"
    with running([*command, str(database)], port, "/healthz", log) as server:
        yield server


@contextmanager
def penstock(work: Path, command: str = "run", **further: str) -> Iterator[Server]:
    """Penstock with its data in this folder, and with further settings.

    `run` is as `make run` starts it: in an empty folder the examples are loaded.
    """
    port = free_port()
    settings = {
        "PENSTOCK_HOST": "127.0.0.1",
        "PENSTOCK_PORT": str(port),
        "PENSTOCK_DATA_DIR": str(work / DATA_FOLDER),
        "PENSTOCK_BOOTSTRAP_API_KEY": API_KEY,
        "PENSTOCK_ALLOW_PRIVATE": "127.0.0.0/8",
        **further,
    }
    words = [command, "--demo"] if command == "run" else [command]
    program = [str(Path(sys.executable).with_name("penstock")), *words]
    with running(program, port, "/healthz", work / f"penstock-{command}.log", settings) as server:
        yield server


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    path: str,
    log: Path,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A process that answers GET of `path` with 200; it writes to `log`. Raises ServerFailed."""
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(settings or {}), stdout=output, stderr=output
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}{path}", process, log)
        yield Server(process.pid, port, time.perf_counter() - started)
    finally:
        _stop(process)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This environment without settings of Penstock's that would change what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    return {**kept, **settings}


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.perf_counter() + START_LIMIT
    while process.poll() is None and time.perf_counter() < end:
        try:
            if requests.get(url, timeout=5).status_code == 200:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(_POLL)
    said = log.read_text(errors="replace").strip()[-2000:]
    raise ServerFailed(f"{log.stem} does not answer at {url}:\n{said}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
