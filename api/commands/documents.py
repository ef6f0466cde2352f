"""`penstock validate` and `penstock schema`: documents without a database."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.commands.context import Context
from api.commands.files import DocumentFile, document_files
from api.commands.parsing import Commands, add_command, add_json
from core.clock import Milliseconds, SystemClock, to_rfc3339
from core.errors import Fault, InvalidError
from engine.compiler import Compiler
from engine.schedules.forecasts import OVER, local_time, upcoming


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


@dataclass(frozen=True, slots=True)
class Checked:
    """What keeps a document from being published, and the next ticks if a schedule starts it.

    `zone` is that of the ticks, empty where no schedule starts it.
    """

    faults: Sequence[Fault]
    zone: str = ""
    ticks: Sequence[Milliseconds] = ()


def _validate(arguments: Namespace, context: Context) -> int:
    compiler = context.installation.compiler()
    files = [file for path in arguments.files for file in document_files(path)]
    found = {str(file.path): _check(file, compiler) for file in files}
    if arguments.json:
        context.terminal.show(
            [{"file": file, **_as_data(checked)} for file, checked in found.items()]
        )
    else:
        for file, checked in found.items():
            context.terminal.say(*_lines(file, checked))
    return 1 if any(checked.faults for checked in found.values()) else 0


def _check(file: DocumentFile, compiler: Compiler) -> Checked:
    try:
        plan = compiler.compile(file.read())
    except InvalidError as error:
        return Checked(error.faults)
    schedule = plan.trigger.schedule if plan.trigger else None
    if schedule is None:
        return Checked(())
    now = SystemClock().now()
    return Checked((), schedule.zone, upcoming(schedule, now, now))


def _as_data(checked: Checked) -> dict[str, Any]:
    faults = [{"path": fault.path, "message": fault.message} for fault in checked.faults]
    if not checked.zone:
        return {"faults": faults}
    return {"faults": faults, "next_ticks": [to_rfc3339(moment) for moment in checked.ticks]}


def _lines(file: str, checked: Checked) -> list[str]:
    if checked.faults:
        return [f"{file}: {fault.path}: {fault.message}" for fault in checked.faults]
    return [f"{file}: can be published", *_tick_lines(checked)]


def _tick_lines(checked: Checked) -> Iterator[str]:
    """When the clock would start it, if it was published now."""
    if checked.zone and not checked.ticks:
        yield f"  next: {OVER}"
    for moment in checked.ticks:
        yield f"  next: {local_time(moment, checked.zone)}"


def _schema(_arguments: Namespace, context: Context) -> int:
    context.terminal.show(context.installation.document_schema())
    return 0
