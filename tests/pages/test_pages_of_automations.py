"""Trigger URLs are at the same address as the pages: what they answer has no part in a session."""

from __future__ import annotations

from tests.support.automations import on_webhook
from tests.support.builders import step
from tests.support.pages import browser
from tests.support.site import Site

PAGE = "<h1>Thanks</h1>\\<script>fetch('/users')\\</script>"


def test_a_page_that_an_automation_answers_is_a_stranger_to_ours(site: Site) -> None:
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "default-src *"}
    answer = step("page", "respond", {"headers": headers, "body": PAGE})
    document = on_webhook("thanks", answer, methods=["GET"], respond="step")
    automation = site.service.automations.create("acme", document).automation
    site.service.versions.publish("acme", automation.id, automation.revision)

    shown = browser(site).get("/hooks/acme/thanks")

    assert (shown.status_code, shown.content_type) == (200, "text/html")
    policies = shown.headers.getlist("Content-Security-Policy")
    (sandbox,) = [one.split() for one in policies if one.startswith("sandbox")]
    assert "allow-same-origin" not in sandbox
