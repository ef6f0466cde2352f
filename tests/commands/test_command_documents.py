"""`penstock validate` and `penstock schema` need documents and nothing else."""

from __future__ import annotations

import re

from jsonschema import Draft202012Validator

from tests.support.builders import make_document, on_schedule, step


def test_a_document_without_faults_can_be_published(penstock, write, tmp_path):
    file = write("orders.json")
    finished = penstock("validate", str(file))
    assert finished.status == 0
    assert finished.out == f"{file}: can be published\n"
    assert not (tmp_path / "data").exists()


def test_every_fault_is_shown_with_its_path(penstock, write):
    faulty = make_document(
        step("answer", "respond", {"status": 99}, next=["nowhere"]), colour="blue"
    )
    file = write("orders.json", faulty)
    finished = penstock("validate", str(file))
    assert finished.status == 1
    paths = [line.split(": ")[1] for line in finished.out.splitlines()]
    assert sorted(paths) == ["$.colour", "$.steps[0].next.success", "$.steps[0].with.status"]


def test_programs_get_faults_as_json(penstock, write):
    good, bad = write("good.json"), write("bad.json", make_document(name=""))
    finished = penstock("validate", "--json", str(good), str(bad))
    assert finished.status == 1
    assert finished.json == [
        {"file": str(good), "faults": []},
        {"file": str(bad), "faults": [{"path": "$.name", "message": "must not be empty"}]},
    ]


def test_what_is_no_json_is_a_fault_with_its_place(penstock, write):
    file = write("orders.json", '{"format": "penstock/1",\n "name": "a", "name": "b"}')
    finished = penstock("validate", str(file))
    assert finished.status == 1
    assert finished.out == f"{file}: $: the key 'name' stands more than once in one object\n"


def test_what_is_no_object_is_a_fault(penstock, write):
    finished = penstock("validate", str(write("list.json", [1])))
    assert finished.status == 1
    assert "must be an object" in finished.out


def test_a_missing_file_fails_in_one_line(penstock, tmp_path):
    finished = penstock("validate", str(tmp_path / "missing.json"))
    assert finished.status == 1
    assert len(finished.errors.splitlines()) == 1
    assert "missing.json" in finished.errors


def test_a_folder_stands_for_every_document_in_it(penstock, write, tmp_path):
    write("many/one.json")
    write("many/two/automation.json")
    write("many/secrets.json", {"TOKEN": "value"})
    finished = penstock("validate", str(tmp_path / "many"))
    assert finished.status == 0
    assert len(finished.out.splitlines()) == 2


def test_a_folder_without_documents_is_a_mistake(penstock, write, tmp_path):
    write("many/secrets.json", {"TOKEN": "value"})
    finished = penstock("validate", str(tmp_path / "many"))
    assert finished.status == 1
    assert "there is no automation in" in finished.errors


def test_the_schema_accepts_what_can_be_published(penstock):
    finished = penstock("schema")
    assert finished.status == 0
    Draft202012Validator.check_schema(finished.json)
    validator = Draft202012Validator(finished.json)
    assert validator.is_valid(make_document())
    assert not validator.is_valid(make_document(colour="blue"))


def test_the_next_five_times_of_a_schedule_are_shown_in_its_zone(penstock, write):
    nightly = {"cron": "30 2 1 1 *", "timezone": "Asia/Tokyo"}
    file = write("nightly.json", on_schedule(nightly))

    first, *following = penstock("validate", str(file)).out.splitlines()

    assert first == f"{file}: can be published"
    assert len(following) == 5
    for line in following:
        assert re.fullmatch(r"  next: \w{3} 01 Jan 20\d\d, 02:30 JST", line), line


def test_programs_get_them_in_utc(penstock, write):
    file = write("nightly.json", on_schedule({"cron": "30 2 1 1 *", "timezone": "Asia/Tokyo"}))
    [found] = penstock("validate", "--json", str(file)).json
    assert found["faults"] == []
    assert [moment[5:] for moment in found["next_ticks"]] == ["12-31T17:30:00.000Z"] * 5


def test_a_schedule_that_is_over_says_so(penstock, write):
    file = write("once.json", on_schedule({"at": "2020-01-01T00:00:00Z"}))
    finished = penstock("validate", str(file))
    assert finished.status == 0
    assert finished.out.splitlines()[1:] == ["  next: It never comes, or never again."]
