"""The only room that knows SQL; SQLite and PostgreSQL stand behind the same functions.

Beside them what is counted and soon forgotten: requests, in memory or in Redis.
"""

from store.cipher import Cipher
from store.compacting import Sizes, compact
from store.copying import back_up, copy_database, restore
from store.inspection import inspect_database
from store.redis_reach import reach_redis
from store.request_counters import open_counter
from store.sql_store import SqlStore, open_store

__all__ = [
    "Cipher",
    "Sizes",
    "SqlStore",
    "back_up",
    "compact",
    "copy_database",
    "inspect_database",
    "open_counter",
    "open_store",
    "reach_redis",
    "restore",
]
