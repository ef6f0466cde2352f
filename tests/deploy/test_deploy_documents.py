"""What the documentation of `deploy/` refers to is there, and of `deploy/` nothing is left out."""

from __future__ import annotations

import re

import pytest

from tests.support.server import ROOT

DOCUMENTS = ROOT / "docs"
PAGE = (DOCUMENTS / "many-machines.md").read_text()


@pytest.mark.parametrize("name", ["many-machines.md", "observing.md", "operating.md"])
def test_every_link_leads_somewhere(name):
    text = (DOCUMENTS / name).read_text()
    headings = {
        heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        assert not path or (DOCUMENTS / path).exists(), target
        assert path or anchor in headings, target


def test_every_part_of_deploy_is_told_of():
    parts = {entry.name for entry in (ROOT / "deploy").iterdir()}
    assert {part for part in parts if f"deploy/{part}" not in PAGE} == set()


def test_commands_name_files_that_are_there():
    named = set(re.findall(r"deploy/[\w./@-]+\w", PAGE)) | set(
        re.findall(r"`([\w.-]+\.(?:conf|yaml|service))`", PAGE)
    )
    assert named
    for name in named:
        found = list(ROOT.glob(name)) or list((ROOT / "deploy").rglob(name.rpartition("/")[2]))
        assert found or name == "site.conf", name
