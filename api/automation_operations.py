"""The operations on automations."""

from __future__ import annotations

from api import automations
from api.automation_schemas import ACCEPTED, DOCUMENT, DOCUMENT_EXAMPLE, FIELDS
from api.operations import Body, Operation, Success
from api.parameters import (
    AUTOMATION_ID,
    CHOSEN_AUTOMATION_ID,
    IF_MATCH,
    IF_NONE_MATCH,
    LIMIT,
    PAGING,
    VERSION_CURSOR,
)
from api.schemas import component, page_schema

_PATH = f"{automations.LIST_PATH}/{{automation_id}}"
_DOCUMENT = Body("The document, which becomes the draft.", DOCUMENT, DOCUMENT_EXAMPLE)
_AUTOMATION = Success(200, "The automation as it is now.", component("Automation"), ("ETag",))
_CREATED = Success(201, "It is made.", component("Automation"), ("ETag", "Location"))
_CHANGED = (AUTOMATION_ID, IF_MATCH)

OPERATIONS = (
    Operation(
        id="list_automations",
        method="GET",
        path=automations.LIST_PATH,
        scope="read",
        summary="List the automations",
        description="By id.",
        handle=automations.list_automations,
        parameters=PAGING,
        successes=(
            Success(200, "A page of automations.", page_schema(component("ListedAutomation"))),
        ),
    ),
    Operation(
        id="create_automation",
        method="POST",
        path=automations.LIST_PATH,
        scope="write",
        summary="Make an automation under an id of Penstock's",
        handle=automations.create_automation,
        body=_DOCUMENT,
        successes=(_CREATED,),
    ),
    Operation(
        id="get_automation",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read an automation",
        handle=automations.get_automation,
        parameters=(AUTOMATION_ID,),
        successes=(_AUTOMATION,),
    ),
    Operation(
        id="put_automation",
        method="PUT",
        path=_PATH,
        scope="write",
        summary="Replace the draft, or make an automation under an id of your own",
        handle=automations.put_automation,
        parameters=(CHOSEN_AUTOMATION_ID, IF_MATCH, IF_NONE_MATCH),
        body=_DOCUMENT,
        successes=(_AUTOMATION, _CREATED),
    ),
    Operation(
        id="delete_automation",
        method="DELETE",
        path=_PATH,
        scope="write",
        summary="Remove an automation",
        description="Its runs stay, and those that have begun go on.",
        handle=automations.delete_automation,
        parameters=_CHANGED,
        successes=(Success(204, "It is gone."),),
    ),
    Operation(
        id="publish_automation",
        method="POST",
        path=f"{_PATH}/publish",
        scope="write",
        summary="Make the draft the live version",
        description="Refused with every fault of the draft (422), or when there is none (409). The "
        "automation is enabled unless it was disabled.",
        handle=automations.publish_automation,
        parameters=_CHANGED,
        successes=(_AUTOMATION,),
        problems=(409,),
    ),
    Operation(
        id="enable_automation",
        method="POST",
        path=f"{_PATH}/enable",
        scope="write",
        summary="Let the trigger take events",
        handle=automations.enable_automation,
        parameters=_CHANGED,
        successes=(_AUTOMATION,),
    ),
    Operation(
        id="disable_automation",
        method="POST",
        path=f"{_PATH}/disable",
        scope="write",
        summary="Make the trigger turn events away",
        description="Runs that have begun go on.",
        handle=automations.disable_automation,
        parameters=_CHANGED,
        successes=(_AUTOMATION,),
    ),
    Operation(
        id="list_versions",
        method="GET",
        path=f"{_PATH}/versions",
        scope="read",
        summary="List what was published",
        description="The newest first.",
        handle=automations.list_versions,
        parameters=(AUTOMATION_ID, VERSION_CURSOR, LIMIT),
        successes=(Success(200, "A page of versions.", page_schema(component("Version"))),),
    ),
    Operation(
        id="start_run",
        method="POST",
        path=f"{_PATH}/run",
        scope="trigger",
        summary="Start the live version by hand",
        description="Whatever its trigger is. Refused while it is disabled (409).",
        handle=automations.start_run,
        parameters=(AUTOMATION_ID,),
        body=Body("The event's body.", FIELDS, {"email": "ada@shop.example"}, required=False),
        successes=(Success(202, "The run is stored.", ACCEPTED, ("Location",)),),
        problems=(409,),
    ),
)
