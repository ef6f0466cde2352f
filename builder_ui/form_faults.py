"""Faults of a plain form, by the names of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import Fault, InvalidError


def faults_by_field(error: InvalidError) -> Mapping[str, str]:
    """Messages by field: `$.email` is the field `email`; what no field is at fault for, by ""."""
    if not error.faults:
        return {"": str(error)}
    return {fault.path.removeprefix("$").lstrip("."): _sentence(fault) for fault in error.faults}


def faults_within(error: InvalidError, fields: Iterable[str]) -> Mapping[str, str]:
    """As `faults_by_field`; what is wrong inside of a field's value is told at that field."""
    names = tuple(fields)
    found: dict[str, str] = {}
    for path, words in faults_by_field(error).items():
        field = next((name for name in names if path.startswith((f"{name}.", f"{name}["))), None)
        if field is None or path in names:
            found[path] = words
        else:
            below = path.removeprefix(field).lstrip(".")
            found[field] = "; ".join(filter(None, (found.get(field), f"{below}: {words}")))
    return found


def _sentence(fault: Fault) -> str:
    """Under its field a message stands alone."""
    return fault.message[:1].upper() + fault.message[1:]
