"""The compose files: judged by the schema of such files and by what the parts need of each other.

No Docker runs here. nginx's part of it is run in test_front.py, the image in test_image.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from api.supervisor import KILL_SECONDS, ONE_WISH_SECONDS
from core.config import read_config
from store.engines import READERS
from tests.support.certificates import Authority
from tests.support.compose import (
    FOLDER,
    MissingVariable,
    compose,
    example_variables,
    mounts,
    variables_of,
)
from tests.support.nginx import check_files

FILLED = {
    "PENSTOCK_SECRET_KEY": "a key of sixteen characters and more",
    "POSTGRES_PASSWORD": "secret",
    "PENSTOCK_PUBLIC_URL": "https://penstock.example.com",
}
SERVICES = compose(FILLED, "compose.yaml")["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}


@pytest.mark.parametrize("name", ["compose.yaml", "compose.tls.yaml"])
def test_the_schema_of_compose_files_finds_no_fault(name):
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", FOLDER / name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_there_are_two_of_each_and_what_they_need():
    commands = [one["command"] for one in OURS.values()]
    assert commands.count(["web"]) == 2
    assert OURS["worker"]["command"] == ["worker"]
    assert OURS["worker"]["deploy"]["replicas"] == 2
    assert set(SERVICES) - set(OURS) == {"nginx", "postgres", "redis"}


def test_every_process_of_ours_has_the_same_settings_and_they_can_be_used():
    (settings,) = {tuple(sorted(one["environment"].items())) for one in OURS.values()}
    config = read_config(dict(settings))
    assert config.database_url == "postgresql+psycopg://penstock:secret@postgres/penstock"
    assert config.redis_url == "redis://redis"
    assert config.public_url == "https://penstock.example.com"
    assert config.bootstrap_api_key is None


def test_nginx_alone_is_believed_and_knows_every_web_process():
    config = read_config(SERVICES["web-1"]["environment"])
    nginx = SERVICES["nginx"]["networks"]["front"]["ipv4_address"]
    assert config.trusted_proxies == (ip_network(nginx),)
    listed = re.findall(r"^server (\S+):8080 ", mounts_text("webs.conf"), re.M)
    assert listed == [name for name, one in OURS.items() if one["command"] == ["web"]]
    addresses = {SERVICES[name]["networks"]["front"]["ipv4_address"] for name in listed}
    assert len(addresses | {nginx}) == 3


@pytest.mark.parametrize("files", [["compose.yaml"], ["compose.yaml", "compose.tls.yaml"]])
def test_what_nginx_is_given_is_a_whole_configuration(files, tmp_path):
    services = compose(FILLED, *files)["services"]
    given = mounts(services["nginx"])
    texts = {target: file.read_text() for target, file in given.items() if file.is_file()}
    for name in ("web-1", "web-2"):
        address = services[name]["networks"]["front"]["ipv4_address"]
        texts = {target: text.replace(name, address) for target, text in texts.items()}
    if "/etc/nginx/tls" in given:
        issued = Authority(tmp_path).issue("penstock.example.com")
        texts |= {
            "/etc/nginx/tls/tls.crt": issued.certificate,
            "/etc/nginx/tls/tls.key": issued.key,
        }
        assert "443:8443" in services["nginx"]["ports"]
    inside = {target.removeprefix("/etc/nginx/"): text for target, text in texts.items()}
    assert "test is successful" in check_files(tmp_path / "nginx", inside)


def test_whatever_ends_starts_again_and_says_how_it_is():
    for name, service in SERVICES.items():
        assert service["restart"] == "unless-stopped", name
        # The image of ours has a health check of its own.
        assert "healthcheck" in service or "build" in service, name
    for service in OURS.values():
        waits_for = service["depends_on"]
        assert {one["condition"] for one in waits_for.values()} == {"service_healthy"}
        grace = float(service["stop_grace_period"].removesuffix("s"))
        assert grace > KILL_SECONDS + ONE_WISH_SECONDS


def test_nobody_has_more_rights_than_needed():
    for name in [*OURS, "nginx"]:
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    published = {name for name, one in SERVICES.items() if "ports" in one}
    assert published == {"nginx"}


def test_postgres_has_connections_for_everyone():
    command = " ".join(SERVICES["postgres"]["command"])
    (most,) = re.findall(r"max_connections=(\d+)", command)
    processes = 2 + OURS["worker"]["deploy"]["replicas"]
    assert int(most) >= 2 * READERS * processes + 10


def test_secrets_stand_in_the_env_file_alone():
    for name in ("PENSTOCK_SECRET_KEY", "POSTGRES_PASSWORD", "PENSTOCK_PUBLIC_URL"):
        with pytest.raises(MissingVariable, match=name):
            compose({**FILLED, name: ""}, "compose.yaml")
    asked = variables_of("compose.yaml") | variables_of("compose.tls.yaml")
    assert asked - example_variables() == {"PENSTOCK_IMAGE", "PENSTOCK_ASSETS"}
    assert example_variables() <= asked


def mounts_text(name: str) -> str:
    return mounts(SERVICES["nginx"])[f"/etc/nginx/penstock/{name}"].read_text()
