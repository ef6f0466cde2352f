"""The field `codes` of a sending step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.codes import DEFAULTS, PATTERN, CodeClass


def _codes_field(
    title: str, description: str, code_class: CodeClass, example: str
) -> Mapping[str, Any]:
    return {
        "title": title,
        "description": description,
        "type": "array",
        "items": {
            "type": "string",
            "pattern": PATTERN,
            "description": "A code (204), a class (2xx) or a range (500-503).",
            "examples": ["204", "2xx", "500-503"],
            "x-expected": "a status code; write it like 204, 2xx or 500-503",
        },
        "uniqueItems": True,
        "maxItems": 100,
        "default": list(DEFAULTS[code_class]),
        "examples": [[example]],
    }


CODES_FIELD: Mapping[str, Any] = {
    "title": "Status codes",
    "description": "What the partner's status codes mean. The pattern that matches the fewest "
    "codes decides; a class that is left out keeps its default, and a pattern written here goes "
    "before any default. A code in no class leaves by the error port.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "success": _codes_field(
            "Success",
            "The step is done and the run goes on by the success port.",
            CodeClass.SUCCESS,
            "2xx",
        ),
        "retry": _codes_field(
            "Retry",
            "The attempt is repeated as the step's retry policy says. A refused or broken "
            "connection and a timeout are always repeated.",
            CodeClass.RETRY,
            "5xx",
        ),
        "halt": _codes_field(
            "Halt",
            "The run ends at once as halted, its other branches cancelled.",
            CodeClass.HALT,
            "401",
        ),
    },
    "default": {},
    "examples": [{"success": ["2xx"], "retry": ["429", "5xx"], "halt": ["401", "403"]}],
    "x-widget": "codes",
}
