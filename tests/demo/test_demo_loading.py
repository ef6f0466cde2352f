"""The demo loads the examples once, and keeps those nobody changed at the partner of each start."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from api.demo import Demo, allow_partner, example_names, may_call_partner
from api.listening import Address
from app import WholeInstallation
from core.config import Config
from core.errors import NotFoundError
from core.run_store import RunFilter
from core.writes import ListQuery

FIRST = Address(ip_address("127.0.0.1"), 8080)
LATER = Address(ip_address("127.0.0.1"), 9000)


@pytest.fixture
def service(tmp_path):
    with WholeInstallation().open(Config(data_dir=tmp_path / "data")) as opened:
        yield opened


def sync_url(service) -> str:
    document = service.automations.get("default", "partner-sync").published
    return document["steps"][0]["with"]["url"]


def test_an_empty_tenant_gets_every_example_and_its_secrets(service):
    Demo(service, FIRST).load()
    loaded = service.automations.list("default", ListQuery()).items
    assert [automation.id for automation in loaded] == example_names()
    assert {automation.published for automation in loaded} == {1}
    assert sync_url(service).startswith("http://127.0.0.1:8080/demo/partner/partners/")
    assert {secret.entry.name for secret in service.secrets.list("default")} >= {"PARTNER_TOKEN"}


def test_the_collections_of_the_examples_come_with_records_and_start_nothing(service):
    Demo(service, FIRST).load()
    assert service.records.get("default", "customers", "C-1042").values["name"] == "Zoë Ødegård"
    assert service.runs.list("default", RunFilter(), ListQuery()).items == ()
    assert service.store.platform_events.waiting(10) == []


def test_a_collection_of_ones_own_is_left_alone(service):
    service.collections.put("default", "customers", {"description": "mine"})
    Demo(service, FIRST).load()
    assert service.collections.get("default", "customers").schema == {"description": "mine"}
    assert service.collections.get("default", "customers").records == 0


def test_every_example_comes_with_a_sample_as_its_trigger_takes_it(service):
    Demo(service, FIRST).load()
    kept = {name: service.samples.list("default", name) for name in example_names()}
    assert {one.source for samples in kept.values() for one in samples} == {"example"}
    assert {name: len(samples) for name, samples in kept.items()} == dict.fromkeys(kept, 1)
    assert kept["public-form"][0].event["body"]["name"] == "Ada Lovelace"
    assert kept["payment-authorisation"][0].event["params"] == {"till": "12"}
    assert kept["order-fan-out"][0].event["headers"]["x-shop-token"] == "[masked]"


def test_a_second_start_at_the_same_address_changes_nothing(service):
    Demo(service, FIRST).load()
    service.secrets.put("default", "PARTNER_TOKEN", "changed by a person")
    service.automations.delete("default", "public-form")
    Demo(service, FIRST).load()
    assert service.automations.get("default", "partner-sync").automation.published == 1
    assert service.store.secrets.reveal_all("default")["PARTNER_TOKEN"] == "changed by a person"
    with pytest.raises(NotFoundError):
        service.automations.get("default", "public-form")


def test_at_another_address_the_examples_follow_the_partner(service):
    Demo(service, FIRST).load()
    demo = Demo(service, LATER)
    assert not demo.calls_partner("partner-sync")
    demo.load()
    assert demo.calls_partner("partner-sync")
    assert sync_url(service).startswith("http://127.0.0.1:9000/demo/partner/")
    assert service.automations.get("default", "partner-sync").automation.published == 2


def test_what_a_person_changed_or_is_changing_is_left_alone(service):
    Demo(service, FIRST).load()
    changed = dict(service.automations.get("default", "partner-sync").published)
    changed["name"] = "My own sync"
    service.automations.put("default", "partner-sync", changed)
    service.versions.publish("default", "partner-sync")
    service.automations.put("default", "health-ping", {"name": "Not ready"})
    demo = Demo(service, LATER)
    demo.load()
    assert ":8080/" in sync_url(service)
    assert not demo.calls_partner("partner-sync")
    health = service.automations.get("default", "health-ping").automation
    assert (health.draft, health.published) == ({"name": "Not ready"}, 1)


def test_a_tenant_that_is_in_use_gets_no_examples(service):
    service.automations.create("default", {"name": "My own"})
    demo = Demo(service, FIRST)
    demo.load()
    assert len(service.automations.list("default", ListQuery()).items) == 1
    assert not demo.calls_partner("partner-sync")


@pytest.mark.parametrize(
    ("host", "allowed", "expected"),
    [
        ("127.0.0.1", "", "127.0.0.1/32"),
        ("::1", "10.0.0.0/8", "10.0.0.0/8,::1/128"),
        ("0.0.0.0", "", ""),
        ("192.168.1.5", "10.0.0.0/8", "10.0.0.0/8"),
    ],
)
def test_automations_may_call_this_machine_only_where_no_other_can_ask_them_to(
    host, allowed, expected
):
    address = Address(ip_address(host), 8080)
    config = allow_partner(Config(allow_private=allowed), address)
    assert config.allow_private == expected
    assert may_call_partner(config, address) is address.is_for_this_machine


@pytest.mark.parametrize(
    ("host", "url", "network"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080", "127.0.0.1/32"),
        ("::", "http://[::1]:8080", "::1/128"),
        ("192.168.1.5", "http://192.168.1.5:8080", "192.168.0.0/16"),
    ],
)
def test_an_operator_can_allow_it_on_a_server_that_others_reach(host, url, network):
    address = Address(ip_address(host), 8080)
    assert address.url == url
    assert not may_call_partner(Config(), address)
    assert may_call_partner(Config(allow_private=f"10.0.0.0/8, {network}"), address)
