"""Node-RED, which keeps its flows' messages in memory: installed once, with the same two flows."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.servers import ROOT, Server, running
from bench.services.programs import free_port

VERSION = "4.1.15"
"""The last line that runs on Node.js 18 and 20."""
ECHO_PATH = "/bench/echo"
ANSWER_PATH = "/bench/rr"
FOLDER = ROOT / ".cache" / f"node-red-{VERSION}"
_PROGRAM = Path("node_modules", "node-red", "red.js")
_INSTALL_LIMIT = 300.0

_CALL = """
const total = msg.payload.order.lines.reduce((sum, line) => sum + line.price, 0);
const partner = encodeURIComponent(msg.payload.customer.partnerId);
msg.url = `http://127.0.0.1:PORT/partners/${partner}/sync?source=penstock`;
msg.method = "POST";
msg.headers = {
    "content-type": "application/json",
    "authorization": "Bearer token-of-the-bench",
    "x-order": msg.payload.order.id,
};
msg.payload = {id: msg.payload.customer.id, total: total};
return msg;
"""
_ANSWER = """
msg.headers = {};
msg.statusCode = 200;
msg.payload = {remote: msg.payload.id};
return msg;
"""


class NodeRedMissing(Exception):
    """Node-RED cannot be measured here; the message says why."""


@contextmanager
def node_red(work: Path, upstream_port: int) -> Iterator[Server]:
    """Starts it without editor, sign-in and telemetry. Raises NodeRedMissing or ServerFailed."""
    program = installed()
    folder = work / "node_red"
    folder.mkdir()
    port = free_port()
    (folder / "flows.json").write_text(json.dumps(flows(upstream_port)))
    (folder / "settings.js").write_text(f"module.exports = {json.dumps(settings(folder, port))};")
    command = ["node", str(program), "--settings", str(folder / "settings.js")]
    log, production = work / "node_red.log", {"NODE_ENV": "production"}
    with running(command, port, "/healthz", log, production) as server:
        yield server


def installed() -> Path:
    """The program, which npm brings when it is not there. Raises NodeRedMissing."""
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            raise NodeRedMissing(f"{name} is not on the PATH")
    if not (FOLDER / _PROGRAM).exists():
        _install()
    return FOLDER / _PROGRAM


def _install() -> None:
    """Into a folder of another name first, so that half an installation is never used."""
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="node-red-", dir=FOLDER.parent) as parent:
        new = Path(parent) / "new"
        options = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts"]
        command = ["npm", "install", "--prefix", str(new), *options, "--omit=optional"]
        try:
            done = subprocess.run(
                [*command, f"node-red@{VERSION}"],
                capture_output=True,
                text=True,
                check=False,
                timeout=_INSTALL_LIMIT,
            )
        except subprocess.TimeoutExpired:
            raise NodeRedMissing(f"npm took more than {_INSTALL_LIMIT:.0f} s") from None
        if done.returncode != 0:
            raise NodeRedMissing(f"npm could not install node-red@{VERSION}")
        shutil.rmtree(FOLDER, ignore_errors=True)
        new.rename(FOLDER)


def settings(folder: Path, port: int) -> dict[str, Any]:
    """What its settings file exports: nothing runs but the flows."""
    return {
        "uiHost": "127.0.0.1",
        "uiPort": port,
        "userDir": str(folder),
        "flowFile": str(folder / "flows.json"),
        "credentialSecret": False,
        "httpAdminRoot": False,
        "disableEditor": True,
        "telemetry": {"enabled": False, "updateNotification": False},
        "diagnostics": {"enabled": False, "ui": False},
        "externalModules": {"autoInstall": False, "palette": {"allowInstall": False}},
        "logging": {"console": {"level": "warn", "metrics": False, "audit": False}},
    }


def flows(upstream_port: int) -> list[dict[str, Any]]:
    """Echo, request-response and a sign of life, as Node-RED keeps them in its file.

    The nodes are the fastest that do it: functions instead of change nodes, kept connections.
    """
    echo = {"func": 'msg.payload = {status: "accepted"}; return msg;'}
    call = {"func": _CALL.replace("PORT", str(upstream_port))}
    request = {"method": "use", "ret": "obj", "paytoqs": "ignore", "url": "", "persist": True}
    health = {"func": 'msg.payload = "ok"; return msg;'}
    return [
        {"id": "bench", "type": "tab", "label": "Bench"},
        *_chain("echo", ECHO_PATH, ("function", echo), status="202"),
        *_chain(
            "rr",
            ANSWER_PATH,
            ("function", call),
            ("http request", request),
            ("function", {"func": _ANSWER}),
        ),
        *_chain("health", "/healthz", ("function", health), method="get"),
    ]


def _chain(
    name: str,
    path: str,
    *nodes: tuple[str, dict[str, Any]],
    method: str = "post",
    status: str = "",
) -> list[dict[str, Any]]:
    """An HTTP request, what is done with it, and the answer, each wired to the next."""
    kinds = [
        ("http in", {"url": path, "method": method}),
        *nodes,
        ("http response", {"statusCode": status}),
    ]
    made = []
    for number, (kind, values) in enumerate(kinds):
        wires = [[f"{name}{number + 1}"]] if number + 1 < len(kinds) else []
        made.append(
            {
                "id": f"{name}{number}",
                "type": kind,
                "z": "bench",
                "wires": wires,
                **_of(kind),
                **values,
            }
        )
    return made


def _of(kind: str) -> dict[str, Any]:
    """What nodes of a kind have in common."""
    return {"outputs": 1, "noerr": 0, "libs": []} if kind == "function" else {}
