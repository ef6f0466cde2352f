"""The ids that people may choose for their automations."""

from __future__ import annotations

import pytest

from core.errors import InvalidError, NotFoundError
from tests.support.builders import make_document
from tests.support.workbench import TENANT, Workbench


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("new", "new is reserved; choose another id"),
        ("-orders", "must be letters, digits, '.', '_' and '-', beginning with a letter or digit"),
        ("", "must be letters"),
    ],
)
def test_an_id_that_cannot_be_used_is_refused_with_its_fault(
    bench: Workbench, chosen: str, said: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        bench.service.automations.put(TENANT, chosen, make_document())

    [fault] = refused.value.faults
    assert (fault.path, fault.message[: len(said)]) == ("$.id", said)
    with pytest.raises(NotFoundError):
        bench.service.automations.get(TENANT, chosen)


def test_an_id_may_begin_with_a_reserved_one(bench: Workbench) -> None:
    assert bench.service.automations.put(TENANT, "new-orders", make_document())[1]
