"""The data folder of an installation: its lock, the key of its secrets, and its database.

Part of the front door, which makes what is missing; `doctor` looks at the same and makes nothing.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

from core.config import Config
from core.errors import ConfigError


def lock_file(config: Config) -> Path:
    """What the server that has the folder holds locked; its content is that process's id."""
    return config.data_dir / "lock"


def key_file(config: Config) -> Path:
    """Where the key of all secrets is, unless it is configured."""
    return config.data_dir / "secret.key"


def lock_data_folder(config: Config) -> IO[str]:
    """Takes the data folder for this process. Raises ConfigError when another one has it.

    The lock goes with the process, however that ends; keep the file open as long as it is needed.
    """
    _make_data_folder(config)
    lock = lock_file(config).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise ConfigError(
            f"the data folder {config.data_dir} is in use by process {holder}; stop that one, or "
            "set PENSTOCK_DATA_DIR to another folder"
        ) from None
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def database_url(config: Config) -> str:
    """The URL of the database of a configuration; makes the data folder where it is in there."""
    if config.database_url is not None:
        return config.database_url
    _make_data_folder(config)
    return config.sqlite_url


def existing_database_url(config: Config) -> str:
    """The URL of a database that is there. Raises ConfigError; nothing is made."""
    if config.database_url is None and not config.database_file.exists():
        raise ConfigError(f"there is no database in {config.data_dir} (PENSTOCK_DATA_DIR)")
    return config.database_url or config.sqlite_url


def secret_key(config: Config) -> bytes:
    """The key of all secrets: the configured one, or a 0600 file in the data folder.

    The file is made where there is none. Raises ConfigError.
    """
    if config.secret_key is not None:
        return config.secret_key.encode()
    _make_data_folder(config)
    file = key_file(config)
    try:
        _make_key_file(file)
        return file.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"the key file {file} cannot be used: {error.strerror}") from None


def _make_data_folder(config: Config) -> None:
    try:
        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"PENSTOCK_DATA_DIR: {config.data_dir} cannot be made: {error.strerror}"
        ) from None


def _make_key_file(file: Path) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secrets.token_urlsafe(32))
        opened.flush()
        os.fsync(opened.fileno())
