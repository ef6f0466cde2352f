"""A connection to PostgreSQL whose network is cut is given up soon."""

from __future__ import annotations

import socket

import pytest

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
