"""What a sending step sends, what of it is shown, and what it refuses to send."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import empty_ping, send_webhook
from core.http import OutboundRequest
from core.outcomes import Fail, Succeed

URL = "https://partner.example/partners/7/sync"


@pytest.fixture(scope="session")
def sent(make_context):
    """Runs one attempt and gives the request that left."""

    def run(action=send_webhook, /, **params) -> OutboundRequest:
        context = make_context({"url": URL, **params})
        outcome = action.run(context, context.masked)
        assert isinstance(outcome, Succeed), outcome
        assert context.shown == context.sent
        return context.sent[0]

    return run


def names_and_values(request: OutboundRequest) -> dict[str, str]:
    named = {name.lower(): value for name, value in request.headers}
    assert len(named) == len(request.headers)
    return named


def test_defaults_are_those_of_the_design(sent):
    assert sent() == OutboundRequest(
        method="POST",
        url=URL,
        headers=(
            ("User-Agent", "Penstock"),
            ("Idempotency-Key", "0192e4a0-7b1c-7abc-8def-0123456789ab.sync"),
        ),
        body=None,
        timeout=15_000,
        connect_timeout=5_000,
        max_redirects=0,
        max_response=1 << 20,
    )


def test_method_and_limits_are_taken_from_the_step(sent):
    request = sent(
        method="PURGE", timeout="1m30s", connect_timeout="500ms", redirects=3, max_response=4096
    )
    assert request.method == "PURGE"
    assert (request.timeout, request.connect_timeout) == (90_000, 500)
    assert (request.max_redirects, request.max_response) == (3, 4096)


def test_an_empty_ping_is_a_post_without_a_body(sent):
    request = sent(empty_ping, headers={"X-Beat": 1})
    assert (request.method, request.body) == ("POST", None)
    assert "content-type" not in names_and_values(request)


@pytest.mark.parametrize(
    ("params", "body", "content_type"),
    [
        ({"body": {"id": 7, "name": "Zoë"}}, '{"id":7,"name":"Zoë"}'.encode(), "application/json"),
        ({"body": "text"}, b'"text"', "application/json"),
        ({"body": None}, b"null", "application/json"),
        (
            {"body": {"name": "Ada L", "tag": ["a", "b"], "gone": None}, "body_type": "form"},
            b"name=Ada+L&tag=a&tag=b",
            "application/x-www-form-urlencoded",
        ),
        ({"body": "<a/>", "body_type": "text"}, b"<a/>", "text/plain; charset=utf-8"),
        ({"body": {"a": 1}, "body_type": "text"}, b'{"a":1}', "text/plain; charset=utf-8"),
        ({"body_type": "json"}, None, None),
        ({"body_type": "none"}, None, None),
    ],
)
def test_each_kind_of_body_has_its_bytes_and_content_type(sent, params, body, content_type):
    request = sent(**params)
    assert request.body == body
    assert names_and_values(request).get("content-type") == content_type


def test_the_step_s_own_content_type_decides_the_charset(sent):
    request = sent(
        body="<name>Zoë</name>",
        body_type="text",
        headers={"content-TYPE": "text/xml; charset=iso-8859-1"},
    )
    assert request.body == b"<name>Zo\xeb</name>"
    assert names_and_values(request)["content-type"] == "text/xml; charset=iso-8859-1"


def test_own_headers_replace_the_usual_ones_whatever_their_case(sent):
    own = {
        "user-agent": "Shop/2",
        "IDEMPOTENCY-KEY": "order-7",
        "content-type": "application/vnd.x+json",
    }
    request = sent(body={}, headers=own)
    assert dict(request.headers) == own


def test_headers_are_written_as_text_and_null_leaves_one_out(sent):
    request = sent(headers={"X-Total": 12.5, "X-Gift": True, "X-Note": None, "User-Agent": None})
    headers = names_and_values(request)
    assert (headers["x-total"], headers["x-gift"]) == ("12.5", "true")
    assert "x-note" not in headers
    assert headers["user-agent"] == "Penstock"


@pytest.mark.parametrize(
    ("url", "query", "expected"),
    [
        (URL, {}, URL),
        (URL, {"a": None}, URL),
        (URL, {"a": "1 2&b=3"}, f"{URL}?a=1%202%26b%3D3"),
        (URL, {"tag": ["new", None, "x/y"], "n": 3}, f"{URL}?tag=new&tag=x%2Fy&n=3"),
        (f"{URL}?v=1", {"a": ""}, f"{URL}?v=1&a="),
        (f"{URL}#part", {"a": 1}, f"{URL}?a=1"),
        (URL, {"filter[name]": "Zoë"}, f"{URL}?filter%5Bname%5D=Zo%C3%AB"),
    ],
)
def test_the_query_is_added_to_the_url(sent, url, query, expected):
    assert sent(url=url, query=query).url == expected


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text(), min_size=1)))
def test_any_query_arrives_as_it_was_meant(make_context, query):
    params = {"url": URL, "query": query}
    context = make_context(params)
    send_webhook.run(context, params)
    meant = [(k, v) for k, vs in query.items() for v in (vs if isinstance(vs, list) else [vs])]
    parts = urlsplit(context.sent[0].url)
    assert parse_qsl(parts.query, keep_blank_values=True) == meant
    assert parts.path == "/partners/7/sync"


def test_what_is_shown_is_built_from_the_masked_params(make_context):
    params = {
        "url": f"{URL}/s3cr3t",
        "query": {"key": "s3cr3t", "plain": "[secret:x"},
        "headers": {"Authorization": "Bearer s3cr3t"},
        "body": {"token": "s3cr3t", "id": 7},
    }
    masked = {
        "url": f"{URL}/[secret:TOKEN]",
        "query": {"key": "[secret:TOKEN]", "plain": "[secret:x"},
        "headers": {"Authorization": "Bearer [secret:TOKEN]"},
        "body": {"token": "[secret:TOKEN]", "id": 7},
    }
    context = make_context(params, masked)
    send_webhook.run(context, params)
    [request], [shown] = context.sent, context.shown
    assert request.url == f"{URL}/s3cr3t?key=s3cr3t&plain=%5Bsecret%3Ax"
    assert shown.url == f"{URL}/[secret:TOKEN]?key=[secret:TOKEN]&plain=%5Bsecret%3Ax"
    assert names_and_values(request)["authorization"] == "Bearer s3cr3t"
    assert names_and_values(shown)["authorization"] == "Bearer [secret:TOKEN]"
    assert shown.body == b'{"token":"[secret:TOKEN]","id":7}'
    assert "s3cr3t" not in repr(shown)


def test_masks_in_a_form_stay_readable(make_context):
    params = {"url": URL, "body_type": "form", "body": {"pin": "1234", "name": "Ada L"}}
    context = make_context(params, params | {"body": {"pin": "[secret:PIN]", "name": "Ada L"}})
    send_webhook.run(context, params)
    assert context.sent[0].body == b"pin=1234&name=Ada+L"
    assert context.shown[0].body == b"pin=[secret:PIN]&name=Ada+L"


@pytest.mark.parametrize("action", [send_webhook, empty_ping])
def test_a_signature_covers_what_is_sent_and_is_shown_too(make_context, action):
    params = {"url": URL, "sign": {"secret": "KEY"}, "headers": {"X-Token": "s3cr3t"}}
    if action is send_webhook:
        params["body"] = {"id": 7}
    context = make_context(
        params, params | {"headers": {"X-Token": "[secret:T]"}}, secrets={"KEY": "k"}
    )
    action.run(context, params)
    headers = names_and_values(context.sent[0])
    assert headers["webhook-id"] == headers["idempotency-key"]
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"].startswith("v1,")
    assert context.shown[0].headers[-3:] == context.sent[0].headers[-3:]
    assert context.shown[0].headers[-4] == ("X-Token", "[secret:T]")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"body": [1], "body_type": "form"}, "body: a form needs an object of fields"),
        ({"body": 2**64}, "cannot be written as JSON"),
        ({"sign": {"secret": "GONE"}}, "there is no secret GONE"),
        (
            {
                "body": "€",
                "body_type": "text",
                "headers": {"Content-Type": "x/y; charset=iso-8859-1"},
            },
            "does not exist in the charset",
        ),
    ],
)
def test_what_cannot_be_sent_fails_without_sending(make_context, params, message):
    params = {"url": URL, **params}
    context = make_context(params)
    outcome = send_webhook.run(context, params)
    assert isinstance(outcome, Fail)
    assert message in outcome.error
    assert context.sent == []


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"url": "partner.example/x"}, "url"),
        ({"url": "ftp://partner.example"}, "url"),
        ({"headers": {"host": "x"}}, "headers.host"),
        ({"headers": {"Content-Length": "3"}}, "headers['Content-Length']"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "headers['x-a']"),
        ({"headers": {"Webhook-Id": "1"}, "sign": {"secret": "K"}}, "headers['Webhook-Id']"),
        ({"codes": {"success": ["2xx"], "halt": ["2xx"]}}, "codes.halt[0]"),
        ({"timeout": "0s"}, "timeout"),
        ({"timeout": "10m1ms"}, "timeout"),
        ({"timeout": "15s\n"}, "timeout"),
        ({"connect_timeout": "1h"}, "connect_timeout"),
    ],
)
@pytest.mark.parametrize("action", [send_webhook, empty_ping])
def test_faults_no_schema_can_say_are_found_at_their_path(action, params, path):
    assert [found for found, _ in action.SPEC.check({"url": URL, **params})] == [path]


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"body": {}, "body_type": "none"}, "body"),
        ({"body": [1], "body_type": "form"}, "body"),
        ({"body": "<a/>", "headers": {"Content-Type": "text/xml"}}, "body_type"),
    ],
)
def test_a_body_that_does_not_fit_its_kind_is_a_fault(params, path):
    assert [found for found, _ in send_webhook.check({"url": URL, **params})] == [path]


@pytest.mark.parametrize(
    "params",
    [
        {"url": "<partner.base>/sync"},
        {"url": "{{ partner.base }}/sync"},
        {"url": "{partner.base}/sync"},
        {"url": "HTTPS://partner.example"},
        {"timeout": "10m", "connect_timeout": "1ms"},
        {"headers": {"Webhook-Id": "1"}},
        {"body": "<order>", "body_type": "form"},
        {"body": "<order>", "headers": {"Content-Type": "<order.type>"}},
        {"body": "<order>", "headers": {"Content-Type": "application/vnd.x+json"}},
        {"body": "<a/>", "body_type": "text", "headers": {"Content-Type": "text/xml"}},
        {"body": {"a": 1}, "headers": {"Content-Type": "text/plain"}},
    ],
)
def test_what_is_right_has_no_faults(params):
    assert send_webhook.check({"url": URL, **params}) == []
