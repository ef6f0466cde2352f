"""`choose`: leaves by the port of the first branch whose condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line
from core.errors import ExpressionError
from core.outcomes import Fail, Outcome, Succeed
from core.spec import ActionContext, ActionSpec, Ports

OTHERWISE = "otherwise"
FIXED_PORTS = (OTHERWISE, "error")


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Asks the branches in order; those behind the first that holds are not evaluated."""
    for branch in params["branches"]:
        try:
            holds = branch["when"].holds()
        except ExpressionError as error:
            return Fail(f"the condition of branch {branch['port']}: {error}")
        if holds:
            return _leave_by(branch["port"])
    return _leave_by(OTHERWISE)


def _leave_by(port: str) -> Outcome:
    return Succeed({"port": port}, port)


def branch_ports(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """The ports a configuration names, in order; of a draft with faults, those that can be read."""
    branches = configuration.get("branches")
    if not isinstance(branches, list):
        return ()
    ports = (branch.get("port") for branch in branches if isinstance(branch, Mapping))
    return tuple(port for port in ports if isinstance(port, str))


def summary(configuration: Mapping[str, Any]) -> str:
    """The names of the branches."""
    return one_line(", ".join(branch_ports(configuration)[:50])) or "(no branches yet)"


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Ports that are there twice or always, as (path below `with`, message)."""
    faults: list[tuple[str, str]] = []
    seen: set[str] = set()
    for index, port in enumerate(branch_ports(configuration)):
        path = f"branches[{index}].port"
        if port in FIXED_PORTS:
            faults.append(
                (path, f"every choose step has a port {port}; give the branch another name")
            )
        elif port in seen:
            faults.append((path, f"two branches leave by {port}; join their conditions with `or`"))
        seen.add(port)
    return faults


SPEC = ActionSpec(
    name="choose",
    title="Choose",
    description="Takes the way of the first branch whose condition holds, or the way otherwise.",
    icon="branch",
    schema={
        "type": "object",
        "required": ["branches"],
        "additionalProperties": False,
        "properties": {
            "branches": {
                "title": "Branches",
                "description": "The ways to choose from, asked from the top.",
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "required": ["port", "when"],
                    "additionalProperties": False,
                    "properties": {
                        "port": {
                            "title": "Port",
                            "description": "The name of this way out, in lower-case letters.",
                            "type": "string",
                            "pattern": r"^[a-z][a-z0-9_-]{0,63}$",
                            "examples": ["large"],
                            "x-expected": "a port's name: a small letter, then small letters, "
                            "digits, - and _",
                        },
                        "when": {
                            "title": "When",
                            "description": "The condition: an expression that gives true or false.",
                            "type": "string",
                            "minLength": 1,
                            "examples": ["order.total > 100 and exists(customer.id)"],
                            "x-template": "condition",
                            "x-widget": "condition",
                        },
                    },
                },
                "examples": [[{"port": "large", "when": "order.total > 100"}]],
                "x-widget": "branches",
            }
        },
    },
    output={
        "type": "object",
        "required": ["port"],
        "properties": {
            "port": {"type": "string", "description": "The way taken.", "examples": ["large"]}
        },
    },
    ports=Ports(fixed=FIXED_PORTS, of_configuration=branch_ports),
    check=check,
    summary=summary,
)
