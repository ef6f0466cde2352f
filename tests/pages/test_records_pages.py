"""Records at a browser: collections and schemas, rows that are found, changed and deleted."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from builder_ui.record_table import ABSENT
from core.accounts import Role
from core.records import Record
from store import records as stored
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "description": "As on the contract."},
        "level": {"enum": [1, 2, 3]},
        "state": {"enum": ["new", "old"], "default": "new"},
        "active": {"type": "boolean"},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
    "required": ["name"],
}
ROWS = "/records/customers/rows"


@pytest.fixture(autouse=True)
def _customers(site: Site) -> None:
    site.service.collections.put("acme", "customers", SCHEMA)


def add(site: Site, record_id: str, **values: Any) -> Record:
    sent = {"id": record_id, "name": record_id, **values}
    return site.service.records.create("acme", "customers", sent)


def values(site: Site, record_id: str = "C-1") -> dict[str, Any]:
    return dict(site.service.records.get("acme", "customers", record_id).values)


def text_of(answer: Any) -> str:
    """What stands in the text area of a form."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.text, re.S)
    assert found is not None
    return found[1].replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<")


def field_of(answer: Any, name: str) -> str:
    """What a hidden field of a form holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None
    return found[1]


def test_a_collection_is_made_and_listed(site: Site, admin: Browser) -> None:
    begin = admin.get("/records")
    assert "customers" in words(begin)
    assert "name, level, state, active, address" in words(begin)
    assert json.loads(text_of(begin))["required"] == ["name"]

    made = admin.send("/records", name=" orders ", schema='{"required": ["id"]}')

    assert made.location == "/records/orders"
    assert site.service.collections.get("acme", "orders").schema == {"required": ["id"]}
    assert "No records yet" in words(admin.get("/records/orders"))


@pytest.mark.parametrize(
    ("name", "schema", "status", "told"),
    [
        ("a b", "{}", 422, "is no name of a collection; use letters"),
        ("orders", "{", 422, "That is no JSON"),
        ("orders", "[]", 422, "must be a JSON Schema: an object"),
        ("orders", '{"type": "array"}', 422, "$.type a record is an object"),
        ("customers", "{}", 409, "There is a collection of this name already."),
    ],
)
def test_a_collection_that_cannot_be_made_is_told_why_and_nothing_typed_is_lost(
    admin: Browser, name: str, schema: str, status: int, told: str
) -> None:
    answer = admin.send("/records", name=name, schema=schema)
    assert answer.status_code == status
    assert told in words(answer)
    assert text_of(answer) == schema
    assert f'value="{name}"' in answer.text


def test_records_are_shown_as_a_table_of_their_fields(site: Site, admin: Browser) -> None:
    add(site, "C-1", level=2, active=True, address={"city": "<b>Oslo"}, more="hidden")
    page = admin.get("/records/customers")
    assert re.findall(r'<th scope="col">([^<]*)', page.text) == [
        "Id",
        "name",
        "level",
        "state",
        "active",
        "address",
        "Changed",
    ]
    said = words(page)
    assert f'C-1 C-1 2 {ABSENT} true {{"city":"<b>Oslo"}} just now' in said
    assert "<b>" not in page.text
    assert 'href="/records/customers/rows/C-1"' in page.text


def test_without_fields_in_the_schema_the_records_say_which_there_are(
    site: Site, admin: Browser
) -> None:
    site.service.collections.put("acme", "things", {})
    site.service.records.create("acme", "things", {"colour": "red", "size": [1, 2]})
    said = words(admin.get("/records/things"))
    assert "Id colour size Changed" in said
    assert "red [1,2]" in said


def test_records_are_found_by_a_word_or_by_a_field(site: Site, admin: Browser) -> None:
    add(site, "C-1", state="new", address={"city": "Oslo"})
    add(site, "C-2", state="old", address={"city": "Rome"})

    def found(query: str) -> list[str]:
        page = admin.get(f"/records/customers?{query}")
        return re.findall(r"rows/(C-\d)\"", page.text)

    assert found("text=oslo") == ["C-1"]
    assert found("field=state&text=old") == ["C-2"]
    assert found("field=state&text=ol") == []
    assert found("field=state") == ["C-1", "C-2"]
    nothing = words(admin.get("/records/customers?field=state&text=ol"))
    assert "No record fits A field is found by the whole of its value" in nothing
    part = admin.get("/records/customers?text=c-2", headers={"HX-Request": "true"})
    assert "<h1" not in part.text
    assert "C-2" in part.text


def test_records_come_in_parts_both_ways(site: Site, admin: Browser) -> None:
    for number in range(120):
        add(site, f"C-{number:03}")

    def ids(page: Any) -> list[str]:
        return re.findall(r"rows/(C-\d+)\"", page.text)

    def follow(page: Any, relation: str) -> Any:
        found = re.search(rf'rel="{relation}" href="([^"]*)"', page.text)
        assert found is not None
        return admin.get(found[1].replace("&amp;", "&"))

    first = admin.get("/records/customers")
    second = follow(first, "next")
    third = follow(second, "next")
    assert [ids(page)[0] for page in (first, second, third)] == ["C-000", "C-050", "C-100"]
    assert len(ids(third)) == 20
    assert 'rel="next"' not in third.text
    assert ids(follow(third, "prev")) == ids(second)


def test_a_search_that_stops_says_so(
    site: Site, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "LOOKED_AT", 2)
    for name in ("a", "b", "needle"):
        add(site, name)
    said = words(admin.get("/records/customers?text=needle"))
    assert "found none that fit. Look further" in said
    assert "No record fits" not in said


def test_a_record_is_made_by_its_form(site: Site, admin: Browser) -> None:
    form = admin.get("/records/customers/new")
    assert json.loads(text_of(form)) == {"state": "new"}
    assert "As on the contract." in form.text
    assert 'data-path="[&#34;address&#34;, &#34;city&#34;]"' in form.text
    assert re.findall(r"<option>(.)</option>", form.text) == ["1", "2", "3"]

    made = admin.send(ROWS, id=" C-7 ", values='{"name": "Ada", "level": 2}')
    assert made.location == f"{ROWS}/C-7?done=created"
    assert values(site, "C-7") == {"name": "Ada", "level": 2}
    assert "The record is made." in words(admin.get(made.location))

    ours = admin.send(ROWS, id="", values='{"name": "Bob"}')
    assert re.fullmatch(rf"{ROWS}/[0-9a-f-]{{36}}\?done=created", ours.location)


@pytest.mark.parametrize(
    ("record_id", "sent", "status", "told"),
    [
        ("", '{"name": ""}', 422, "Must not be empty"),
        ("", '{"name": "Ada", "level": "2"}', 422, "Must be one of 1, 2, 3"),
        ("", "{", 422, "That is no JSON"),
        ("", "[1]", 422, "must be an object of fields"),
        ("a/b", '{"name": "Ada"}', 422, "is no id of a record"),
        ("C-1", '{"name": "Ada"}', 409, "There is a record C-1 in customers already"),
        ("", '{"name": "Ada", "_x": 1}', 422, "begins with _"),
    ],
)
def test_a_record_that_does_not_fit_is_told_why_and_nothing_typed_is_lost(
    site: Site, admin: Browser, record_id: str, sent: str, status: int, told: str
) -> None:
    add(site, "C-1")
    answer = admin.send(ROWS, id=record_id, values=sent)
    assert answer.status_code == status
    assert told in words(answer)
    assert text_of(answer) == sent
    assert f'value="{record_id}"' in answer.text
    assert site.service.collections.get("acme", "customers").records == 1


def test_a_fault_stands_at_its_field(admin: Browser) -> None:
    answer = admin.send(ROWS, values='{"name": "", "address": {"city": 7}}')
    assert len(re.findall(r'class="fault" id="sample-field-\d-hint"', answer.text)) == 2
    assert answer.text.count('aria-invalid="true"') == 2


def test_a_record_is_changed_and_deleted(site: Site, admin: Browser) -> None:
    add(site, "C-1", note="kept")
    form = admin.get(f"{ROWS}/C-1")
    assert json.loads(text_of(form)) == {"name": "C-1", "note": "kept"}

    changed = admin.send(f"{ROWS}/C-1", version=field_of(form, "version"), values='{"name": "Ada"}')
    assert changed.location == f"{ROWS}/C-1?done=changed"
    assert values(site) == {"name": "Ada"}

    wrong = admin.send(f"{ROWS}/C-1", version="", values='{"name": 7}')
    assert (wrong.status_code, text_of(wrong)) == (422, '{"name": 7}')
    assert values(site) == {"name": "Ada"}

    assert admin.send(f"{ROWS}/C-1/delete").location == "/records/customers"
    assert admin.get(f"{ROWS}/C-1").status_code == 404


def test_who_is_overtaken_loses_nothing_and_sees_what_is_there(site: Site, admin: Browser) -> None:
    add(site, "C-1", note="of before")
    version = field_of(admin.get(f"{ROWS}/C-1"), "version")
    site.service.records.patch("acme", "customers", "C-1", {"note": "of another"})

    mine = '{"name": "C-1", "note": "mine"}'
    stale = admin.send(f"{ROWS}/C-1", version=version, values=mine)

    assert stale.status_code == 412
    assert "Somebody else changed it since you opened it" in words(stale)
    assert "of another" in words(stale)
    assert text_of(stale) == mine
    assert values(site)["note"] == "of another"
    again = admin.send(f"{ROWS}/C-1", version=field_of(stale, "version"), values=mine)
    assert again.status_code == 303
    assert values(site)["note"] == "mine"


def test_what_was_deleted_meanwhile_can_be_made_anew(site: Site, admin: Browser) -> None:
    add(site, "C-1")
    version = field_of(admin.get(f"{ROWS}/C-1"), "version")
    site.service.records.delete("acme", "customers", "C-1")

    gone = admin.send(f"{ROWS}/C-1", version=version, values='{"name": "Ada"}')

    assert gone.status_code == 412
    assert "Somebody deleted it since you opened it" in words(gone)
    admin.send(f"{ROWS}/C-1", version=field_of(gone, "version"), values=text_of(gone))
    assert values(site) == {"name": "Ada"}


def test_a_schema_is_changed_with_its_faults_and_only_at_its_revision(
    site: Site, admin: Browser
) -> None:
    page = "/records/customers/schema"
    revision = field_of(admin.get(page), "revision")
    for sent, told in (
        ("{", "is no JSON"),
        ('{"properties": {"a": {"type": "strin"}}}', "$.properties.a.type"),
    ):
        wrong = admin.send(page, schema=sent, revision=revision)
        assert wrong.status_code == 422
        assert told in words(wrong)
        assert text_of(wrong) == sent

    changed = admin.send(page, schema='{"required": ["name"]}', revision=revision)
    assert changed.location == f"{page}?done=1"
    assert site.service.collections.get("acme", "customers").schema == {"required": ["name"]}

    stale = admin.send(page, schema="{}", revision=revision)
    assert stale.status_code == 412
    assert text_of(stale) == "{}"
    assert '"required"' in words(stale)
    again = admin.send(page, schema="{}", revision=field_of(stale, "revision"))
    assert again.status_code == 303


def test_only_an_empty_collection_is_deleted(site: Site, admin: Browser) -> None:
    add(site, "C-1")
    assert "It holds 1 record: delete them first" in words(admin.get("/records/customers/schema"))
    assert admin.send("/records/customers/delete").status_code == 409
    site.service.records.delete("acme", "customers", "C-1")
    assert admin.send("/records/customers/delete").location == "/records"
    assert "No collections yet" in words(admin.get("/records"))


def test_who_may_only_look_sees_everything_and_no_way_to_change_it(site: Site) -> None:
    add(site, "C-1", note="seen")
    viewer = signed_in(site, Role.VIEWER)
    for page in (
        "/records",
        "/records/customers",
        f"{ROWS}/C-1",
        "/records/customers/schema",
    ):
        answer = viewer.get(page)
        assert answer.status_code == 200
        main = answer.text.partition("<main")[2]
        assert 'method="post"' not in main, page
        assert "/new" not in main, page
    assert "seen" in words(viewer.get(f"{ROWS}/C-1"))


def test_another_tenants_records_are_not_here(site: Site) -> None:
    add(site, "C-1")
    stranger = signed_in(site, Role.ADMIN, "globex")
    assert "No collections yet" in words(stranger.get("/records"))
    for page in ("/records/customers", f"{ROWS}/C-1", "/records/customers/schema"):
        assert stranger.get(page).status_code == 404
    assert stranger.send(f"{ROWS}/C-1/delete").status_code == 404
    assert values(site) == {"name": "C-1"}


def test_the_audit_log_tells_of_records_and_leads_to_them(site: Site, admin: Browser) -> None:
    admin.send(ROWS, id="C-1", values='{"name": "Ada"}')
    admin.send(f"{ROWS}/C-1", values='{"name": "Bob"}')
    page = admin.get("/audit?subject_kind=record")
    said = words(page)
    assert "changed the record customers/C-1 (name)" in said
    assert "made the record customers/C-1" in said
    assert 'href="/records/customers/rows/C-1"' in page.text
