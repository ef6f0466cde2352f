"""The form of a webhook's path: `orders/{id}`, below `/hooks/<tenant>/`."""

from __future__ import annotations

import re

MAX_SEGMENTS = 20

_TEXT = re.compile(r"[A-Za-z0-9._~-]+")
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")


def path_faults(path: str) -> list[str]:
    """What is wrong with a path, in words; nothing when it is right."""
    segments = path.split("/")
    faults = [fault for segment in segments if (fault := _segment_fault(segment))]
    if len(segments) > MAX_SEGMENTS:
        faults.append(f"has {len(segments)} segments; at most {MAX_SEGMENTS} are taken")
    names = [match[1] for segment in segments if (match := _PARAMETER.fullmatch(segment))]
    repeated = sorted({name for name in names if names.count(name) > 1})
    faults += [f"uses the name {{{name}}} more than once" for name in repeated]
    return list(dict.fromkeys(faults))


def _segment_fault(segment: str) -> str | None:
    if not segment:
        return "has an empty segment; write it like orders/{id}, without a slash at either end"
    if segment in (".", ".."):
        return f"must not contain the segment {segment!r}"
    if _TEXT.fullmatch(segment) or _PARAMETER.fullmatch(segment):
        return None
    taken = "letters, digits, . _ ~ - or one whole {name}"
    return f"has the segment {segment[:60]!r}; a segment takes {taken}"
