"""`penstock validate` and `penstock schema`: documents without a database."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from api.commands.context import Context
from api.commands.files import DocumentFile, document_files
from api.commands.parsing import Commands, add_command, add_json
from core.errors import Fault, InvalidError
from engine.compiler import Compiler


def add_to(commands: Commands) -> None:
    """Adds the commands of this group."""
    parser = add_command(
        commands,
        "validate",
        _validate,
        "check automation documents and show every fault with its JSON path",
        ["penstock validate orders.json", "penstock validate automations/"],
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file or a folder")
    add_json(parser)
    add_command(
        commands,
        "schema",
        _schema,
        "print the JSON Schema of an automation document, for editors",
        ["penstock schema > penstock.schema.json"],
    )


def _validate(arguments: Namespace, context: Context) -> int:
    compiler = context.installation.compiler()
    files = [file for path in arguments.files for file in document_files(path)]
    found = {str(file.path): _faults(file, compiler) for file in files}
    if arguments.json:
        context.terminal.show(
            [{"file": file, "faults": _as_data(faults)} for file, faults in found.items()]
        )
    else:
        for file, faults in found.items():
            context.terminal.say(*_lines(file, faults))
    return 1 if any(found.values()) else 0


def _faults(file: DocumentFile, compiler: Compiler) -> Sequence[Fault]:
    try:
        return compiler.faults(file.read())
    except InvalidError as error:
        return error.faults


def _as_data(faults: Sequence[Fault]) -> list[dict[str, str]]:
    return [{"path": fault.path, "message": fault.message} for fault in faults]


def _lines(file: str, faults: Sequence[Fault]) -> list[str]:
    if not faults:
        return [f"{file}: can be published"]
    return [f"{file}: {fault.path}: {fault.message}" for fault in faults]


def _schema(_arguments: Namespace, context: Context) -> int:
    context.terminal.show(context.installation.document_schema())
    return 0
