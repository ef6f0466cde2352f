"""Takes secrets out of whatever is kept: `[secret:NAME]` stands where a secret stood.

A secret is found as it is and in the forms of `core.secret_forms`. One of 1 to 3 characters would
blot out half of a text; it is masked where it is a whole string and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.http import Headers
from core.secret_forms import SHORTEST, Form, Span, forms_of

MASKED = "[masked]"
"""What stands in place of a credential that is no secret of the tenant's."""

_MARKER = "[secret:"
_CREDENTIAL_NAME = re.compile(
    r"(?:^|[-_])(?:authorization|cookie2?|passw(?:or)?d|secret|signature|hmac|token|credentials?"
    r"|(?:api|access|auth|private|subscription|functions)[-_]?key)(?:[-_]|$)|^(?:x[-_])?auth$"
)
_SCHEME = re.compile(
    r"(?:basic|bearer|digest|negotiate|ntlm|hoba|hawk|dpop|gnap|oauth|token|apikey|api-key|key"
    r"|signature|hmac|hmac-sha256|aws4-hmac-sha256|mutual|vapid|privatetoken)(?= )",
    re.IGNORECASE,
)


class Masker:
    """Masks the secrets of one tenant; made once, and kept while they do not change.

    `secrets` maps names to values. `extra` are further texts, each with what stands in its place:
    those made from secrets while a template was resolved.
    """

    __slots__ = ("_forms", "_labels")

    def __init__(self, secrets: Mapping[str, str], extra: Iterable[tuple[str, str]] = ()) -> None:
        self._labels: dict[str, str] = {}
        self._forms: list[Form] = []
        self._learn((value, f"{_MARKER}{name}]") for name, value in secrets.items())
        self._learn(extra)

    def with_extra(self, extra: Iterable[tuple[str, str]]) -> Masker:
        """A masker that knows these texts as well; this one itself when it knows them already."""
        unknown = [
            pair for pair in extra if pair[0].strip() and pair[0].strip() not in self._labels
        ]
        if not unknown:
            return self
        masker = Masker({})
        masker._labels, masker._forms = self._labels.copy(), self._forms.copy()
        masker._learn(unknown)
        return masker

    def mask_text(self, text: str) -> str:
        """The text with every secret in it masked."""
        if len(text) < SHORTEST:
            return self._labels.get(text, text)
        spans = [span for form in self._forms if form.may_be_in(text) for span in form.spans(text)]
        return self._replaced(text, spans) if spans else text

    def mask_bytes(self, data: bytes) -> bytes:
        """The bytes with every secret masked. Bytes that are not UTF-8 stay as they are."""
        masked = self.mask_text(data.decode(errors="surrogateescape"))
        return masked.encode(errors="surrogateescape")

    def mask_json(self, value: Any) -> Any:
        """The JSON value with every secret masked, in keys and whole numbers too.

        What holds no secret is not copied: the result may share it, or be the value itself.
        """
        if not self._labels:
            return value
        leaves = _leaves(value)
        text = "\0".join(leaves)
        if any(form.may_be_in(text) for form in self._forms):
            return self._masked(value)
        if any(len(leaf) < SHORTEST and leaf in self._labels for leaf in leaves):
            return self._masked(value)
        return value

    def mask_headers(self, headers: Iterable[tuple[str, str]], *, keep: bool = False) -> Headers:
        """The fields with secrets masked, and credentials whether they are known or not.

        The scheme stays: `Bearer [masked]`. With `keep`, a value with a marker in it is left: the
        twin of what was sent, in which nothing but secrets is to be hidden. Not for headers that
        came in, for anybody could write a marker.
        """
        return tuple((name, self._field(name, value, keep)) for name, value in headers)

    def _learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        for value, label in pairs:
            text = value.strip()
            if text and text not in self._labels:
                self._labels[text] = label
                self._forms += forms_of(text, label)

    def _field(self, name: str, value: str, keep: bool) -> str:
        masked = self.mask_text(value)
        if not _CREDENTIAL_NAME.search(name.lower()) or (keep and _MARKER in masked):
            return masked
        scheme = _SCHEME.match(value)
        return f"{scheme[0]} {MASKED}" if scheme else MASKED

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.mask_text(value)
        if isinstance(value, Mapping):
            return {self.mask_text(key): self._masked(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked(inner) for inner in value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        digits = repr(value)
        return value if len(digits) < SHORTEST else self._labels.get(digits, value)

    def _replaced(self, text: str, spans: Iterable[Span]) -> str:
        parts: list[str] = []
        end = 0
        for start, stop, label in _merged(self._outside_markers(text, spans)):
            parts += [text[end:start], label]
            end = stop
        return "".join([*parts, text[end:]])

    def _outside_markers(self, text: str, spans: Iterable[Span]) -> list[Span]:
        """The spans that are not part of a marker of this masker's, left by an earlier masking."""
        labels = "|".join(map(re.escape, set(self._labels.values())))
        markers = [match.span() for match in re.finditer(labels, text)]
        return [
            span
            for span in spans
            if not any(start <= span[0] and span[1] <= end for start, end in markers)
        ]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, each joined with those it overlaps.

    One inside another vanishes in it; of two that overlap in part both markers stand.
    """
    merged: list[Span] = []
    for start, stop, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not merged or start >= merged[-1][1]:
            merged.append((start, stop, label))
        elif stop > merged[-1][1]:
            begun, _, labels = merged[-1]
            merged[-1] = (begun, stop, labels if label in labels else labels + label)
    return merged


def _leaves(value: Any) -> list[str]:
    """Every string in a JSON value, keys and numbers included."""
    leaves: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            leaves.append(item)
        elif isinstance(item, Mapping):
            leaves.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif isinstance(item, int | float):
            leaves.append(repr(item))
    return leaves
