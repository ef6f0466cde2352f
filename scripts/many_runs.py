"""Fills a database with ended runs, their events, journals and requests, to measure over them."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

DAYS = 30
AUTOMATIONS = 20
_ID = "printf('%08x-%04x-7%03x-8%03x-%012x', m >> 16, m & 65535, i % 4096, i % 4095, i)"
_ROWS = f"""
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :count - 1),
r AS (
  SELECT i, CAST(:first + i * :apart AS INTEGER) m, ABS(RANDOM()) % 1000 x,
         'auto-' || (ABS(RANDOM()) % {AUTOMATIONS}) a, ABS(RANDOM()) % 5000 d
  FROM n
)
"""
_RUNS = f"""
INSERT INTO runs (id, tenant, automation_id, version, event_id, status, token, created_at,
                  deadline, started_at, finished_at, output, error, awaited)
{_ROWS}
SELECT {_ID}, :tenant, a, 1, {_ID},
       CASE WHEN x < 30 THEN 'failed' WHEN x < 37 THEN 'halted' ELSE 'succeeded' END,
       1, m, m + 86400000, m, m + d, CAST('{{"status": 200}}' AS BLOB),
       CASE WHEN x < 37 THEN 'step sync: the partner answered ' || (500 + x % 4) END, 0
FROM r
"""
_REQUESTS = f"""
INSERT INTO requests (id, tenant, direction, method, url, started_at, duration, request_headers,
                      request_body, status, response_headers, response_body, automation_id,
                      event_id, run_id, step_id, attempt)
{_ROWS}
SELECT {_ID}, :tenant, CASE WHEN i % 2 THEN 'in' ELSE 'out' END, 'POST',
       CASE WHEN i % 2 THEN '/hooks/' || :tenant || '/orders'
            ELSE 'https://partner.example/p' || i % 977 END,
       m, d, CAST('{{}}' AS BLOB), RANDOMBLOB(1000), CASE WHEN x < 30 THEN 503 ELSE 200 END,
       CAST('{{}}' AS BLOB), RANDOMBLOB(300), a, {_ID}, {_ID}, 'sync', 1
FROM r
"""


_EVENTS = f"""
INSERT INTO events (id, tenant, automation_id, type, received_at, method, path, query, headers,
                    params, raw)
{_ROWS}
SELECT {_ID}, :tenant, a, 'webhook', m, 'POST', '/hooks/' || :tenant || '/orders',
       CAST('{{}}' AS BLOB), CAST('{{"content-type": "application/json"}}' AS BLOB),
       CAST('{{}}' AS BLOB),
       CAST('{{"order": {{"id": ' || i || ', "note": "' || HEX(RANDOMBLOB(100)) || '"}}}}' AS BLOB)
FROM r
"""
_STEPS = f"""
INSERT INTO step_runs (run_id, step_id, tenant, status, port, output, started_at, finished_at,
                       attempts)
{_ROWS}
SELECT {_ID}, 'sync', :tenant, 'succeeded', 'success', CAST('{{"status": 200}}' AS BLOB), m, m + d,
       CAST('[]' AS BLOB)
FROM r
"""


def fill(database: Path, count: int, tenant: str = "default") -> None:
    """Adds so many runs and requests of the last 30 days to a tenant."""
    now = int(time.time() * 1000)
    first = now - DAYS * 86_400_000
    given = {"count": count, "first": first, "apart": (now - first) / count, "tenant": tenant}
    with sqlite3.connect(database, timeout=60) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for statement in (_EVENTS, _RUNS, _STEPS, _REQUESTS):
            connection.execute(statement, given)
        connection.execute("DELETE FROM run_statistics_marks")
    connection.close()


def are_counted(database: Path) -> bool:
    """Whether the server has counted them; it begins to when its working process starts anew."""
    with sqlite3.connect(database, timeout=60) as connection:
        (until,) = connection.execute(
            "SELECT MAX(counted_until) FROM run_statistics_marks"
        ).fetchone()
    connection.close()
    return until is not None and until > time.time() * 1000 - 3_600_000
