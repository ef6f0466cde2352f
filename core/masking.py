"""Takes secrets out of whatever is kept: `[secret:NAME]` stands where a secret stood.

A secret is found as it is and in the forms in which it travels: escaped in JSON (also twice),
percent-encoded in part or in whole with either case of hex, as base64 of either alphabet on its own
or inside the base64 of something longer, and as hex. Secrets of 1 to 3 characters would blot out
half of a text; they are masked where they are a whole string only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.http import Headers
from core.secret_forms import SHORTEST, Form, forms_of

MASKED = "[masked]"
"""What stands in place of a credential that is no secret of the tenant's."""

_CREDENTIAL_NAME = re.compile(
    r"(?:^|[-_])(?:authorization|cookie2?|passw(?:or)?d|secret|signature|token|credentials?"
    r"|(?:api|access|auth|private)[-_]?key)(?:[-_]|$)|^(?:x[-_])?auth$"
)
_SCHEME = re.compile(
    r"(?:basic|bearer|digest|negotiate|ntlm|hoba|hawk|dpop|gnap|oauth|token|apikey|api-key|key"
    r"|signature|hmac|hmac-sha256|aws4-hmac-sha256|mutual|vapid|privatetoken)(?= )",
    re.IGNORECASE,
)

_Span = tuple[int, int, str]


class Masker:
    """Masks the secrets of one tenant; made once and kept while they do not change.

    `secrets` maps names to values. `extra` are further texts, each with what stands in its place:
    those made from secrets while a template was resolved.
    """

    __slots__ = ("_forms", "_marked", "_whole")

    def __init__(self, secrets: Mapping[str, str], extra: Iterable[tuple[str, str]] = ()) -> None:
        self._whole: dict[str, str] = {}
        self._forms: tuple[Form, ...] = ()
        self._learn([*((value, f"[secret:{name}]") for name, value in secrets.items()), *extra])

    def with_extra(self, extra: Iterable[tuple[str, str]]) -> Masker:
        """A masker that knows these texts as well; this one itself when it knows them already."""
        unknown = [(text, label) for text, label in extra if text.strip() not in self._whole]
        if not any(text.strip() for text, _ in unknown):
            return self
        masker = Masker({})
        masker._whole, masker._forms = self._whole.copy(), self._forms
        masker._learn(unknown)
        return masker

    def _learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        forms = list(self._forms)
        for value, label in pairs:
            text = value.strip()
            if text and text not in self._whole:
                self._whole[text] = label
                forms += forms_of(text, label)
        self._forms = tuple(forms)
        labels = {re.escape(label) for label in self._whole.values()}
        self._marked = re.compile("|".join(sorted(labels)) or r"(?!)")

    def mask_text(self, text: str) -> str:
        """The text with every secret in it masked."""
        if len(text) < SHORTEST or text in self._whole:
            return self._whole.get(text, text)
        found = [form for form in self._forms if form.may_be_in(text)]
        return self._replaced(text, found) if found else self._whole.get(text.strip(), text)

    def mask_bytes(self, data: bytes) -> bytes:
        """The bytes with every secret masked. Bytes that are not UTF-8 stay as they are."""
        masked = self.mask_text(data.decode(errors="surrogateescape"))
        return masked.encode(errors="surrogateescape")

    def mask_json(self, value: Any) -> Any:
        """The JSON value with every secret masked, in keys and numbers too.

        What holds no secret is not copied: the result may share it, or be the value itself.
        """
        leaves = _leaves(value)
        if self._whole.keys().isdisjoint(leaves):
            text = "\0".join(leaves)
            if not any(form.may_be_in(text) for form in self._forms):
                return value
        return self._masked(value)

    def mask_headers(self, headers: Iterable[tuple[str, str]], *, keep: bool = False) -> Headers:
        """The fields with secrets masked, and credentials whether they are known or not.

        The scheme stays: `Bearer [masked]`. With `keep` a value in which a marker of this masker's
        stands is left as it is: the twin of what was sent, in which only the secret is to be hidden.
        """
        return tuple((name, self._field(name, value, keep)) for name, value in headers)

    def _field(self, name: str, value: str, keep: bool) -> str:
        masked = self.mask_text(value)
        if not _CREDENTIAL_NAME.search(name.lower()) or (keep and self._marked.search(masked)):
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
        return self._whole.get(digits, value) if len(digits) >= SHORTEST else value

    def _replaced(self, text: str, forms: Iterable[Form]) -> str:
        spans = [span for form in forms for span in form.spans(text)]
        if not spans:
            return text
        marked = [match.span() for match in self._marked.finditer(text)]
        parts, end = [], 0
        for start, stop, labels in _merged(_outside(spans, marked)):
            parts += [text[end:start], labels]
            end = stop
        return "".join([*parts, text[end:]])


def _outside(spans: Iterable[_Span], marked: Iterable[tuple[int, int]]) -> list[_Span]:
    """The spans that are not within a marker that stands there already."""
    held = list(marked)
    return [
        span
        for span in spans
        if not any(start <= span[0] and span[1] <= end for start, end in held)
    ]


def _merged(spans: list[_Span]) -> list[_Span]:
    """The spans in order, each that overlaps another joined with it.

    One inside another vanishes in it; of two that overlap in part both markers stand.
    """
    merged: list[_Span] = []
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
