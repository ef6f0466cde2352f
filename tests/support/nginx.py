"""Debian's nginx with the configuration of `deploy/nginx`, before servers of the tests' own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.certificates import Issued
from tests.support.debian import find_or_install
from tests.support.raw_http import connect
from tests.support.server import ROOT, free_port
from tests.support.waiting import eventually

CONFIGURATION = ROOT / "deploy" / "nginx"


class Nginx:
    """A configuration as a container has it, but for its folders, its ports and its upstreams."""

    def __init__(self, folder: Path, webs: Sequence[str], tls: Issued | None = None) -> None:
        self._folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.tls_url = f"https://127.0.0.1:{self.tls_port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._write(webs, "https.conf" if tls else "http.conf")
        if tls is not None:
            self._put("tls/tls.crt", tls.certificate)
            self._put("tls/tls.key", tls.key)

    def start(self) -> None:
        """Returns when it listens."""
        self._process = subprocess.Popen(self._command("-g", f"daemon off; {_user()}"))
        eventually(self._listens)

    def stop(self) -> None:
        """Stops it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()

    def log(self) -> str:
        """The requests it wrote down."""
        return (self._folder / "log" / "access.log").read_text()

    def errors(self) -> str:
        """What it complained of."""
        return (self._folder / "log" / "error.log").read_text()

    def _command(self, *arguments: str) -> list[str]:
        configuration = self._folder / "nginx.conf"
        return [_program(), "-c", str(configuration), "-e", "stderr", *arguments]

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.errors()
        try:
            connect(self.url).close()
        except ConnectionRefusedError:
            return False
        return True

    def _write(self, webs: Sequence[str], site: str) -> None:
        for name in ("log", "tmp"):
            (self._folder / name).mkdir(parents=True)
        servers = "".join(f"server {web};\n" for web in webs)
        self._put("penstock/webs.conf", servers)
        self._put_ours("nginx.conf", "nginx.conf")
        self._put_ours("penstock/site.conf", site)
        for name in ("penstock.conf", "server.conf"):
            self._put_ours(f"penstock/{name}", name)

    def _places(self) -> Mapping[str, str]:
        """What is elsewhere in a test than in a container."""
        return {
            **_folders(self._folder),
            "listen 8080;": f"listen 127.0.0.1:{self.port};",
            "listen 8443 ": f"listen 127.0.0.1:{self.tls_port} ",
        }

    def _put_ours(self, name: str, ours: str) -> None:
        self._put(name, _placed((CONFIGURATION / ours).read_text(), self._places()))

    def _put(self, name: str, text: str) -> None:
        file = self._folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)


@contextmanager
def running_nginx(folder: Path, webs: Sequence[str], tls: Issued | None = None) -> Iterator[Nginx]:
    """Starts it before web processes, each HOST:PORT; with a certificate, under TLS."""
    nginx = Nginx(folder, webs, tls)
    try:
        nginx.start()
        yield nginx
    finally:
        nginx.stop()


def check_files(folder: Path, texts: Mapping[str, str]) -> str:
    """What nginx says of the files of a container, by their names below /etc/nginx."""
    for name in ("log", "tmp"):
        (folder / name).mkdir(parents=True)
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(_placed(text, _folders(folder)))
    command = [_program(), "-c", str(folder / "nginx.conf"), "-e", "stderr", "-t"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def _folders(folder: Path) -> dict[str, str]:
    return {"/tmp/": f"{folder}/tmp/", "/var/log/nginx/": f"{folder}/log/"}


def _program() -> str:
    return find_or_install(_find, "nginx", "nginx")


def _find() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def _user() -> str:
    """Started by root, its working processes would be somebody who may not enter our folders."""
    return "user root;" if os.geteuid() == 0 else ""


def _placed(text: str, places: Mapping[str, str]) -> str:
    for here, there in places.items():
        text = text.replace(here, there)
    return text
