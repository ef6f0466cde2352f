"""The only room that knows SQL; SQLite and PostgreSQL stand behind the same functions."""

from store.cipher import Cipher
from store.copying import back_up, copy_database, restore
from store.sql_store import SqlStore, open_store

__all__ = ["Cipher", "SqlStore", "back_up", "copy_database", "open_store", "restore"]
