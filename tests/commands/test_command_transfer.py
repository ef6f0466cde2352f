"""`penstock import` and `penstock export` carry automations between a database and files."""

from __future__ import annotations

import json

from tests.support.builders import make_document


def test_a_file_becomes_a_draft_named_after_it(penstock, write):
    finished = penstock("import", str(write("orders.json")))
    assert finished.status == 0
    assert finished.out == "orders: stored as a draft\n"
    assert "a new one is made" in finished.errors
    assert penstock("export", "orders").json == make_document()


def test_an_automation_json_is_named_after_its_folder(penstock, write):
    assert penstock("import", str(write("orders/automation.json"))).out.startswith("orders: ")


def test_a_document_goes_live_once_until_it_changes(penstock, write):
    file = write("orders.json")
    assert penstock("import", str(file), "--publish").out == "orders: published as version 1\n"
    assert penstock("import", str(file), "--publish").out == "orders: version 1 is the same\n"
    write("orders.json", make_document(name="Changed"))
    assert penstock("import", str(file), "--publish").out == "orders: published as version 2\n"


def test_an_id_can_be_chosen_for_one_file_only(penstock, write, tmp_path):
    file = write("many/orders.json")
    assert penstock("import", str(file), "--id", "shop").out == "shop: stored as a draft\n"
    write("many/more.json")
    finished = penstock("import", str(tmp_path / "many"), "--id", "shop")
    assert finished.status == 2
    assert "holds 2" in finished.errors


def test_faults_keep_one_document_back_and_not_the_others(penstock, write, tmp_path):
    write("many/bad.json", make_document(name=""))
    write("many/good.json")
    finished = penstock("import", str(tmp_path / "many"), "--publish")
    assert finished.status == 1
    assert "bad.json: $.name: must not be empty" in finished.errors
    assert finished.out == "good: published as version 1\n"


def test_a_draft_may_have_faults_and_says_so(penstock, write):
    finished = penstock("import", str(write("orders.json", make_document(name=""))))
    assert finished.status == 0
    assert finished.out == "orders: stored as a draft with 1 faults\n"


def test_a_draft_of_something_else_than_an_object_is_refused(penstock, write):
    finished = penstock("import", str(write("orders.json", [1])))
    assert finished.status == 1
    assert "must be an object" in finished.errors


def test_what_is_exported_can_be_imported_under_the_same_ids(penstock, write, tmp_path):
    for name in ("one", "two"):
        document = make_document(
            name=name, trigger={"type": "webhook", "with": {"path": name}, "next": ["answer"]}
        )
        penstock("import", str(write(f"{name}.json", document)), "--publish")
    folder = tmp_path / "exported"
    finished = penstock("export", "--to", str(folder))
    assert finished.out.splitlines() == [str(folder / "one.json"), str(folder / "two.json")]
    again = penstock("import", str(folder), "--publish")
    assert again.out.splitlines() == ["one: version 1 is the same", "two: version 1 is the same"]


def test_the_live_version_is_exported_unless_drafts_are_wanted(penstock, write):
    penstock("import", str(write("orders.json")), "--publish")
    penstock("import", str(write("orders.json", make_document(name="Not ready"))))
    assert penstock("export", "orders").json["name"] == "Orders"
    assert penstock("export", "orders", "--drafts").json["name"] == "Not ready"


def test_several_automations_need_a_folder(penstock, write):
    for name in ("one", "two"):
        penstock("import", str(write(f"{name}.json")))
    finished = penstock("export")
    assert finished.status == 2
    assert "--to FOLDER" in finished.errors


def test_what_is_not_there_cannot_be_exported(penstock):
    finished = penstock("export", "orders")
    assert finished.status == 1
    assert "there is no automation orders" in finished.errors


def test_a_tenant_that_is_not_there_is_not_made_by_accident(penstock, write):
    finished = penstock("import", str(write("orders.json")), "--tenant", "acme")
    assert finished.status == 1
    assert "there is no tenant acme; there are: default" in finished.errors
    assert json.loads(write("orders.json").read_text())
