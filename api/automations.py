"""Automations: draft, publish, enable, disable, start by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.operations import NO_CONTENT, Call
from api.parameters import list_query
from core.clock import to_rfc3339
from core.errors import NotFoundError, StaleError
from core.model import Automation, AutomationVersion, Page
from core.outcomes import Answer
from core.schedules import Schedule
from engine.arrival import accepted_payload
from engine.automation_changes import AutomationDetail
from engine.replies import JsonReply
from engine.service import Service

LIST_PATH = "/api/v1/automations"


def listed_automation(detail: AutomationDetail, schedule: Schedule | None) -> dict[str, Any]:
    """An automation as a list shows it; with its schedule, where the clock starts it."""
    automation = detail.automation
    next_tick = schedule.next_at if schedule else None
    return {
        "id": automation.id,
        "name": automation.name,
        "version": automation.published,
        "revision": automation.revision,
        "enabled": automation.enabled,
        "draft": automation.draft,
        "published": detail.published,
        "next_tick_at": None if next_tick is None else to_rfc3339(next_tick),
        "created_at": to_rfc3339(automation.created_at),
        "updated_at": to_rfc3339(automation.updated_at),
    }


def list_automations(service: Service, call: Call) -> JsonReply:
    """A page of the tenant's automations."""
    page = service.automations.list(call.tenant, list_query(call))
    ids = [automation.id for automation in page.items]
    schedules = service.forecasts.live(call.tenant, ids)
    items = [
        listed_automation(detail, schedules.get(detail.automation.id))
        for detail in _details(service, call, page)
    ]
    return JsonReply(200, {"items": items, "next": page.next})


def create_automation(service: Service, call: Call) -> JsonReply:
    """A new automation under an id of ours."""
    detail = service.automations.create(call.tenant, call.body)
    return _reply(service, detail, 201)


def get_automation(service: Service, call: Call) -> JsonReply:
    """One automation."""
    return _reply(service, service.automations.get(call.tenant, _id(call)))


def put_automation(service: Service, call: Call) -> JsonReply:
    """Makes an automation under the caller's id, or replaces its draft."""
    try:
        revision = _expected_revision(service, call)
    except NotFoundError as error:
        raise StaleError(str(error)) from None
    only_new = call.headers["If-None-Match"] is not None
    detail, created = service.automations.put(
        call.tenant, _id(call), call.body, revision, only_new=only_new
    )
    return _reply(service, detail, 201 if created else 200)


def delete_automation(service: Service, call: Call) -> Answer:
    """Removes an automation."""
    service.automations.delete(call.tenant, _id(call), _expected_revision(service, call))
    return NO_CONTENT


def publish_automation(service: Service, call: Call) -> JsonReply:
    """Makes the draft live."""
    revision = _expected_revision(service, call)
    return _reply(service, service.versions.publish(call.tenant, _id(call), revision))


def enable_automation(service: Service, call: Call) -> JsonReply:
    """Lets the trigger take events."""
    return _switch(service, call, enabled=True)


def disable_automation(service: Service, call: Call) -> JsonReply:
    """Makes the trigger turn events away."""
    return _switch(service, call, enabled=False)


def list_versions(service: Service, call: Call) -> JsonReply:
    """A page of what was published."""
    page = service.versions.list(call.tenant, _id(call), list_query(call))
    items = [_version_json(version) for version in page.items]
    return JsonReply(200, {"items": items, "next": page.next})


def start_run(service: Service, call: Call) -> JsonReply:
    """Starts the live version by hand."""
    event, run = service.runs.start(call.tenant, _id(call), call.body)
    return JsonReply(202, accepted_payload(event, run), (("Location", f"/api/v1/runs/{run.id}"),))


def _id(call: Call) -> str:
    return call.path["automation_id"]


def _switch(service: Service, call: Call, *, enabled: bool) -> JsonReply:
    revision = _expected_revision(service, call)
    detail = service.automations.set_enabled(call.tenant, _id(call), enabled, revision)
    return _reply(service, detail)


def _expected_revision(service: Service, call: Call) -> int | None:
    """The revision a change must find there, None when any will do.

    Raises StaleError when `If-Match` does not hold now, NotFoundError when there is nothing.
    """
    tags = call.headers["If-Match"]
    if tags is None:
        return None
    current = service.automations.get(call.tenant, _id(call)).automation.revision
    if not tags.star_tag and not tags.is_strong(str(current)):
        words = f'the automation was changed since it was read: its ETag is "{current}" now'
        raise StaleError(f"{words}; read it again")
    return None if tags.star_tag else current


def _details(service: Service, call: Call, page: Page[Automation]) -> Iterator[AutomationDetail]:
    for automation in page.items:
        try:
            yield service.automations.get(call.tenant, automation.id)
        except NotFoundError:
            # Removed since the page was read.
            continue


def _reply(service: Service, detail: AutomationDetail, status: int = 200) -> JsonReply:
    automation = detail.automation
    faults = service.versions.faults(automation.draft) if automation.draft is not None else ()
    schedule = service.forecasts.live(automation.tenant, [automation.id]).get(automation.id)
    payload = {
        **listed_automation(detail, schedule),
        "faults": [{"path": fault.path, "message": fault.message} for fault in faults],
    }
    headers = [("ETag", f'"{automation.revision}"')]
    if status == 201:
        headers.append(("Location", f"{LIST_PATH}/{automation.id}"))
    return JsonReply(status, payload, tuple(headers))


def _version_json(version: AutomationVersion) -> Mapping[str, Any]:
    return {
        "version": version.version,
        "document": version.document,
        "published_at": to_rfc3339(version.published_at),
    }
