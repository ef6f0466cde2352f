from __future__ import annotations

import pytest
from scripted_partner import Visitor, always, answer

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure

HEADERS = (
    ("Authorization", "Bearer s3cret"),
    ("Cookie", "a=1"),
    ("X-Api-Key", "s3cret"),
    ("Content-Type", "application/json"),
    ("Idempotency-Key", "run.step"),
)


def to(location: str, status: str = "302 Found") -> bytes:
    return answer(b"moved", status, f"Location: {location}")


def test_redirects_are_off_by_default(sender, start_partner) -> None:
    partner = start_partner(always(to("/b"), answer()))

    result = sender.send(OutboundRequest("GET", partner.url("/a")))

    assert isinstance(result, OutboundResponse)
    assert (result.status, result.headers["location"], result.body) == (302, "/b", b"moved")


@pytest.mark.parametrize(
    ("location", "path"),
    [("/b?c=1", "/b?c=1"), ("b", "/x/b"), ("?c=1", "/x/a?c=1"), ("../ü", "/%C3%BC")],
)
def test_a_location_is_relative_to_the_request(
    sender, start_partner, location: str, path: str
) -> None:
    partner = start_partner(always(to(location.encode().decode("latin-1")), answer()))

    result = sender.send(OutboundRequest("GET", partner.url("/x/a"), max_redirects=1))

    assert isinstance(result, OutboundResponse)
    assert result.status == 200
    assert partner.requests[1].line == f"GET {path} HTTP/1.1"
    assert partner.connections == 1


@pytest.mark.parametrize(
    ("method", "status", "following"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("PUT", 302, "PUT"),
        ("POST", 303, "GET"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_the_method_follows_rfc_9110(
    sender, start_partner, method: str, status: int, following: str
) -> None:
    kept = following != "GET"
    first = to("/b", f"{status} Moved").removesuffix(b"moved" if method == "HEAD" else b"")
    partner = start_partner(always(first, answer(b"")))
    body = None if method == "HEAD" else b"{}"

    sender.send(OutboundRequest(method, partner.url(), HEADERS, body, max_redirects=1))

    second = partner.requests[1]
    assert second.line == f"{following} /b HTTP/1.1"
    assert second.body == ((body or b"") if kept else b"")
    assert second.headers.get("content-type") == ("application/json" if kept else None)
    assert second.headers["authorization"] == "Bearer s3cret"


def test_credentials_stay_behind_on_a_change_of_origin(sender, start_partner) -> None:
    other = start_partner(always(answer(b"there")))
    partner = start_partner(always(to(other.url("/b"), "307 Temporary Redirect")))

    result = sender.send(OutboundRequest("POST", partner.url(), HEADERS, b"{}", max_redirects=1))

    assert isinstance(result, OutboundResponse)
    assert result.body == b"there"
    assert other.requests[0].body == b"{}"
    assert other.requests[0].headers == {
        "host": f"partner.example:{other.port}",
        "content-length": "2",
        "content-type": "application/json",
        "idempotency-key": "run.step",
        "user-agent": "Penstock/test",
        "accept-encoding": "gzip, deflate",
    }


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.5/",
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.2/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://inside.example/",
    ],
)
def test_every_redirect_is_judged(make_sender, start_partner, location: str) -> None:
    names = {"partner.example": ["127.0.0.1"], "inside.example": ["127.0.0.1", "10.0.0.5"]}
    partner = start_partner(always(to(location)))

    result = make_sender(names.__getitem__).send(
        OutboundRequest("GET", partner.url(), max_redirects=5)
    )

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.REFUSED_ADDRESS
    assert len(partner.requests) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://a@partner.example/",
        "file:///etc/passwd",
        "http://[::1",
        "http://a\\b/",
        "http://:80/b",
    ],
)
def test_a_location_that_cannot_be_used_is_the_partners_fault(
    sender, start_partner, location: str
) -> None:
    partner = start_partner(always(to(location)))

    result = sender.send(OutboundRequest("GET", partner.url(), max_redirects=5))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.BROKEN
    assert "redirects to a location that cannot be used" in result.message


def test_a_loop_ends_with_the_last_redirect_as_the_answer(sender, start_partner) -> None:
    partner = start_partner(always(to("/round")))

    result = sender.send(OutboundRequest("GET", partner.url(), max_redirects=3))

    assert isinstance(result, OutboundResponse)
    assert result.status == 302
    assert len(partner.requests) == 4


@pytest.mark.parametrize("status", ["300 Multiple Choices", "304 Not Modified", "200 OK"])
def test_other_answers_with_a_location_are_answers(sender, start_partner, status: str) -> None:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(to("/b", status))

    result = sender.send(OutboundRequest("GET", start_partner(script).url(), max_redirects=3))

    assert isinstance(result, OutboundResponse)
    assert result.status == int(status[:3])
