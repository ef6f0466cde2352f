"""`parse`: reads a text that is JSON, CSV, XML or form fields, so that steps can refer into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actions.parsing.csv_text import MOST_ROWS, FirstRow, read_csv
from actions.parsing.faults import UnreadableError
from actions.parsing.form_text import MOST_FIELDS, read_form
from actions.parsing.json_text import read_json
from actions.parsing.xml_text import DEEPEST, MOST_NODES, read_xml
from actions.summaries import one_line, outline, text
from core.outcomes import Fail, Outcome, Succeed
from core.size import TooLarge, check_size
from core.spec import ActionContext, ActionSpec

TAB = "tab"

Options = Mapping[str, Any]


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """The value of the text."""
    written, name = params["from"], params["format"].upper()
    if not isinstance(written, str):
        words = f"is no text but {outline(written)}; what is read already needs no parsing"
        return Fail(f"from {words}")
    try:
        value = _READERS[params["format"]](written, params)
        check_size(value)
    except UnreadableError as error:
        return Fail(f"the text cannot be read as {name}: {error}")
    except TooLarge as error:
        return Fail(f"what the {name} holds cannot be kept: {error}")
    return Succeed({"value": value})


def _read_csv(written: str, options: Options) -> object:
    delimiter = options.get("delimiter", ",")
    return read_csv(
        written,
        "\t" if delimiter == TAB else delimiter,
        FirstRow(options.get("first_row", FirstRow.NAMES)),
        options.get("columns"),
    )


_READERS: Mapping[str, Callable[[str, Options], object]] = {
    "json": lambda written, _options: read_json(written),
    "csv": _read_csv,
    "xml": lambda written, options: read_xml(written, options.get("lists", ())),
    "form": lambda written, _options: read_form(written),
}

_OPTIONS = {"delimiter": "csv", "first_row": "csv", "columns": "csv", "lists": "xml"}
"""Which format an option is for."""


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options that do not go with the format, or not together, as (path below `with`, message)."""
    chosen = configuration["format"]
    faults = [
        (name, f"is for {own}, and the format is {chosen}; remove it")
        for name, own in _OPTIONS.items()
        if name in configuration and own != chosen
    ]
    first_row = configuration.get("first_row", FirstRow.NAMES)
    if not faults and "columns" in configuration and first_row == FirstRow.NAMES:
        words = "must say what the first row is, as columns are given: data, or skip for a header"
        faults.append(("first_row", words))
    return faults


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `CSV of …`."""
    written = configuration.get("from")
    if written is None:
        return "(no text yet)"
    name = text(configuration.get("format", "(no format)")).upper()
    return one_line(f"{name} of {text(written)}")


SPEC = ActionSpec(
    name="parse",
    title="Parse",
    description="Reads a text that holds JSON, CSV, XML or form fields, so that later steps can "
    "refer to what is in it as steps.<id>.value.",
    icon="json",
    schema={
        "type": "object",
        "required": ["from", "format"],
        "additionalProperties": False,
        "properties": {
            "from": {
                "title": "Text",
                "description": "The text to read.",
                "type": "string",
                "minLength": 1,
                "examples": ["<steps.fetch.body>", "<trigger.body>"],
                "x-template": "body",
                "x-widget": "line",
            },
            "format": {
                "title": "Format",
                "description": "json: strict JSON. csv: rows, each an object by column; all cells "
                f"are texts; at most {MOST_ROWS} rows. xml: an element without attributes and "
                "elements in it is its text; any other is an object with attributes as @name, "
                "elements by their names as written, and its text as #text. Elements of one name "
                "beside each other make a list. A DTD is refused; at most "
                f"{MOST_NODES} elements and attributes, {DEEPEST} levels. form: fields as "
                f"a=1&b=2, a list where a name is repeated; at most {MOST_FIELDS}.",
                "enum": ["json", "csv", "xml", "form"],
                "examples": ["csv"],
            },
            "delimiter": {
                "title": "Delimiter",
                "description": "Of csv: the character between cells, or tab.",
                "type": "string",
                "pattern": r'^([^"\r\n]|tab)$',
                "default": ",",
                "examples": [";", "tab"],
                "x-expected": "one character that may stand between cells; write it like , or ; "
                "or write tab",
            },
            "first_row": {
                "title": "First row",
                "description": "Of csv: names: it names the columns. data: it is a row like any "
                "other. skip: it is passed over. Without names and without columns, each row is a "
                "list.",
                "enum": [*FirstRow],
                "default": FirstRow.NAMES.value,
                "examples": ["data"],
            },
            "columns": {
                "title": "Columns",
                "description": "Of csv: the names of the columns, where the text has none or "
                "others are wanted.",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
                "maxItems": 1000,
                "uniqueItems": True,
                "examples": [["sku", "price", "stock"]],
                "x-widget": "list",
            },
            "lists": {
                "title": "Always lists",
                "description": "Of xml: names of elements that are a list even where there is one "
                "alone, so that steps find the same form whatever comes.",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "maxItems": 100,
                "uniqueItems": True,
                "examples": [["Line", "ns:Item"]],
                "x-widget": "list",
            },
        },
    },
    output={
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": {
                "description": "What the text holds: a JSON value; of csv a list of rows, of xml "
                "an object with the root, of form an object of fields.",
                "examples": [[{"sku": "A", "price": "9.90"}]],
            }
        },
    },
    check=check,
    summary=summary,
)
