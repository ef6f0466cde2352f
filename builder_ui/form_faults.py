"""Faults of a plain form, by the names of its fields."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Fault, InvalidError


def faults_by_field(error: InvalidError) -> Mapping[str, str]:
    """Messages by field: `$.email` is the field `email`; what no field is at fault for, by ""."""
    if not error.faults:
        return {"": str(error)}
    return {fault.path.removeprefix("$").lstrip("."): _sentence(fault) for fault in error.faults}


def _sentence(fault: Fault) -> str:
    """Under its field a message stands alone."""
    return fault.message[:1].upper() + fault.message[1:]
