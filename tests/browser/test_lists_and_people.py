"""Values of list items, and addresses of people, as they are filled in."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.browser import Studio
from tests.support.builders import make_document, step
from tests.support.inspector import field, held, open_in_inspector

PRICED = make_document(
    step(
        "priced",
        "set-values",
        {"values": {"price": "{{ item.price * 2 }}"}, "for_each": "<order.lines>"},
        name="Price each line",
    )
)
TOLD = make_document(
    step("tell", "send-notification", {"to": ["TEAM"], "body": "Late."}, name="Tell the team")
)


def test_a_value_of_an_item_shows_what_the_first_item_comes_to(page: Page, studio: Studio) -> None:
    open_in_inspector(page, studio, "priced", "Price each line", PRICED)

    values = field(page, "values")
    expect(values.get_by_text("25.0", exact=True)).to_be_visible()
    expect(field(page, "for_each").get_by_text('[{"price":12.5},{"price":30}]')).to_be_visible()

    values.get_by_role("button", name="Add").click()
    rows = values.locator("[data-row]")
    rows.last.locator("[data-name]").fill("place")
    rows.last.locator("textarea").fill("<index>")
    expect(rows.last.get_by_text("0", exact=True)).to_be_visible()
    wanted = {"price": "{{ item.price * 2 }}", "place": "<index>"}
    held(page, studio, lambda kept: kept["with"]["values"] == wanted)


def test_an_address_is_a_template_in_which_secrets_may_stand(page: Page, studio: Studio) -> None:
    studio.server.call("PUT", "/api/v1/secrets/MAIL_LOGIN", {"value": "ada:pass"})
    open_in_inspector(page, studio, "told", "Tell the team", TOLD)

    to = field(page, "to")
    to.get_by_role("button", name="Add").click()
    row = to.locator("[data-row]").last
    row.locator("textarea").press_sequentially("mailtos://<secrets.")
    page.get_by_role("option", name="MAIL_LOGIN").click()

    expect(row.locator("mark.secret")).to_have_text("<secrets.MAIL_LOGIN>")
    expect(row.get_by_text("mailtos://[secret:MAIL_LOGIN]")).to_be_visible()
