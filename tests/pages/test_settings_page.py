"""Settings: a form made from their schema."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from builder_ui.schema_fields import groups_of, read_form
from tests.support.pages import Browser, words
from tests.support.site import Site

SCHEMA = {
    "type": "object",
    "properties": {
        "limits": {
            "type": "object",
            "description": "How much.",
            "properties": {
                "runs_kept": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5},
                "mode": {"type": "string", "enum": ["fast", "safe"], "title": "How"},
                "note": {"type": "string"},
                "strict": {"type": "boolean"},
            },
        }
    },
}


def test_a_switch_is_turned_on_and_off(site: Site, admin: Browser) -> None:
    assert (
        admin.send("/settings", **{"channels.events": "on"}).location == "/settings?done=settings"
    )
    assert site.service.settings.get("acme")["channels"] == {"events": True}
    page = admin.get("/settings?done=settings")
    assert 'name="channels.events" checked' in page.text
    assert "The settings are saved." in words(page)

    admin.send("/settings")

    assert site.service.settings.get("acme")["channels"] == {"events": False}
    assert site.service.settings.get("globex")["channels"] == {"events": False}


def test_retention_is_filled_in_and_what_is_left_empty_gets_its_default_back(
    site: Site, admin: Browser
) -> None:
    page = admin.get("/settings")
    assert "How long the past is kept" in words(page)
    assert "Request log: days" in words(page)
    assert 'name="retention.runs.days" value="30"' in page.text

    admin.send("/settings", **{"retention.runs.days": "7", "retention.runs.most": "500"})
    kept = site.service.settings.get("acme")["retention"]
    assert kept["runs"] == {"days": 7, "most": 500}
    assert kept["audit"] == {"days": 365, "most": 1_000_000}
    assert site.service.settings.get("globex")["retention"]["runs"]["days"] == 30

    admin.send("/settings", **{"retention.runs.days": "", "retention.runs.most": "500"})
    assert site.service.settings.get("acme")["retention"]["runs"] == {"days": 30, "most": 500}


def test_a_rule_that_cannot_be_stands_there_again_with_what_is_wrong(
    site: Site, admin: Browser
) -> None:
    refused = admin.send("/settings", **{"retention.requests.days": "-3"})

    assert refused.status_code == 422
    assert 'name="retention.requests.days" value="-3"' in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert site.service.settings.get("acme")["retention"]["requests"]["days"] == 30


def test_endpoints_are_written_as_json_and_taken_out_by_leaving_them_out(
    site: Site, admin: Browser
) -> None:
    written = '{"https://slow.example": {"concurrency": 2}, "https://b.example": {"rate": "9/s"}}'
    admin.send("/settings", endpoints=written)
    kept = site.service.settings.get("acme")["endpoints"]
    assert kept == {
        "https://slow.example": {"concurrency": 2},
        "https://b.example": {"rate": "9/s"},
    }
    assert "&#34;concurrency&#34;: 2" in admin.get("/settings").text

    admin.send("/settings", endpoints='{"https://b.example": {"rate": "9/s"}}')
    assert site.service.settings.get("acme")["endpoints"] == {"https://b.example": {"rate": "9/s"}}
    admin.send("/settings", endpoints="")
    assert site.service.settings.get("acme")["endpoints"] == {}


def test_what_was_written_wrong_stands_there_again_with_what_is_wrong(
    site: Site, admin: Browser
) -> None:
    broken = admin.send("/settings", endpoints='{"https://slow.example": ')
    assert broken.status_code == 422
    assert "Is no JSON" in words(broken)
    assert "{&#34;https://slow.example&#34;: </textarea>" in broken.text

    unknown = admin.send("/settings", endpoints='{"https://slow.example": {"rate": "often"}}')
    assert unknown.status_code == 422
    assert "&#39;often&#39; is not a rate" in unknown.text
    assert "often&#34;" in unknown.text
    assert site.service.settings.get("acme")["endpoints"] == {}


def test_the_workspace_is_renamed_and_its_trigger_urls_stay(site: Site, admin: Browser) -> None:
    assert admin.send("/settings/name", name="Acme Ltd").location == "/settings?done=name"

    page = admin.get("/settings")
    assert 'value="Acme Ltd"' in page.text
    assert "http://localhost/hooks/acme/" in words(page)
    assert site.service.tenants.get("globex").name == "Globex"
    refused = admin.send("/settings/name", name="")
    assert refused.status_code == 422
    assert "Must not be empty" in words(refused)


def test_fields_follow_the_schema() -> None:
    (group,) = groups_of(SCHEMA, {"limits": {"note": "kept"}})

    assert (group.label, group.hint) == ("Limits", "How much.")
    runs_kept, mode, note, strict = group.fields
    assert (runs_kept.name, runs_kept.kind, runs_kept.label) == (
        "limits.runs_kept",
        "integer",
        "Runs kept",
    )
    assert (runs_kept.value, runs_kept.least, runs_kept.most) == (5, 1, 9)
    assert (mode.kind, mode.label, mode.choices) == ("choice", "How", ("fast", "safe"))
    assert (note.kind, note.value, strict.kind) == ("string", "kept", "boolean")


def test_fields_of_an_object_within_a_group_are_called_by_both_names() -> None:
    inner = {"type": "object", "title": "Runs", "properties": {"days": {"type": "integer"}}}
    schema = {"properties": {"kept": {"type": "object", "properties": {"runs": inner}}}}

    (group,) = groups_of(schema, {"kept": {"runs": {"days": 5}}})

    (days,) = group.fields
    assert (days.name, days.label, days.value) == ("kept.runs.days", "Runs: Days", 5)
    read = read_form(schema, MultiDict({"kept.runs.days": "7"}))
    assert read == {"kept": {"runs": {"days": 7}}}


def test_a_form_is_read_as_the_schema_has_it() -> None:
    filled = {"limits.runs_kept": "7", "limits.mode": "safe", "limits.strict": "on"}
    empty = {"limits.runs_kept": "", "limits.note": ""}

    assert read_form(SCHEMA, MultiDict(filled)) == {
        "limits": {"runs_kept": 7, "mode": "safe", "strict": True}
    }
    assert read_form(SCHEMA, MultiDict(empty)) == {"limits": {"strict": False}}
    assert (
        read_form(SCHEMA, MultiDict({"limits.runs_kept": "many"}))["limits"]["runs_kept"] == "many"
    )
