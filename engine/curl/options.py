"""The options of a cURL command, as far as they say what is sent (curl(1))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from core.errors import InvalidError

_SHORT = {
    "X": "request",
    "H": "header",
    "d": "data",
    "F": "form",
    "u": "user",
    "A": "user-agent",
    "e": "referer",
    "b": "cookie",
    "m": "max-time",
    "G": "get",
    "I": "head",
    "L": "location",
    "k": "insecure",
    "T": "upload-file",
    "x": "proxy",
    "o": "output",
    "w": "write-out",
    "c": "cookie-jar",
    "D": "dump-header",
    "E": "cert",
    "K": "config",
    "r": "range",
    "C": "continue-at",
    "U": "proxy-user",
    "y": "speed-time",
    "Y": "speed-limit",
    "z": "time-cond",
}
_SYNONYMS = {"data-ascii": "data", "location-trusted": "location"}
_DATA = frozenset({"data", "data-raw", "data-binary", "data-urlencode", "json"})
_WITH_VALUE = _DATA | {
    *("header", "cookie", "url", "url-query"),
    *("request", "user", "max-time", "connect-timeout", "max-redirs"),
    *("user-agent", "referer", "oauth2-bearer"),
    *("cert", "key", "aws-sigv4"),
}
_IGNORED_WITH_VALUE = frozenset(
    {
        *("output", "write-out", "cookie-jar", "dump-header", "proxy", "proxy-user", "noproxy"),
        *("cert-type", "key-type", "cacert", "capath", "ciphers", "interface"),
        *("resolve", "connect-to", "retry", "retry-delay", "retry-max-time", "limit-rate"),
        *("range", "continue-at", "speed-time", "speed-limit", "time-cond", "max-filesize"),
        *("keepalive-time", "dns-servers", "tls-max", "trace", "trace-ascii", "stderr", "pass"),
    }
)
_REFUSED = {
    "form": "a multipart form (-F) cannot be sent; send its fields with --data, or as JSON",
    "form-string": "a multipart form cannot be sent; send its fields with --data, or as JSON",
    "upload-file": "a file cannot be uploaded (-T); put its content into the body",
    "config": "a file of options (-K) cannot be read here; paste the options themselves",
}
_SETTINGS = {
    "request": "method",
    "user": "user",
    "max-time": "timeout",
    "connect-timeout": "connect_timeout",
    "max-redirs": "most_redirects",
    "cert": "certificate",
    "key": "key",
    "aws-sigv4": "aws",
}
_SWITCHES = {"get": "in_query", "head": "head", "location": "follow"}
_HEADERS = {
    "user-agent": ("User-Agent", ""),
    "referer": ("Referer", ""),
    "oauth2-bearer": ("Authorization", "Bearer "),
}
_SAID = {
    "insecure": "-k was left out: certificates are always verified",
    "proxy": "the proxy was left out: requests go straight to the partner",
    "output": "-o was left out: the answer becomes the step's output",
}


@dataclass(slots=True)
class CurlRequest:
    """What a command asks for. `data` are the parts of the body, `faults` what cannot be done."""

    url: str = ""
    method: str | None = None
    headers: list[tuple[str, str | None]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    is_json: bool = False
    in_query: bool = False
    head: bool = False
    user: str | None = None
    certificate: str | None = None
    key: str | None = None
    aws: str | None = None
    follow: bool = False
    most_redirects: str | None = None
    timeout: str | None = None
    connect_timeout: str | None = None
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_options(words: Sequence[str]) -> CurlRequest:
    """What the words behind `curl` ask for. Raises InvalidError when there is no URL."""
    request = CurlRequest()
    for name, value in _options(words[1:], request):
        _take(request, name, value)
    if not request.url:
        raise InvalidError("the command has no URL")
    return request


def _options(words: Sequence[str], request: CurlRequest) -> Iterator[tuple[str, str]]:
    """The options with their values; a bare word is the URL."""
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word.startswith("--") and len(word) > 2:
            name = _SYNONYMS.get(word[2:], word[2:])
            yield name, _value(name, waiting, request)
        elif word.startswith("-") and len(word) > 1:
            yield from _cluster(word[1:], waiting, request)
        elif word != "--":
            yield "url", word


def _cluster(letters: str, waiting: list[str], request: CurlRequest) -> Iterator[tuple[str, str]]:
    """Options written together, as in `-sSLXPOST`: one with a value takes what is left."""
    for position, letter in enumerate(letters):
        name = _SHORT.get(letter, letter)
        rest = letters[position + 1 :]
        if _takes_value(name):
            yield name, rest or _value(name, waiting, request)
            return
        yield name, ""


def _value(name: str, waiting: list[str], request: CurlRequest) -> str:
    if not _takes_value(name):
        return ""
    if waiting:
        return waiting.pop()
    request.faults.append(f"--{name} has no value")
    return ""


def _takes_value(name: str) -> bool:
    return name in _WITH_VALUE or name in _IGNORED_WITH_VALUE or name in _REFUSED


def _take(request: CurlRequest, name: str, value: str) -> None:
    if name in _REFUSED:
        request.faults.append(_REFUSED[name])
    elif name in _DATA:
        _take_data(request, name, value)
    elif name in _SAID:
        request.notes.append(_SAID[name])
    elif name == "header":
        _take_header(request, value)
    elif name == "cookie":
        _take_cookie(request, value)
    else:
        _take_setting(request, name, value)


def _take_setting(request: CurlRequest, name: str, value: str) -> None:
    if name in _SETTINGS:
        setattr(request, _SETTINGS[name], value)
    elif name in _SWITCHES:
        setattr(request, _SWITCHES[name], True)
    elif name in _HEADERS:
        header, prefix = _HEADERS[name]
        request.headers.append((header, f"{prefix}{value}"))
    elif name == "url-query":
        request.query.append(value)
    elif name == "url":
        _take_url(request, value)


def _take_url(request: CurlRequest, value: str) -> None:
    if request.url:
        request.notes.append(f"a second URL was left out: {value[:80]}")
    else:
        request.url = value if "://" in value else f"http://{value}"


def _take_header(request: CurlRequest, line: str) -> None:
    name, colon, value = line.partition(":")
    if line.startswith("@"):
        request.faults.append(f"headers from a file ({line[:60]}) cannot be read here")
    elif colon:
        # curl(1): a name with nothing behind its colon takes curl's own header out.
        request.headers.append((name.strip(), value.strip() or None))
    elif name.endswith(";"):
        request.headers.append((name.rstrip("; "), ""))
    else:
        request.faults.append(f"the header {line[:60]!r} has no colon")


def _take_cookie(request: CurlRequest, value: str) -> None:
    if "=" in value:
        request.headers.append(("Cookie", value))
    else:
        request.faults.append(f"cookies from a file ({value[:60]}) cannot be read here")


def _take_data(request: CurlRequest, name: str, value: str) -> None:
    if name == "data-urlencode":
        _take_encoded(request, value)
    elif value.startswith("@") and name != "data-raw":
        request.faults.append(f"the file {value[1:61]} cannot be read here; paste its content")
    else:
        request.is_json |= name == "json"
        request.data.append(value)


def _take_encoded(request: CurlRequest, value: str) -> None:
    """`content`, `=content` or `name=content`: the content is percent-encoded (curl(1))."""
    name, equals, content = value.partition("=")
    if not equals and "@" in value:
        request.faults.append(f"the file in {value[:60]!r} cannot be read here; paste its content")
    elif not equals:
        request.data.append(quote_plus(value))
    else:
        request.data.append(f"{name}={quote_plus(content)}" if name else quote_plus(content))
