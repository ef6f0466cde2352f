"""The load generator counts right answers, and stops at any other."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from bench import servers
from bench.load import Load, generate, measure
from bench.posting import Target, UnexpectedAnswer
from bench.servers import Server, ServerFailed

SHORT = Load(connections=3, seconds=0.1, warm_up=0)


@pytest.fixture
def upstream(tmp_path, monkeypatch) -> Iterator[Server]:
    monkeypatch.setattr(servers, "_nginx", lambda: None)
    with servers.upstream(tmp_path) as server:
        yield server


def target(server: Server, status: int = 200) -> Target:
    return Target(server.port, "/partners/p-88/sync", b'{"id":"4711"}', status)


def test_answers_are_counted_and_timed(upstream):
    measured = generate(target(upstream), SHORT)
    assert measured.rate > 0
    assert 0 < measured.median_ms <= measured.p99_ms


def test_a_process_of_its_own_measures_the_same(upstream):
    assert measure(target(upstream), SHORT).rate > 0


def test_many_callers_of_a_slow_partner_wait_at_once(tmp_path):
    with servers.slow_upstream(tmp_path) as slow:
        spread = Load(connections=100, seconds=0.7, warm_up=0, spread=0.3)
        measured = generate(target(slow), spread)
    assert measured.median_ms >= 300
    under_way = measured.rate * measured.median_ms / 1000  # Little's law
    assert under_way > 10


def test_another_status_is_shown_instead_of_counted(upstream):
    with pytest.raises(UnexpectedAnswer, match="200 OK"):
        generate(target(upstream, status=202), SHORT)
    with pytest.raises(UnexpectedAnswer, match=r"^/partners/p-88/sync: HTTP/1\.1 200 OK"):
        measure(target(upstream, status=202), SHORT)


def test_a_server_that_ends_at_its_start_is_told_with_what_it_said(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "_nginx", lambda: None)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        monkeypatch.setattr(servers, "free_port", lambda: holder.getsockname()[1])
        with pytest.raises(ServerFailed, match="address already in use"):
            servers.upstream(tmp_path).__enter__()
