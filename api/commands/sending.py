"""`penstock send`: a simulated event, as an implementer tries an automation."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

from jsonschema import Draft202012Validator

from api.commands.context import Context
from api.commands.files import read_json
from api.commands.parsing import Commands, add_command, add_json
from api.commands.tenancy import Workspace, add_tenant, open_workspace
from api.run_json import run_json
from core import strict_json
from core.clock import SystemClock
from core.errors import InvalidError
from core.schema_words import faults_of
from core.states import RUN_ENDS, RunStatus
from engine.run_details import RunDetail
from engine.simulated_event import Sample
from engine.simulation import Simulator

POLL_SECONDS = 0.1

_SAMPLE = Draft202012Validator(
    {
        "type": "object",
        "required": ["body"],
        "additionalProperties": False,
        "properties": {
            "body": {},
            "method": {"type": "string"},
            "path": {"type": "string"},
            "query": {"type": "object"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
)
_NOBODY = "no server is running: the run waits for one (penstock run)"


def add_to(commands: Commands) -> None:
    """Adds the command of this group."""
    parser = add_command(
        commands,
        "send",
        _send,
        "send a simulated event to a live automation; a running server executes the run",
        [
            "penstock send partner-sync --file examples/partner-sync/event.json --wait",
            'penstock send health-ping --body \'{"service": "shop"}\' --wait',
            "penstock send orders --body - < order.json",
        ],
    )
    parser.add_argument("automation", metavar="AUTOMATION_ID", help="which automation")
    content = parser.add_mutually_exclusive_group(required=True)
    content.add_argument(
        "--file",
        type=Path,
        metavar="EVENT.json",
        help="a request: an object with `body`, and if wanted `method`, `path`, `query`, `headers`",
    )
    content.add_argument("--body", metavar="JSON", help="the body alone; - reads what is piped in")
    parser.add_argument(
        "--wait",
        action="store_true",
        help="wait for the run to end and show how; the exit status is 1 unless it succeeded",
    )
    add_json(parser)
    add_tenant(parser)


def _send(arguments: Namespace, context: Context) -> int:
    sample = _sample(arguments, context)
    compiler = context.installation.compiler()
    with open_workspace(arguments, context) as workspace:
        simulator = Simulator(workspace.service, compiler, SystemClock())
        event, run = simulator.send(workspace.tenant, arguments.automation, sample)
        if not arguments.json:
            context.terminal.say(f"event {event.id}", f"run   {run.id}")
        if arguments.wait:
            return _wait(run.id, workspace, arguments.json, context)
        if arguments.json:
            context.terminal.show({"event_id": event.id, "run_id": run.id})
        if not _is_served(workspace):
            context.terminal.note(_NOBODY)
        return 0


def _sample(arguments: Namespace, context: Context) -> Sample:
    if arguments.body is not None:
        text = context.terminal.read() if arguments.body == "-" else arguments.body
        return Sample(strict_json.loads(text))
    content = read_json(arguments.file)
    faults = faults_of(_SAMPLE.iter_errors(content))
    if faults:
        raise InvalidError(f"{arguments.file} describes no event", faults)
    return Sample(**content)


def _wait(run_id: str, workspace: Workspace, as_json: bool, context: Context) -> int:
    """Waits for the run's end, as long as somebody is there to bring it about.

    A run that is held in quarantine is shown as it is: only a person lets it go on.
    """
    while True:
        detail = workspace.service.runs.get(workspace.tenant, run_id)
        if detail.run.status in RUN_ENDS or detail.run.status is RunStatus.HELD:
            break
        if not _is_served(workspace):
            context.terminal.note(_NOBODY)
            return 1
        time.sleep(POLL_SECONDS)
    if as_json:
        context.terminal.show(run_json(detail, workspace.service.run_items))
    else:
        _show_end(detail, context)
    return 0 if detail.run.status is RunStatus.SUCCEEDED else 1


def _show_end(detail: RunDetail, context: Context) -> None:
    run = detail.run
    context.terminal.say(f"{run.status}" + (f": {run.error}" if run.error else ""))
    rows = [
        (step.step_id, step.status, str(len(step.attempts)), step.port or "-", step.error or "")
        for step in detail.steps
    ]
    context.terminal.table(("STEP", "STATUS", "ATTEMPTS", "PORT", "ERROR"), rows)
    if run.output is not None:
        context.terminal.say("output:")
        context.terminal.show(run.output)


def _is_served(workspace: Workspace) -> bool:
    """Whether some server has a lease, so that runs are executed."""
    store = workspace.service.store
    return store.executors.alive(SystemClock().now()) > 0
