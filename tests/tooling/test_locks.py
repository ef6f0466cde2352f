"""The locks hold every dependency, with hashes, and say nothing about where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "requirements"
ENTRY = re.compile(
    r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==([^ ]+)(?: ; .+)? \\\n((?:    --hash.+\n?)+)", re.M
)
EVERY_LOCK = pytest.mark.parametrize("lock", ["run", "otel", "dev"])


def versions(lock: str) -> dict[str, str]:
    text = (LOCKS / f"{lock}.lock").read_text()
    return {name: version for name, version, _ in ENTRY.findall(text)}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@EVERY_LOCK
def test_no_address_is_in_a_lock(lock):
    text = (LOCKS / f"{lock}.lock").read_text()
    assert "://" not in text
    assert "index" not in text


@EVERY_LOCK
def test_every_line_belongs_to_a_version_with_hashes(lock):
    text = (LOCKS / f"{lock}.lock").read_text()
    assert ENTRY.sub("", text) == ""


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run", project()["project"]["dependencies"]),
        ("run", project()["dependency-groups"]["build"]),
        ("otel", project()["project"]["dependencies"]),
        ("otel", project()["project"]["optional-dependencies"]["otel"]),
        ("dev", [each for each in project()["dependency-groups"]["dev"] if isinstance(each, str)]),
    ],
)
def test_what_the_project_asks_for_is_locked_in_a_version_that_fits(lock, wanted):
    locked = versions(lock)
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version in requirement.specifier, f"{requirement}: run make lock"


def test_the_tests_have_the_extra_as_it_is_installed():
    groups = project()["dependency-groups"]["dev"]
    assert set(project()["project"]["optional-dependencies"]["otel"]) <= set(map(str, groups))


def test_the_environment_of_the_tests_has_the_versions_of_the_one_that_runs():
    assert versions("run").items() <= versions("otel").items() <= versions("dev").items()
