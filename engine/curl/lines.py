"""The words of a cURL command line, as the shells write it that browsers copy for."""

from __future__ import annotations

import re
import shlex

from core.errors import InvalidError

LONGEST_COMMAND = 256 * 1024
"""Characters."""

_QUOTED = re.compile(
    r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|\$'((?:[^'\\]|\\.)*)'""",
    re.DOTALL,
)
"""A text between quotation marks; of `$'…'` alone, what stands in it."""

_ANSI_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_LETTERS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
    "E": "\x1b",
}
_CARETS = re.compile(r"\^\r?\n\s*|\^(.)", re.DOTALL)
_LINE_ENDS = re.compile(r"[\\`]\r?\n")


def words_of(command: str) -> list[str]:
    """The words of a command line, `curl` first.

    Understood are the forms of POSIX shells, of bash with `$'…'`, and of Windows' cmd with `^`.
    Raises InvalidError when the line is none, or no command of curl.
    """
    line = command.strip()
    if len(line) > LONGEST_COMMAND:
        raise InvalidError(f"a command has at most {LONGEST_COMMAND} characters")
    if _is_of_cmd(line):
        line = _without_carets(line)
    line = _QUOTED.sub(_posix_quoted, _LINE_ENDS.sub(" ", line))
    try:
        words = shlex.split(line)
    except ValueError:
        raise InvalidError("a quotation mark is opened and not closed") from None
    while words and words[0] in ("$", ">", "#"):
        words = words[1:]
    if not words or words[0].lower().rpartition("/")[2] not in ("curl", "curl.exe"):
        raise InvalidError("this is no cURL command; it begins with curl")
    return words


def _is_of_cmd(line: str) -> bool:
    """Whether Windows' cmd is meant: it escapes with carets, and quotes with nothing but `"`."""
    return (
        re.search(r"\^[\"%&|<>^{}\n\r]|\^\r?\n", line) is not None
        and "'" not in line.partition("^")[0]
    )


def _without_carets(line: str) -> str:
    r"""cmd's escapes undone; what Chrome writes as `^\^"` is a quotation mark inside a text."""
    return _CARETS.sub(lambda found: found[1] or " ", line)


def _posix_quoted(found: re.Match[str]) -> str:
    """The text of `$'…'` quoted as any shell has it; the others are so already."""
    if found[1] is None:
        return found[0]
    return shlex.quote(_ANSI_ESCAPE.sub(_character, found[1]))


def _character(found: re.Match[str]) -> str:
    for digits, base in ((found[1], 16), (found[2], 16), (found[3], 16), (found[4], 8)):
        if digits is not None:
            code = int(digits, base)
            return chr(code) if code < 0x110000 else "\ufffd"
    return _ANSI_LETTERS.get(found[5], found[5])
