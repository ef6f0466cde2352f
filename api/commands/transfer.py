"""`penstock import` and `penstock export`: automations as files, for git and for other machines."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from api.commands.context import Context
from api.commands.files import DocumentFile, document_files
from api.commands.parsing import Commands, add_command
from api.commands.tenancy import Workspace, add_tenant, open_workspace
from api.commands.terminal import to_json
from core.errors import ConfigError, Fault, InvalidError, NotFoundError
from core.model import Document
from core.writes import ListQuery
from engine.automation_changes import AutomationDetail

PAGE = 200


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    _add_import(commands)
    _add_export(commands)


def _add_import(commands: Commands) -> None:
    parser = add_command(
        commands,
        "import",
        _import,
        "store automation documents as drafts, and publish them if asked",
        [
            "penstock import orders.json                   as the automation `orders`",
            "penstock import orders.json --id shop-orders  under another id",
            "penstock import examples --publish            every document of a folder",
        ],
    )
    parser.add_argument("path", type=Path, metavar="FILE|FOLDER", help="what to import")
    parser.add_argument(
        "--id",
        help="the automation's id (default: the name of the file, or of "
        "the folder of an automation.json)",
    )
    parser.add_argument("--publish", action="store_true", help="make it live at once")
    add_tenant(parser)


def _add_export(commands: Commands) -> None:
    parser = add_command(
        commands,
        "export",
        _export,
        "print or write automation documents, the live version of each",
        [
            "penstock export orders > orders.json",
            "penstock export --to automations/     all of them, each as <id>.json",
        ],
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="which ones (default: all)")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write files into this folder")
    parser.add_argument("--drafts", action="store_true", help="take a draft where there is one")
    add_tenant(parser)


def _import(arguments: Namespace, context: Context) -> int:
    files = document_files(arguments.path)
    if arguments.id is not None and len(files) > 1:
        raise ConfigError(f"--id names one automation, but {arguments.path} holds {len(files)}")
    with open_workspace(arguments, context) as workspace:
        stored = [
            _import_one(file, arguments.id or file.id, arguments.publish, workspace, context)
            for file in files
        ]
    return 0 if all(stored) else 1


def _import_one(
    file: DocumentFile, automation_id: str, publish: bool, workspace: Workspace, context: Context
) -> bool:
    """Whether all that was asked for could be done; what was not is explained."""
    try:
        document = _read_object(file)
        words = _store(automation_id, document, publish, workspace)
    except InvalidError as error:
        faults = [f"{file.path}: {fault.path}: {fault.message}" for fault in error.faults]
        context.terminal.note(f"{file.path}: {error}", *faults)
        return False
    context.terminal.say(f"{automation_id}: {words}")
    return True


def _read_object(file: DocumentFile) -> Document:
    document = file.read()
    if not isinstance(document, dict):
        raise InvalidError("a document is an object", [Fault("$", "must be an object")])
    return document


def _store(automation_id: str, document: Document, publish: bool, workspace: Workspace) -> str:
    """Stores a document; what became of it. One that is live already makes no new version."""
    service, tenant = workspace.service, workspace.tenant
    current = _find(automation_id, workspace)
    if publish and current is not None and _is_live(document, current):
        return f"version {current.automation.published} is the same"
    service.automations.put(tenant, automation_id, document)
    if not publish:
        faults = len(service.versions.faults(document))
        return f"stored as a draft with {faults} faults" if faults else "stored as a draft"
    published = service.versions.publish(tenant, automation_id).automation
    return f"published as version {published.published}"


def _find(automation_id: str, workspace: Workspace) -> AutomationDetail | None:
    try:
        return workspace.service.automations.get(workspace.tenant, automation_id)
    except NotFoundError:
        return None


def _is_live(document: Document, current: AutomationDetail) -> bool:
    return current.published == document and current.automation.draft is None


def _export(arguments: Namespace, context: Context) -> int:
    with open_workspace(arguments, context) as workspace:
        ids = arguments.ids or list(_every_id(workspace))
        documents = {one: _document(one, arguments.drafts, workspace) for one in ids}
    if arguments.to is not None:
        _write(documents, arguments.to, context)
    elif len(documents) == 1:
        context.terminal.show(*documents.values())
    else:
        raise ConfigError(f"{len(documents)} automations need a folder: add --to FOLDER")
    return 0


def _every_id(workspace: Workspace) -> Iterator[str]:
    cursor = None
    while True:
        query = ListQuery(cursor, PAGE)
        page = workspace.service.automations.list(workspace.tenant, query)
        yield from (automation.id for automation in page.items)
        if page.next is None:
            return
        cursor = page.next


def _document(automation_id: str, drafts: bool, workspace: Workspace) -> Document:
    """The live version, or the draft where there is none or drafts are wanted."""
    detail = workspace.service.automations.get(workspace.tenant, automation_id)
    draft = detail.automation.draft
    if draft is not None and (drafts or detail.published is None):
        return draft
    if detail.published is None:
        raise NotFoundError(f"automation {automation_id} has neither a live version nor a draft")
    return detail.published


def _write(documents: Mapping[str, Document], folder: Path, context: Context) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for automation_id, document in documents.items():
        file = folder / f"{automation_id}.json"
        file.write_text(f"{to_json(document)}\n")
        context.terminal.say(str(file))
