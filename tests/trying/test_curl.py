"""cURL commands become steps that send the same, and requests become commands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Fault, InvalidError
from engine.compiler import Compiler
from engine.curl.exporting import curl_command
from engine.curl.importing import import_curl
from expressions import TemplateMode, compile_value
from wiring import action_and_trigger_registry

COMPILER = Compiler(action_and_trigger_registry())
URL = "https://partner.example/sync"


def check(configuration: Any) -> tuple[Fault, ...]:
    return COMPILER.check_step({"action": "send-webhook", "with": configuration}, "$").faults


def imported(command: str) -> dict[str, Any]:
    return import_curl(command, check)


def step_of(command: str) -> dict[str, Any]:
    found = imported(command)
    assert found["faults"] == []
    configuration: dict[str, Any] = found["with"]
    return configuration


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (f"curl {URL}", {"method": "GET", "url": URL}),
        (f"$ curl -sSL -X PUT {URL}", {"method": "PUT", "url": URL, "redirects": 5}),
        (f"curl -XDELETE --url {URL}", {"method": "DELETE", "url": URL}),
        (f"curl -I {URL}", {"method": "HEAD", "url": URL}),
        (
            f"curl {URL} -H 'Content-Type: application/json' -d '{{\"a\": [1, \"x\"]}}'",
            {"method": "POST", "url": URL, "body": {"a": [1, "x"]}},
        ),
        (
            f"curl {URL} --json '{{\"a\":1}}'",
            {
                "method": "POST",
                "url": URL,
                "body": {"a": 1},
                "headers": {"Accept": "application/json"},
            },
        ),
        (
            f"curl {URL} -d name=Ada -d mail=ada%40x.example",
            {
                "method": "POST",
                "url": URL,
                "body": {"name": "Ada", "mail": "ada@x.example"},
                "body_type": "form",
            },
        ),
        (
            f"curl {URL} --data-urlencode 'q=a b&c'",
            {"method": "POST", "url": URL, "body": {"q": "a b&c"}, "body_type": "form"},
        ),
        (
            f"curl -G {URL}?page=2 -d tag=a -d tag=b",
            {"method": "GET", "url": URL, "query": {"page": "2", "tag": ["a", "b"]}},
        ),
        (
            f"curl {URL} -H 'Content-Type: text/xml' --data-raw '<a><b/></a>'",
            {
                "method": "POST",
                "url": URL,
                "headers": {"Content-Type": "text/xml"},
                "body": "\\<a><b/></a>",
                "body_type": "text",
            },
        ),
        (
            f"curl {URL} -m 1.5 --connect-timeout 2 -A Shop/1 -e https://shop.example",
            {
                "method": "GET",
                "url": URL,
                "headers": {"User-Agent": "Shop/1", "Referer": "https://shop.example"},
                "timeout": "1s500ms",
                "connect_timeout": "2s",
            },
        ),
        (
            f"curl {URL} -H 'X-Empty;' -H 'Accept:'",
            {"method": "GET", "url": URL, "headers": {"X-Empty": "", "Accept": None}},
        ),
        (
            f"curl {URL} \\\n  -H 'X-A: 1' \\\n  --compressed",
            {"method": "GET", "url": URL, "headers": {"X-A": "1"}},
        ),
    ],
)
def test_a_command_becomes_a_step(command: str, expected: dict[str, Any]) -> None:
    assert step_of(command) == expected


def test_what_chrome_copies_for_bash_is_read() -> None:
    command = (
        "curl 'https://partner.example/sync' \\\n  -H 'accept: */*' \\\n"
        '  --data-raw $\'{"text":"it\\\'s \\u0021 \\u00e9\\\\n"}\''
        " -H 'content-type: application/json'"
    )

    assert step_of(command)["body"] == {"text": "it's ! é\n"}


def test_what_chrome_copies_for_windows_is_read() -> None:
    command = (
        'curl ^"https://partner.example/sync?a=1^&b=2^" ^\r\n  -H ^"accept: */*^" ^\r\n'
        '  -H ^"content-type: application/json^" ^\r\n'
        '  --data-raw ^"^{^\\^"a^\\^":^\\^"100^%^\\^"^}^"'
    )

    step = step_of(command)

    assert step["query"] == {"a": "1", "b": "2"}
    assert step["body"] == {"a": "100%"}


def test_credentials_are_left_out_and_the_note_says_which_secret_to_make() -> None:
    found = imported(
        "curl https://api.partner.example/x?api_key=k-123 -H 'Authorization: Bearer abc.def' "
        "-H 'X-Api-Key: k-456' -b 'session=s-789' --json '{\"client\": {\"password\": \"p-000\"}}'"
    )

    made = found["with"]
    assert made["auth"] == {"type": "bearer", "secret": "PARTNER_TOKEN"}
    assert "Authorization" not in made["headers"]
    assert made["headers"]["X-Api-Key"] == "<secrets.PARTNER_X_API_KEY>"
    assert made["headers"]["Cookie"] == "<secrets.PARTNER_COOKIE>"
    assert made["query"] == {"api_key": "<secrets.PARTNER_API_KEY>"}
    assert made["body"] == {"client": {"password": "<secrets.PARTNER_PASSWORD>"}}
    assert len(found["notes"]) == 5
    assert "PARTNER_TOKEN" in " ".join(found["notes"])
    written = json.dumps(found)
    assert not any(value in written for value in ("abc.def", "k-123", "k-456", "s-789", "p-000"))


@pytest.mark.parametrize(
    ("command", "auth", "notes"),
    [
        (
            f"curl -u 'ad\"a:pw' {URL}",
            {"type": "basic", "user": 'ad"a', "secret": "PARTNER_PASSWORD"},
            ["PARTNER_PASSWORD that holds the password of ad"],
        ),
        (
            "curl 'https://ad%22a:pw@partner.example/sync'",
            {"type": "basic", "user": 'ad"a', "secret": "PARTNER_PASSWORD"},
            ["PARTNER_PASSWORD"],
        ),
        (
            f"curl --oauth2-bearer t0k3n -u a:pw {URL}",
            {"type": "bearer", "secret": "PARTNER_TOKEN"},
            ["PARTNER_TOKEN"],
        ),
        (
            f"curl --cert /home/me/client.pem:pass --key key.pem {URL}",
            {
                "type": "mtls",
                "certificate": "PARTNER_CERTIFICATE",
                "key": "PARTNER_CERTIFICATE_KEY",
            },
            ["the client certificate in PEM", "without a passphrase"],
        ),
        (
            f"curl -E client.pem {URL}",
            {"type": "mtls", "certificate": "PARTNER_CERTIFICATE"},
            ["PARTNER_CERTIFICATE"],
        ),
        (
            f"curl --aws-sigv4 aws:amz:eu-central-1:execute-api -u AKID:s3cr3t {URL}",
            {
                "type": "aws-sigv4",
                "region": "eu-central-1",
                "service": "execute-api",
                "access_key": "AKID",
                "secret": "PARTNER_SECRET_KEY",
            },
            ["the secret key of AKID"],
        ),
        (
            "curl --aws-sigv4 aws:amz -u AKID:s3cr3t -H 'x-amz-security-token: t0k3n' "
            "https://s3.eu-west-1.amazonaws.com/bucket",
            {
                "type": "aws-sigv4",
                "region": "eu-west-1",
                "service": "s3",
                "access_key": "AKID",
                "secret": "S3_SECRET_KEY",
                "session_token": "S3_SESSION_TOKEN",
            },
            ["S3_SECRET_KEY", "S3_SESSION_TOKEN"],
        ),
    ],
)
def test_who_sends_becomes_the_step_s_authentication(
    command: str, auth: dict[str, str], notes: list[str]
) -> None:
    found = imported(command)

    assert found["faults"] == []
    assert found["with"]["auth"] == auth
    assert "headers" not in found["with"]
    assert [words in note for words, note in zip(notes, found["notes"], strict=True)] == [
        True
    ] * len(notes)
    written = json.dumps(found)
    assert not any(value in written for value in ("pw", "t0k3n", "s3cr3t", 'pass"'))


def test_a_second_way_of_showing_who_sends_stays_a_header() -> None:
    made = step_of(f"curl --cert client.pem -u ada:pw {URL}")
    assert made["auth"] == {"type": "mtls", "certificate": "PARTNER_CERTIFICATE"}
    value = compile_value(made["headers"]["Authorization"], TemplateMode.HEADER)
    resolved = value.resolve({"secrets": {"PARTNER_PASSWORD": "pw"}}).value
    assert resolved == "Basic YWRhOnB3"


def test_a_user_without_a_password_is_the_key() -> None:
    found = imported(f"curl -u sk_live_123: {URL}")
    assert "sk_live_123" not in json.dumps(found)
    value = compile_value(found["with"]["headers"]["Authorization"], TemplateMode.HEADER)
    resolved = value.resolve({"secrets": {"PARTNER_API_KEY": "sk_live_123"}}).value
    assert resolved == "Basic c2tfbGl2ZV8xMjM6"


@pytest.mark.parametrize(
    "header", ["Bearer <secrets.MINE>", "Basic YTpi", "Bearer ", "Digest username=a"]
)
def test_other_headers_of_authorization_stay_headers(header: str) -> None:
    made = step_of(f"curl {URL} -H 'Authorization: {header}'")
    assert "auth" not in made
    assert made["headers"].keys() == {"Authorization"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("-F file=@a.png", "multipart"),
        ("-d @body.json", "body.json cannot be read here"),
        ("-T a.txt", "cannot be uploaded"),
        ("-b cookies.txt", "cookies from a file"),
        ("-m soon", "number of seconds"),
        ("-H nonsense", "has no colon"),
        ("--aws-sigv4 osc:osc:eu:api -u a:b", "an AWS signature needs"),
        ("--aws-sigv4 aws:amz -u a:b", "an AWS signature needs"),
        ("--aws-sigv4 aws:amz:eu-central-1:s3", "an AWS signature needs"),
    ],
)
def test_what_a_step_cannot_do_is_told(options: str, words: str) -> None:
    assert words in imported(f"curl {URL} {options}")["faults"][0]["message"]


def test_what_is_left_out_is_noted() -> None:
    notes = imported(f"curl -k -x http://proxy:3128 {URL} -H 'Host: other.example'")["notes"]

    assert any("certificates are always verified" in note for note in notes)
    assert any("proxy" in note for note in notes)
    assert any(note.startswith("the header Host was left out") for note in notes)


@pytest.mark.parametrize("command", ["", "wget x", "curl", "curl 'https://x", "curl -X POST"])
def test_what_is_no_command_is_refused(command: str) -> None:
    with pytest.raises(InvalidError):
        imported(command)


def test_a_request_becomes_a_command() -> None:
    command = curl_command("PUT", f"{URL}?a=1&b={{x}}", {"X-A": "it's", "Host": "x"}, b'{"a": 1}')

    assert command == (
        f"curl -X PUT '{URL}?a=1&b={{x}}' \\\n  -H 'X-A: it'\"'\"'s' \\\n  --globoff \\\n"
        "  -H 'Content-Type:' \\\n  --data-raw '{\"a\": 1}'"
    )
    assert curl_command("GET", URL, {}, None) == f"curl {URL}"
    assert "left out" in curl_command("POST", URL, {}, b"\xff")


OPTIONS = [
    "-X",
    "-H",
    "-d",
    "-u",
    "-F",
    "-G",
    "-E",
    "--aws-sigv4",
    "^",
    "'",
    '"',
    "$'",
    "\\",
    "@",
    "a:",
    "https://x",
]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    path=st.text("abc<>{}\\._-%/", max_size=12),
    value=TEXT,
    body=st.none() | TEXT | st.sampled_from(["<a.b>", "{{ x }}", "\\<a.b>", "a=1&b=<order.id>"]),
)
@settings(max_examples=150)
def test_a_request_survives_the_way_to_a_command_and_back(
    method: str, path: str, value: str, body: str | None
) -> None:
    url = f"https://partner.example/{path}"
    headers = {"X-Value": value.strip(), "Content-Type": "text/plain"}
    made = imported(curl_command(method, url, headers, body.encode() if body else None))["with"]

    assert made["method"] == method
    assert resolved(made["url"], TemplateMode.URL) == url
    assert resolved(made["headers"]["X-Value"], TemplateMode.HEADER) == value.strip()
    assert resolved(made.get("body", ""), TemplateMode.BODY) == (body or "")


def resolved(template: Any, mode: TemplateMode) -> object:
    return compile_value(template, mode).resolve({}).value


@given(
    st.text(max_size=80),
    st.lists(st.sampled_from(OPTIONS)),
)
@settings(max_examples=150)
def test_whatever_is_pasted_is_read_or_refused_in_words(text: str, words: list[str]) -> None:
    try:
        found = imported(f"curl {text} {' '.join(words)}")
    except InvalidError as error:
        assert str(error)
    else:
        assert set(found) == {"with", "notes", "faults"}
