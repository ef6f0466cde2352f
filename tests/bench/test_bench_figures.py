"""What is made of the rounds: medians, ratios within a round, and the page."""

from __future__ import annotations

from bench import report
from bench.tables import sections


def test_rates_are_medians_and_ratios_are_taken_within_a_round_first(figures):
    assert figures["accept"]["rate"] == 2000
    assert figures["accept"]["floor_rate"] == 4000
    assert figures["accept"]["floor_ratio"] == 0.6
    assert figures["accept"]["constant_ratio"] == 0.25
    assert figures["request_response"]["floor_ratio"] == 0.6
    assert figures["start_s"] == 1.0
    assert figures["idle_mb"] == 100.0


def test_results_are_kept_and_put_between_the_marks_of_the_page(figures, tmp_path, monkeypatch):
    page, results = tmp_path / "performance.md", tmp_path / "results.json"
    page.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "RESULTS", results)
    report.write_results(figures)
    report.write_docs(report.read_results())
    assert report.read_results() == figures
    assert page.read_text() == (
        f"before\n<!-- figures -->\n\n{sections(figures)}\n\n<!-- end of figures -->\nafter\n"
    )


def test_what_is_measured_only_when_asked_for_stays_from_the_last_time(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    report.write_results({"growth": {"many": 5}, "drain": {"runs": 1}})
    assert report.write_results({"rounds": 2}) == {"growth": {"many": 5}, "rounds": 2}
    assert report.read_results()["growth"] == {"many": 5}


def test_the_page_of_the_repository_has_the_marks():
    text = report.PAGE.read_text()
    assert text.count("<!-- figures -->") == text.count("<!-- end of figures -->") == 1
