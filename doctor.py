"""Looks at an installation without changing it: part of the front door, for `penstock doctor`."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from core.config import Config
from core.errors import PenstockError
from core.findings import Finding, fault, fine, warning
from data_folder import key_file, lock_file
from store import Cipher, inspect_database, reach_redis

LEAST_FREE = 1 << 30
"""Bytes that should be free on the disk of the data folder."""


def examine(config: Config) -> Iterator[Finding]:
    """Everything that was looked at, from the folder to what waits."""
    yield from _folder(config)
    key = _key(config)
    if isinstance(key, Finding):
        yield key
        return
    yield from _key_file(config)
    yield from _database(config, key)
    if config.redis_url is not None:
        yield reach_redis(config.redis_url)


def _folder(config: Config) -> Iterator[Finding]:
    if config.database_url is not None and config.secret_key is not None:
        return
    folder = config.data_dir
    if not folder.is_dir():
        yield fault(f"there is no data folder {folder}: name it in PENSTOCK_DATA_DIR")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield fault(f"the data folder {folder} cannot be written by this user: chown it")
    free = shutil.disk_usage(folder).free
    words = f"{free / 2**30:,.1f} GiB are free on the disk of {folder}"
    yield fine(words) if free >= LEAST_FREE else warning(f"only {words}: make room")
    if config.database_url is None:
        yield _lock(lock_file(config))


def _lock(file: Path) -> Finding:
    try:
        with file.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return warning("no server has used the data folder yet; start `penstock run`")
    except BlockingIOError:
        return fine(f"process {file.read_text().strip()} uses the data folder")
    except OSError as error:
        return fault(f"the lock {file} cannot be looked at: {error.strerror}")
    return warning("no server uses the data folder; start `penstock run`")


def _key(config: Config) -> bytes | Finding:
    """The key of secrets; nothing is made."""
    if config.secret_key is not None:
        return config.secret_key.encode()
    file = key_file(config)
    try:
        return file.read_bytes().strip()
    except OSError as error:
        return fault(
            f"the key file {file} cannot be read ({error.strerror}): bring it back from a backup, "
            "or set PENSTOCK_SECRET_KEY to what it held; a new installation makes it at its start"
        )


def _key_file(config: Config) -> Iterator[Finding]:
    if config.secret_key is not None:
        return
    file = key_file(config)
    if file.stat().st_mode & 0o077:
        yield fault(f"others than its owner may read the key file {file}: chmod 600 {file}")
    else:
        yield fine(f"the key file {file} is its owner's alone")


def _database(config: Config, key: bytes) -> Iterator[Finding]:
    if config.database_url is None and not config.database_file.exists():
        yield fault(f"there is no database in {config.data_dir}: start `penstock run` once")
        return
    if config.database_url is None and not os.access(config.database_file, os.W_OK):
        yield fault(f"{config.database_file} cannot be written by this user: chown it")
    url = config.database_url or config.sqlite_url
    try:
        yield from inspect_database(url, Cipher(key), time.time_ns() // 1_000_000)
    except PenstockError as error:
        yield fault(f"the database cannot be used: {' '.join(str(error).split())}")
