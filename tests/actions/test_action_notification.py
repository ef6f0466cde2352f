"""The step that tells people: whom, what, and what becomes of those who cannot be reached."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from actions import send_notification
from core.notifications import (
    Notification,
    NotificationFormat,
    NotificationResult,
    NotificationType,
)
from core.outcomes import Fail, Retry, Succeed

SLACK, MAIL = "slack://a/b/c", "mailtos://u:p@example.org?to=ada@example.org"
SECRETS = {"TEAM": f" {SLACK}\n"}
REACHED = NotificationResult("slack://hooks.slack.com", 5, 200)
MAILED = NotificationResult("mailtos://mail.example.org", 5, 250)
BUSY = NotificationResult("mailtos://mail.example.org", 5, 451, "answered 451", may_pass=True)
REFUSED = NotificationResult("slack://hooks.slack.com", 5, 404, "answered 404")


def tell(make_context, *results, to=("TEAM", MAIL), earlier=None, **params):
    params = {"to": list(to), "body": "Late.", **params}
    named = dict(zip((SLACK, MAIL), results, strict=False))
    context = make_context(params, results=named, secrets=SECRETS, earlier_output=earlier)
    return send_notification.run(context, params), context.told


def test_everybody_is_told_by_name_of_a_secret_or_by_address(make_context):
    outcome, told = tell(
        make_context, REACHED, MAILED, title="Order", format="markdown", type="failure",
        timeout="3s",
    )  # fmt: skip

    assert outcome == Succeed(
        {
            "results": [
                {"to": "TEAM", "delivered": True},
                {"to": "mailtos://mail.example.org", "delivered": True},
            ]
        }
    )
    notification = Notification(
        body="Late.",
        title="Order",
        format=NotificationFormat.MARKDOWN,
        type=NotificationType.FAILURE,
        timeout=3_000,
    )
    assert told == [(SLACK, notification), (MAIL, notification)]


def test_whoever_was_not_reached_is_tried_again_and_nobody_else(make_context):
    first, _ = tell(make_context, REACHED, BUSY)
    second, told = tell(make_context, REACHED, MAILED, earlier=first.output)

    assert isinstance(first, Retry)
    assert first.reason == (
        "1 of 2 addresses were not told: mailtos://mail.example.org: answered 451"
    )
    assert [address for address, _ in told] == [MAIL]
    assert isinstance(second, Succeed)
    assert [one["delivered"] for one in second.output["results"]] == [True, True]


def test_what_cannot_pass_is_not_tried_again(make_context):
    outcome, _ = tell(make_context, REFUSED, MAILED)

    assert outcome == Fail(
        "1 of 2 addresses were not told: TEAM: answered 404",
        {
            "results": [
                {"to": "TEAM", "delivered": False, "error": "answered 404"},
                {"to": "mailtos://mail.example.org", "delivered": True},
            ]
        },
    )


@pytest.mark.parametrize("earlier", [{"results": 7}, {"results": [{}]}, "x", None])
def test_an_output_that_tells_nothing_of_these_addresses_counts_for_nothing(make_context, earlier):
    outcome, told = tell(make_context, REACHED, MAILED, earlier=earlier)
    assert isinstance(outcome, Succeed)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"to": ["NOBODY"]}, "there is no secret NOBODY"),
        ({"body": " \n"}, "body: there is nothing to say; the text is empty"),
        ({"body": "x" * 100_001}, "body: it has 100001 characters; at most 100000 are sent"),
        ({"title": "x" * 1_001}, "title: it has 1001 characters; at most 1000 are sent"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anybody_is_told(make_context, params, words):
    outcome, told = tell(make_context, REACHED, MAILED, **params)
    assert outcome == Fail(words)
    assert told == []


def test_a_text_may_be_any_value(make_context):
    _, [(_, notification), _] = tell(make_context, REACHED, MAILED, body={"a": 1}, title=7)
    assert (notification.body, notification.title) == ('{"a":1}', "7")


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("TEAM", True),
        ("slack://<secrets.TOKEN>/x", True),
        ("<secrets.TEAM>", True),
        ("{secrets.TEAM}?x=1", True),
        ("<order.channel>", False),
        ("{{ order.channel }}", False),
        ("team@example.org", False),
        ("the team", False),
    ],
)
def test_which_address_it_is_is_not_left_to_data(address, valid):
    faults = send_notification.check({"to": ["TEAM", address], "body": "x"})
    assert [path for path, _ in faults] == ([] if valid else ["to[1]"])


def test_the_time_of_an_attempt_is_that_of_all_addresses():
    longest = send_notification.SPEC.longest
    assert longest({"to": ["A", "B", "C"], "body": "x"}) == 45_000
    assert longest({"to": ["A"], "body": "x", "timeout": "2m"}) == 120_000
    assert longest({}) == 15_000
    assert send_notification.check({"to": ["A"], "timeout": "11m"})[0][0] == "timeout"


def test_the_secrets_it_reads_are_known():
    names = send_notification.SPEC.secrets({"to": ["TEAM", "slack://<secrets.X>", "OPS"]})
    assert tuple(names) == ("TEAM", "OPS")


@pytest.mark.parametrize("to", [[], ["A"] * 21, "A", [7]])
def test_there_are_one_to_twenty_addresses(to):
    schema = Draft202012Validator(send_notification.SPEC.schema)
    assert not schema.is_valid({"to": to, "body": "x"})


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        ({"to": ["TEAM", MAIL], "title": "Of <order.id>", "body": "x"}, "TEAM, mailtos://…: Of …"),
        ({"to": ["<secrets.TEAM>"], "body": "Late."}, "…: Late."),
        ({"to": 7}, "(nobody yet): (nothing to say yet)"),
        ({"to": [7, None]}, "7, null: (nothing to say yet)"),
    ],
)  # fmt: skip
def test_a_card_says_whom_and_what_and_no_address(configuration, line):
    assert send_notification.SPEC.summary(configuration) == line
