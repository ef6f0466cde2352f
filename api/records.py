"""Records: the rows of a tenant's collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.operations import NO_CONTENT, Call
from api.parameters import list_query
from api.record_parameters import expected, expected_of_put
from core.outcomes import Answer
from core.records import Record, RecordFilter, as_seen, searched_as
from engine.replies import JsonReply
from engine.service import Service

LIST_PATH = "/api/v1/records/{collection}"


def list_records(service: Service, call: Call) -> JsonReply:
    """A page of a collection's records, of those whose fields have the values that are asked."""
    which = RecordFilter(_sought(call.filters))
    page = service.records.list(call.tenant, _collection(call), which, list_query(call))
    return JsonReply(200, {"items": [*map(as_seen, page.items)], "next": page.next})


def create_record(service: Service, call: Call) -> JsonReply:
    """A new record, under the id that the body names or one of ours."""
    return _reply(service.records.create(call.tenant, _collection(call), call.body), 201)


def get_record(service: Service, call: Call) -> JsonReply:
    """One record."""
    return _reply(service.records.get(call.tenant, *_which(call)))


def put_record(service: Service, call: Call) -> JsonReply:
    """Makes a record under the caller's id, or replaces its fields."""
    version = expected_of_put(call, lambda: _version(service, call))
    only_new = call.headers["If-None-Match"] is not None
    record, made = service.records.put(
        call.tenant, *_which(call), call.body, version, only_new=only_new
    )
    return _reply(record, 201 if made else 200)


def patch_record(service: Service, call: Call) -> JsonReply:
    """Merges the body into a record (RFC 7396)."""
    version = expected(call, lambda: _version(service, call))
    return _reply(service.records.patch(call.tenant, *_which(call), call.body, version))


def delete_record(service: Service, call: Call) -> Answer:
    """Removes a record."""
    version = expected(call, lambda: _version(service, call))
    service.records.delete(call.tenant, *_which(call), version)
    return NO_CONTENT


def _collection(call: Call) -> str:
    return call.path["collection"]


def _which(call: Call) -> tuple[str, str]:
    return call.path["collection"], call.path["record_id"]


def _version(service: Service, call: Call) -> int:
    return service.records.get(call.tenant, *_which(call)).version


def _sought(filters: Mapping[str, str]) -> dict[str, str]:
    found = {name: searched_as(text) for name, text in filters.items()}
    return {name: text for name, text in found.items() if text is not None}


def _reply(record: Record, status: int = 200) -> JsonReply:
    headers = [("ETag", f'"{record.version}"')]
    if status == 201:
        address = f"{LIST_PATH.format(collection=record.collection)}/{record.id}"
        headers.append(("Location", address))
    body: dict[str, Any] = as_seen(record)
    return JsonReply(status, body, tuple(headers))
