"""nginx with the configuration of `deploy/nginx`, run before real web and worker processes."""

from __future__ import annotations

import http.client
import json
import ssl
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

from tests.deploy.conftest import PROXY, Front, place
from tests.support.automations import ended_run, every, on_webhook, post, two_calls
from tests.support.builders import send, step
from tests.support.certificates import Authority
from tests.support.machines import Machines
from tests.support.nginx import running_nginx
from tests.support.partner import Answer, Partner
from tests.support.raw_http import connect, read_reply, request_bytes, send_raw
from tests.support.server import Reply, call
from tests.support.waiting import eventually

CALLER = "127.0.0.9"
"""An address of this machine that is not the proxy's."""
ECHO = step(
    "answer",
    "respond",
    {
        "status": 200,
        "body": {"headers": "<trigger.headers>", "bytes": "{{ length(trigger.body) }}"},
    },
)
SIGNING_SECRET = "a secret of the tests"


def test_the_caller_is_who_nginx_saw_whatever_is_claimed(front: Front) -> None:
    known(front, "orders", on_webhook("orders", allow_ips=[CALLER]))
    claims = {"X-Forwarded-For": "198.51.100.7", "X_Forwarded_For": "198.51.100.8"}

    assert from_caller(front, "/hooks/default/orders", claims)[0] == 202
    assert from_caller(front, "/hooks/default/orders", claims, address="127.0.0.1")[0] == 403

    entries = every(front.web, "/api/v1/requests?direction=in")
    assert {entry["remote_address"] for entry in entries} >= {CALLER}
    assert "198.51.100" not in json.dumps(entries)


def test_headers_with_an_underscore_are_dropped_and_others_arrive(front: Front) -> None:
    known(front, "echo", on_webhook("echo", ECHO, respond="step"))

    status, answer = from_caller(
        front, "/hooks/default/echo", {"X_Partner": "1", "X_Forwarded_Host": "evil", "X-Shop": "2"}
    )

    headers = json.loads(answer)["headers"]
    assert (status, headers["x-shop"]) == (200, "2")
    assert "x-partner" not in headers
    assert headers["x-forwarded-host"] == urlsplit(front.url).netloc
    assert "evil" not in answer


def test_bodies_up_to_sixteen_mebibytes_pass_and_larger_ones_are_refused(front: Front) -> None:
    document = on_webhook("large", ECHO, respond="step", max_body=16 << 20, auth={"type": "none"})
    known(front, "large", document)
    text = {"Content-Type": "text/plain"}

    whole = call("POST", f"{front.url}/hooks/default/large", b"x" * (16 << 20), text)
    announced = {"Content-Length": str((16 << 20) + 1), **text}
    beyond = send_raw(
        f"{front.url}/", request_bytes("POST", "/hooks/default/large", announced), end=True
    )

    assert (whole.status, whole.json["bytes"]) == (200, 16 << 20)
    assert beyond is not None
    assert (beyond.status, beyond.json["status"]) == (413, 413)
    assert beyond.headers["content-type"] == "application/problem+json"


def test_a_connection_that_is_kept_carries_an_answer_that_takes_its_time(
    front: Front, partner: Partner
) -> None:
    released = partner.gate()

    def answer(_arrival: object) -> Answer:
        released.wait(60)
        return Answer(200, {"id": "late"})

    partner.script = answer
    ask = send("ask", partner.url, next=["tell"])
    tell = step("tell", "respond", {"status": 200, "body": "<steps.ask.body.id>"})
    known(front, "ask", on_webhook("ask", ask, tell, respond="step", respond_timeout="5m"))
    asked = request_bytes("POST", "/hooks/default/ask", {"Content-Length": "2"}, b"{}")

    with connect(front.url) as connection:
        connection.sendall(request_bytes("GET", "/healthz", {}))
        assert read_reply(connection, "GET")
        for number in (1, 2):
            connection.sendall(asked)
            partner.wait_for(number)
            released.set()
            reply = read_reply(connection)
            assert reply is not None
            assert (reply.status, reply.body) == (200, b"late")


def test_what_is_accepted_in_front_is_executed_behind(front: Front, partner: Partner) -> None:
    known(front, "sync", two_calls("sync", partner.url))

    run_ids = [post(front, "sync", {"n": number}).json["run_id"] for number in range(8)]

    assert {ended_run(front.web, run_id)["status"] for run_id in run_ids} == {"succeeded"}


def test_a_web_process_that_stops_is_not_missed(tmp_path: Path, machines: Machines) -> None:
    webs = [machines.web(), machines.web()]
    with running_nginx(tmp_path / "nginx", [place(web) for web in webs]) as nginx:
        front = Front(nginx, webs)
        known(front, "note", on_webhook("note"))
        webs[0].stop()

        replies = [post(front, "note", {"n": number}) for number in range(10)]
        webs[1].stop()
        refused = post(front, "note")

    assert [reply.status for reply in replies] == [202] * 10
    assert (refused.status, refused.json["status"]) == (502, 502)
    assert refused.headers["retry-after"] == "5"


