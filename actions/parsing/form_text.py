"""Form fields, `application/x-www-form-urlencoded` (WHATWG URL, section 5): `a=1&b=2`."""

from __future__ import annotations

from urllib.parse import parse_qsl

from actions.parsing.faults import UnreadableError

MOST_FIELDS = 1_000

Fields = dict[str, str | list[str]]


def read_form(text: str) -> Fields:
    """The fields by name; one that comes more than once has the list of its values, in order.

    Raises UnreadableError.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError as error:
        shown = f"%{error.object[error.start]:02X}"
        raise UnreadableError(f"{shown} is not UTF-8") from None
    except ValueError:
        raise UnreadableError(f"it has more than {MOST_FIELDS} fields") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}
