"""What every command is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.commands.terminal import Terminal
from api.listening import Address
from api.server import Among, Site
from core.config import Config
from core.findings import Finding
from core.roles import Role
from engine.compiler import Compiler
from engine.document_schema import Schema
from engine.service import Service


class Installation(Protocol):
    """The whole program as the commands use it; app.py, which knows every room, provides it."""

    def compiler(self) -> Compiler:
        """Checks documents; needs no database."""
        ...

    def document_schema(self) -> Schema:
        """The JSON Schema of a document; needs no database."""
        ...

    def hold(self, config: Config) -> AbstractContextManager[object]:
        """Keeps every other server off the data folder. Raises ConfigError when one has it."""
        ...

    def open(self, config: Config) -> AbstractContextManager[Service]:
        """The use cases over the database, brought up to date. What is stored here is not executed.

        Raises ConfigError, StorageUnavailable.
        """
        ...

    def copy_to(self, config: Config, target_url: str) -> Mapping[str, int]:
        """Copies everything into an empty database; rows by table. Nobody may be using either.

        Raises ConfigError, StorageUnavailable.
        """
        ...

    def back_up(self, config: Config, file: Path) -> Mapping[str, int]:
        """Writes everything into a new file, whoever uses it meanwhile; rows by table.

        Raises ConfigError, StorageUnavailable.
        """
        ...

    def restore(self, config: Config, file: Path) -> Mapping[str, int]:
        """Brings a backup into the empty database of the configuration; rows by table.

        Raises ConfigError, StorageUnavailable.
        """
        ...

    def compact(self, config: Config) -> tuple[int, int]:
        """Writes the database anew without the room that nothing needs; bytes before and after.

        Nobody may be using it. Raises ConfigError, StorageUnavailable.
        """
        ...

    def examine(self, config: Config) -> Iterable[Finding]:
        """Looks at everything an installation is made of, and changes nothing."""
        ...

    def load(self, config: Config, role: Role, among: Among, demo: Address | None = None) -> Site:
        """Starts working, and gives what is to be served, with the demo's partner if wanted."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What every command is given. `program` is how it is called from this folder."""

    installation: Installation
    environment: Mapping[str, str]
    terminal: Terminal
    program: Sequence[str]