def test_one_address_cannot_take_every_place(front: Front) -> None:
    known(front, "stalled", on_webhook("stalled"))
    begun = request_bytes("POST", "/hooks/default/stalled", {"Content-Length": "2"})
    with ExitStack() as stack:
        # More than there are places: what another test left may hold one for a moment still.
        stalled = [stack.enter_context(connect(front.url)) for _ in range(220)]
        for connection in stalled:
            connection.sendall(begun)

        def press() -> Reply | None:
            """One more, in case that some were given up on a busy machine."""
            stack.enter_context(connect(front.url)).sendall(begun)
            return refusal(front)

        refused = eventually(press)
        assert refused.json["status"] == 429
        assert refused.headers["retry-after"] == "5"
        assert from_caller(front, "/hooks/default/stalled", {})[0] == 202
        stalled[0].sendall(b"{}")
        answered = read_reply(stalled[0])

    assert answered is not None
    assert answered.status == 202


def test_measurements_are_not_for_the_world(front: Front) -> None:
    for path in ("/metrics", "//metrics", "/%6Detrics"):
        assert call("GET", f"{front.url}{path}").status == 404

    asked = eventually(lambda: lines_about("/metrics", front, 3))

    assert {line["web"] for line in asked} == {""}


def test_what_lets_in_is_not_written_down(front: Front) -> None:
    for path in ("setup/t0ken", "invitations/t0ken", "decide/t0ken?a=b", "hooks/a/b?key=t0ken"):
        call("GET", f"{front.url}/{path}")
    call("POST", f"{front.url}/callback/t0ken", {})

    eventually(lambda: "/callback/" in front.nginx.log())

    paths = {json.loads(line)["path"] for line in front.nginx.log().splitlines()}
    links = {f"/{name}/..." for name in ("setup", "invitations", "decide", "callback")}
    assert paths >= {*links, "/hooks/a/b"}
    assert "t0ken" not in front.nginx.log() + front.nginx.errors()


def test_under_tls_penstock_knows_the_url_that_was_called(
    tmp_path: Path, machines: Machines
) -> None:
    web, authority = machines.web(**PROXY), Authority(tmp_path)
    issued = authority.issue("127.0.0.1")
    with running_nginx(tmp_path / "nginx", [place(web)], issued) as nginx:
        web.call("PUT", "/api/v1/secrets/KEY", {"value": SIGNING_SECRET})
        auth = {"type": "signature", "scheme": "twilio", "secrets": ["KEY"]}
        web.publish("sms", on_webhook("sms/{shop}", auth=auth))
        url = f"{nginx.tls_url}/hooks/default/sms/Z%C3%BCrich%20(1)?x=%20y&a=+"

        assert signed_post(url, authority) == 202
        assert call("GET", f"{nginx.url}/healthz").status == 200
        sent_on = call("GET", f"{nginx.url}/runs?a=b")
        assert (sent_on.status, sent_on.headers["location"]) == (308, "https://127.0.0.1/runs?a=b")
        assert call("POST", f"{nginx.url}/hooks/default/sms/x", {}).status == 403


def known(front: Front, automation_id: str, document: dict[str, Any]) -> None:
    """Publishes a document and waits until every web process has it."""
    front.web.publish(automation_id, document)
    path = f"/hooks/default/{document['trigger']['with']['path']}"
    for web in front.webs:
        eventually(lambda web=web: web.call("OPTIONS", path).status != 404)


def from_caller(
    front: Front, path: str, headers: dict[str, str], address: str = CALLER
) -> tuple[int, str]:
    """Status and body of a POST from an address of this machine."""
    parts = urlsplit(front.url)
    connection = http.client.HTTPConnection(parts.netloc, source_address=(address, 0))
    connection.request("POST", path, b"{}", {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def refusal(front: Front) -> Reply | None:
    """The answer to a request for which the address has no place left."""
    reply = call("GET", f"{front.url}/healthz")
    return reply if reply.status == 429 else None


def lines_about(path: str, front: Front, count: int) -> list[dict[str, Any]] | None:
    """What nginx wrote of requests for a path, once there are so many."""
    lines = [json.loads(line) for line in front.nginx.log().splitlines()]
    found = [line for line in lines if line["path"] == path]
    return found if len(found) >= count else None


def signed_post(url: str, authority: Authority) -> int:
    """The status of a request that Twilio's own library signed for this URL."""
    parts = urlsplit(url)
    signature = RequestValidator(SIGNING_SECRET).compute_signature(url, {"From": "+1"})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature,
    }
    context = ssl.create_default_context(cafile=authority.file)
    connection = http.client.HTTPSConnection(parts.netloc, context=context)
    connection.request("POST", f"{parts.path}?{parts.query}", b"From=%2B1", headers)
    status = connection.getresponse().status
    connection.close()
    return status
