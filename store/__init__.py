"""The only room that knows SQL; SQLite and PostgreSQL stand behind the same functions."""

from store.cipher import Cipher
from store.sql_store import SqlStore, open_store

__all__ = ["Cipher", "SqlStore", "open_store"]
