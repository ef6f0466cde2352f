"""The Kubernetes manifests: judged by the API's schema and by what the parts need of each other.

No Kubernetes runs here. nginx's part is run in test_front.py, the image in test_image.py.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from api.supervisor import KILL_SECONDS, ONE_WISH_SECONDS
from core.config import read_config
from store.engines import READERS
from tests.support.certificates import Authority
from tests.support.dockerfile import stages, values
from tests.support.kubernetes import (
    BEHAVIOUR,
    FOLDER,
    Manifest,
    definition_of,
    faults,
    kustomization,
    manifests,
)
from tests.support.nginx import check_files
from tests.support.server import ROOT

ALL = list(manifests())
OURS = ("penstock-web", "penstock-worker")
LONGEST_WAIT = 300
"""Seconds that a caller may wait: the most that `respond_timeout` takes."""


def named(kind: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in ALL if one["kind"] == kind}


DEPLOYMENTS = named("Deployment")
SERVICES = named("Service")
EVERY_DEPLOYMENT = pytest.mark.parametrize("name", DEPLOYMENTS)


@pytest.mark.parametrize(
    "manifest", ALL, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}"
)
def test_kubernetes_takes_it(manifest):
    assert faults(manifest, definition_of(manifest)) == []


def test_the_schema_refuses_what_it_should():
    web = DEPLOYMENTS["penstock-web"]
    spec = {**web["spec"], "replica": 2}
    assert faults({**web, "spec": spec}, definition_of(web)) != []
    assert faults({**web, "spec": {**web["spec"], "replicas": "two"}}, definition_of(web)) != []


@EVERY_DEPLOYMENT
def test_who_looks_for_its_pods_finds_them(name):
    deployment = DEPLOYMENTS[name]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    component = labels["app.kubernetes.io/component"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert deployment["metadata"]["labels"] == labels
    spread = pod(name).get("topologySpreadConstraints", ())
    assert all(one["labelSelector"]["matchLabels"] == labels for one in spread)
    selectors = [one["spec"]["selector"] for one in SERVICES.values()]
    assert component == "worker" or labels in selectors
    budgets = [
        one["spec"]["selector"]["matchLabels"] for one in named("PodDisruptionBudget").values()
    ]
    assert component == "redis" or labels in budgets
    assert name == "penstock-redis" or deployment["spec"]["replicas"] >= 2


def test_services_lead_to_ports_that_pods_have():
    for service in SERVICES.values():
        selector = service["spec"]["selector"]
        (target,) = [
            one
            for one in DEPLOYMENTS.values()
            if one["spec"]["template"]["metadata"]["labels"] == selector
        ]
        ports = {port["name"] for port in container(target["metadata"]["name"])["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


@pytest.mark.parametrize("name", OURS)
def test_processes_are_asked_whether_they_live_and_whether_they_can_work(name):
    asked = container(name)
    assert asked["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert asked["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert asked["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    (port,) = [port["containerPort"] for port in asked["ports"]]
    assert [str(port)] == values(stages()[-1], "EXPOSE")


@EVERY_DEPLOYMENT
def test_every_pod_is_asked_how_it_is_and_may_do_little(name):
    asked = container(name)
    assert {"livenessProbe", "readinessProbe"} <= asked.keys()
    assert asked["resources"]["requests"].keys() == {"cpu", "memory"}
    assert asked["resources"]["limits"].keys() == {"memory"}
    assert asked["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(name)["securityContext"]["runAsNonRoot"]
    assert pod(name)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod(name)["automountServiceAccountToken"]


@pytest.mark.parametrize("name", OURS)
def test_a_pod_of_ours_is_the_user_of_the_image_and_has_no_foreign_settings(name):
    (user,) = values(stages()[-1], "USER")
    context = pod(name)["securityContext"]
    assert f"{context['runAsUser']}:{context['runAsGroup']}" == user
    # Kubernetes would set PENSTOCK_… for each Service that is called penstock-….
    assert pod(name)["enableServiceLinks"] is False


@pytest.mark.parametrize("name", OURS)
def test_a_stop_has_the_time_it_takes(name):
    before = container(name).get("lifecycle", {}).get("preStop", {}).get("sleep", {"seconds": 0})
    needed = before["seconds"] + KILL_SECONDS + ONE_WISH_SECONDS
    assert pod(name)["terminationGracePeriodSeconds"] > needed


def test_nginx_stops_when_the_last_caller_has_its_answer():
    before = container("penstock-nginx")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod("penstock-nginx")["terminationGracePeriodSeconds"] >= LONGEST_WAIT + before


def test_the_settings_can_be_used_and_are_there_for_both():
    given = named("ConfigMap")["penstock-settings"]["data"]
    secret = named("Secret")["penstock-secrets"]["stringData"]
    config = read_config({**given, **secret, "PENSTOCK_SECRET_KEY": "k" * 32})
    assert (config.database_url or "").startswith("postgresql+psycopg://")
    assert config.redis_url == "redis://penstock-redis"
    assert config.redis_url.removeprefix("redis://") in SERVICES
    for name in OURS:
        sources = container(name)["envFrom"]
        assert {"configMapRef": {"name": "penstock-settings"}} in sources
        assert {"secretRef": {"name": "penstock-secrets"}} in sources


def test_what_nginx_is_given_is_a_whole_configuration(tmp_path):
    mounts = {one["mountPath"] for one in container("penstock-nginx")["volumeMounts"]}
    assert mounts >= {"/etc/nginx/nginx.conf", "/etc/nginx/penstock", "/etc/nginx/tls"}
    maps = named("ConfigMap")
    texts = {**maps["penstock-nginx"]["data"], **maps["penstock-webs"]["data"]}
    issued = Authority(tmp_path).issue("penstock.example.com")
    files = {"tls/tls.crt": issued.certificate, "tls/tls.key": issued.key}
    for key, text in texts.items():
        name = key if key == "nginx.conf" else f"penstock/{key}"
        files[name] = text.replace("penstock-web:", "127.0.0.1:")
    assert "penstock-web" in SERVICES
    assert "test is successful" in check_files(tmp_path / "nginx", files)


def test_nobody_but_nginx_and_prometheus_comes_to_the_web_processes():
    policy = named("NetworkPolicy")["penstock-web"]["spec"]
    assert policy["podSelector"]["matchLabels"] == labels_of("penstock-web")
    (rule,) = policy["ingress"]
    nginx, prometheus = rule["from"]
    assert nginx == {"podSelector": {"matchLabels": labels_of("penstock-nginx")}}
    assert prometheus.keys() == {"namespaceSelector"}


def test_workers_are_scaled_by_the_age_of_the_queue():
    component = kustomization(FOLDER / "autoscaling")
    assert component["kind"] == "Component"
    (scaled,) = manifests(FOLDER / "autoscaling")
    spec = scaled["spec"]
    (trigger,) = spec["triggers"]
    assert spec["scaleTargetRef"]["name"] in DEPLOYMENTS
    assert "penstock_oldest_due_seconds" in trigger["metadata"]["query"]
    assert (trigger["type"], trigger["metricType"]) == ("prometheus", "Value")
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    assert 2 <= spec["minReplicaCount"] < spec["maxReplicaCount"]
    behaviour = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert faults(behaviour, BEHAVIOUR) == []
    words = (FOLDER / "autoscaling" / "scaled-object.yaml").read_text()
    assert f"{2 * READERS} connections" in words


@pytest.mark.parametrize("autoscaling", [False, True])
def test_kustomize_puts_them_together(autoscaling, tmp_path):
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is missing, and of Debian 12 too old a one: its kustomize is 2.0")
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    folder = tmp_path / "deploy" / "kubernetes"
    (folder / "secrets.env").write_text((folder / "secrets.env.example").read_text())
    if autoscaling:
        file = folder / "kustomization.yaml"
        file.write_text(file.read_text().replace("#components:\n#  -", "components:\n  -"))
    done = subprocess.run(
        [kubectl, "kustomize", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rendered = list(yaml.safe_load_all(done.stdout))
    kinds = sorted(one["kind"] for one in rendered)
    more = ["ScaledObject"] if autoscaling else []
    assert kinds == sorted([*(one["kind"] for one in ALL), *more])
    (worker,) = [one for one in rendered if names(one, "Deployment", "penstock-worker")]
    assert ("replicas" in worker["spec"]) != autoscaling
    assert set(referred(worker)) <= {one["metadata"]["name"] for one in rendered}
    for one in rendered:
        if one["kind"] not in ("ScaledObject", "Secret"):
            assert faults(one, definition_of(one)) == []


def names(manifest: Manifest, kind: str, name: str) -> bool:
    return manifest["kind"] == kind and manifest["metadata"]["name"] == name


def referred(deployment: Manifest) -> Iterator[str]:
    """The names of what a deployment's settings come from."""
    (asked,) = deployment["spec"]["template"]["spec"]["containers"]
    for source in asked["envFrom"]:
        yield from (reference["name"] for reference in source.values())


def pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    return spec


def container(name: str) -> dict[str, Any]:
    (only,) = pod(name)["containers"]
    asked: dict[str, Any] = only
    return asked


def labels_of(name: str) -> dict[str, str]:
    labels: dict[str, str] = DEPLOYMENTS[name]["spec"]["template"]["metadata"]["labels"]
    return labels
