"""A rule that is made late makes the URLs that it would have made at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Map, Rule

from api.late_rules import LateRule

PATHS = ("/", "/runs", "/runs/<id>", "/<rule>/at/<int:number>", "/files/<path:values>")
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(),
        "rule": st.text(min_size=1),
        "number": st.integers(0, 9999),
        "values": st.text(min_size=1),
        "page": st.text(),
    },
)


@pytest.fixture(scope="module")
def late() -> Map:
    return made_of(LateRule)


def made_of(kind: type[Rule]) -> Map:
    return Map([kind(path, endpoint=path, defaults=defaults) for path, defaults in rules()])


def rules() -> Iterator[tuple[str, dict[str, object] | None]]:
    yield from ((path, None) for path in PATHS)
    yield "/all", {"number": 1}
    yield "/all/<int:number>", None


@pytest.mark.parametrize("path", [path for path, _ in rules()])
@given(values=VALUES, unknown=st.booleans())
def test_urls_are_those_of_a_usual_rule(
    path: str, values: dict[str, object], unknown: bool
) -> None:
    built = []
    for kind in (LateRule, Rule):
        one = next(made_of(kind).iter_rules(path))
        try:
            built.append(one.build(values, append_unknown=unknown))
        except TypeError as error:
            built.append(type(error))
    assert built[0] == built[1]


def test_addresses_are_found_as_ever(late: Map) -> None:
    found = late.bind("penstock.test").match("/files/a/b")
    assert found == ("/files/<path:values>", {"values": "a/b"})
