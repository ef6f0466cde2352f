"""A connection to PostgreSQL whose network is cut is given up soon."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import func, select

from store.database import Database
from tests.support.postgres import PostgresServer


def socket_of(database: Database) -> socket.socket:
    connection = database.connect()
    try:
        return socket.socket(fileno=socket.dup(connection.driver_connection.fileno()))
    finally:
        connection.close()


def option(found: socket.socket, name: str) -> int:
    return found.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))


@pytest.mark.parametrize(
    ("query", "milliseconds"), [("", 15_000), ("?tcp_user_timeout=9000", 9_000)]
)
def test_silence_is_not_waited_for_longer_than_a_lease(
    postgres: PostgresServer, query: str, milliseconds: int
) -> None:
    database = Database(postgres.new_database() + query)

    with socket_of(database) as found:
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert option(found, "TCP_USER_TIMEOUT") == milliseconds
        assert option(found, "TCP_KEEPIDLE") + 2 * option(found, "TCP_KEEPINTVL") <= 15

    database.close()


def test_the_server_gives_up_whoever_was_cut_off_as_soon(postgres: PostgresServer) -> None:
    """Until then it keeps the locks of a transaction that nobody can end any more."""
    database = Database(postgres.new_database())

    def setting(name: str) -> int:
        row = database.first(select(func.current_setting(name)))
        return int(str(row[0]).removesuffix("s") if row else 0)

    until_probed, between, probes = (
        setting(f"tcp_keepalives_{part}") for part in ("idle", "interval", "count")
    )
    database.close()

    assert 0 < until_probed + between * probes <= 15
