"""The only room that knows SQL; SQLite and PostgreSQL stand behind the same functions."""

from store.cipher import Cipher
from store.compacting import Sizes, compact
from store.copying import back_up, copy_database, restore
from store.sql_store import SqlStore, open_store

__all__ = [
    "Cipher",
    "Sizes",
    "SqlStore",
    "back_up",
    "compact",
    "copy_database",
    "open_store",
    "restore",
]
