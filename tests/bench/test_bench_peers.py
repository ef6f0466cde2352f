"""Other programs beside Penstock: who is found, what they are asked, and what is made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import node_red
from bench.load import Load
from bench.peer_figures import peer_figures
from bench.peers import PeerRound, Peers, n8n_of, running_peers, target_at
from bench.servers import Server
from bench.tables import sections
from tests.support.measurements import measured, round_with

ACCEPT, ANSWER = "PENSTOCK_BENCH_N8N_ACCEPT_URL", "PENSTOCK_BENCH_N8N_RR_URL"


def beside(ours: float, echo: float, answered: float):
    peers = PeerRound({"node_red": measured(echo)}, {"node_red": measured(answered)})
    return replace(round_with(ours, 4000), peers=peers)


def test_ratios_to_peers_are_taken_within_a_round_first():
    rounds = [beside(1000, 5000, 500), beside(2000, 4000, 4000), beside(900, 3000, 1800)]
    found = peer_figures(rounds)["peers"]["node_red"]
    assert (found["echo"]["rate"], found["echo"]["ratio"]) == (4000, 0.3)
    assert (found["request_response"]["rate"], found["request_response"]["ratio"]) == (1800, 0.5)


def test_a_peer_that_was_asked_one_thing_has_figures_of_that_alone():
    taken = replace(round_with(1000, 2000), peers=PeerRound({"n8n": measured(100)}))
    assert peer_figures([taken])["peers"] == {
        "n8n": {"accept": {"rate": 100, "ratio": 10.0, "median_ms": 2.0, "p99_ms": 9.0}}
    }


def test_who_was_left_out_stands_with_the_reason_below_the_table(figures):
    missing = {"node_red": "npm is not on the PATH"}
    taken = replace(round_with(1000, 2000), peers=PeerRound(missing=missing))
    text = sections({**figures, **peer_figures([taken])})
    assert "Node-RED was left out: npm is not on the PATH." in text


def test_rates_of_peers_stand_in_a_section_of_their_own(figures):
    text = sections({**figures, **peer_figures([beside(1000, 4000, 500)])})
    assert "| Node-RED: echo | 4000/s | 0.25 | 2.0 ms | 9.0 ms |" in text
    assert "| Node-RED: request-response | 500/s | 2.00 | 2.0 ms | 9.0 ms |" in text


def test_n8n_is_measured_where_its_urls_say_it_is():
    assert n8n_of({}) is None
    peer = n8n_of({ACCEPT: "http://n8n.example:5678/webhook/a?x=1"})
    assert peer is not None
    assert peer.request_response is None
    target = peer.accept
    assert (target.host, target.port, target.path) == ("n8n.example", 5678, "/webhook/a?x=1")
    assert target.request().startswith(
        b"POST /webhook/a?x=1 HTTP/1.1\r\nHost: n8n.example:5678\r\n"
    )
    assert n8n_of({ANSWER: "http://n8n.example/webhook/b"}).request_response.port == 80


@pytest.mark.parametrize("url", ["https://n8n.example/webhook/a", "n8n.example:5678/webhook"])
def test_a_url_that_cannot_be_loaded_is_refused_in_words(url):
    with pytest.raises(ValueError, match="plain HTTP"):
        target_at(url)


def test_without_npm_the_peer_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(node_red.shutil, "which", lambda name: None if name == "npm" else name)
    for name in (ACCEPT, ANSWER):
        monkeypatch.delenv(name, raising=False)
    with running_peers(tmp_path, Server(1, 1, 0.0)) as peers:
        assert peers == Peers(
            {}, {"node_red": "npm is not on the PATH", "n8n": "no URL is configured"}
        )
        assert peers.accept(Load()) == peers.request_response(Load()) == {}


def test_a_failed_installation_leaves_nothing_behind(tmp_path, monkeypatch):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nmkdir -p $3/node_modules/node-red; exit 1\n")
    npm.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(node_red.shutil, "which", lambda name: name)
    monkeypatch.setattr(node_red, "FOLDER", tmp_path / "cache" / "node-red")
    with pytest.raises(node_red.NodeRedMissing, match="could not install"):
        node_red.installed()
    assert list((tmp_path / "cache").iterdir()) == []


def test_every_wire_of_the_flows_leads_to_a_node():
    nodes = node_red.flows(4711)
    names = [node["id"] for node in nodes]
    assert len(set(names)) == len(names)
    assert {to for node in nodes for wire in node.get("wires", []) for to in wire} <= set(names)
    assert [node["url"] for node in nodes if node["type"] == "http in"] == [
        "/bench/echo",
        "/bench/rr",
        "/healthz",
    ]
    assert any("http://127.0.0.1:4711/partners/" in node.get("func", "") for node in nodes)
