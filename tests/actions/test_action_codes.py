"""Status codes are sorted into one class, by the most specific pattern."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.codes import DEFAULTS, CodeClass, classify, faults_of

SUCCESS, RETRY, HALT = CodeClass


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (199, None),
        (200, SUCCESS),
        (204, SUCCESS),
        (299, SUCCESS),
        (302, None),
        (400, None),
        (401, None),
        (404, None),
        (408, RETRY),
        (425, RETRY),
        (429, RETRY),
        (500, RETRY),
        (501, None),
        (502, RETRY),
        (503, RETRY),
        (504, RETRY),
        (999, None),
    ],
)
def test_the_defaults_are_those_of_the_design(status, expected):
    assert classify(status, {}) is expected


@pytest.mark.parametrize(
    ("codes", "status", "expected"),
    [
        ({"retry": ["5xx"], "halt": ["503"]}, 503, HALT),
        ({"retry": ["5xx"], "halt": ["503"]}, 504, RETRY),
        ({"retry": ["5XX"], "halt": ["500-503"]}, 502, HALT),
        ({"retry": ["500-503"], "halt": ["500-510"]}, 502, RETRY),
        ({"retry": ["500-503"], "halt": ["500-510"]}, 507, HALT),
        ({"success": ["2xx"], "halt": ["100-599"]}, 204, SUCCESS),
        ({"success": ["2xx"], "halt": ["100-599"]}, 302, HALT),
        ({"success": ["404"], "retry": ["400-499"], "halt": ["403-405"]}, 404, SUCCESS),
        ({"success": ["404"], "retry": ["400-499"], "halt": ["403-405"]}, 403, HALT),
        ({"success": ["404"], "retry": ["400-499"], "halt": ["403-405"]}, 410, RETRY),
    ],
)
def test_the_pattern_that_matches_the_fewest_codes_decides(codes, status, expected):
    assert classify(status, codes) is expected


@pytest.mark.parametrize(
    ("codes", "status", "expected"),
    [
        ({"halt": ["401"]}, 200, SUCCESS),
        ({"halt": ["401"]}, 503, RETRY),
        ({"success": ["200"]}, 204, None),
        ({"retry": ["5xx"]}, 429, None),
        ({"retry": []}, 503, None),
        ({"halt": ["5xx"]}, 503, HALT),
        ({"success": ["200-299", "4xx"]}, 429, SUCCESS),
        ({"retry": ["2xx"]}, 202, RETRY),
    ],
)
def test_a_class_left_out_keeps_its_default_and_own_patterns_beat_defaults(codes, status, expected):
    assert classify(status, codes) is expected


exact = st.integers(100, 599).map(str)
whole_class = st.sampled_from(["1xx", "2xx", "3xx", "4xx", "5xx"])
ranges = st.tuples(st.integers(100, 599), st.integers(100, 599)).map(
    lambda ends: f"{min(ends)}-{max(ends)}"
)
lists_of_patterns = st.lists(exact | whole_class | ranges, max_size=6, unique=True)
any_codes = st.fixed_dictionaries(
    {},
    optional={"success": lists_of_patterns, "retry": lists_of_patterns, "halt": lists_of_patterns},
)


@cache
def matches(pattern: str) -> set[int]:
    if pattern.endswith("xx"):
        return {int(pattern[0]) * 100 + rest for rest in range(100)}
    ends = [int(end) for end in pattern.split("-")]
    return set(range(ends[0], ends[-1] + 1))


def narrowest_classes(status: int, codes: dict) -> set[str]:
    found = [(len(matches(p)), c) for c, ps in codes.items() for p in ps if status in matches(p)]
    least = min((width for width, _ in found), default=None)
    return {code_class for width, code_class in found if width == least}


@settings(max_examples=60)
@given(any_codes)
def test_every_status_is_in_the_one_class_of_its_narrowest_pattern(codes):
    conflicting = {path for path, _ in faults_of(codes)}
    kept = {c.value: DEFAULTS[c] for c in CodeClass if c.value not in codes}
    for status in range(100, 600):
        expected = narrowest_classes(status, codes) or narrowest_classes(status, kept)
        found = classify(status, codes)
        assert (found in expected) if expected else found is None
        assert len(expected) <= 1 or conflicting


@settings(max_examples=60)
@given(any_codes)
def test_what_is_refused_names_a_pattern_that_is_there(codes):
    for path, message in faults_of(codes):
        code_class, index = path.removeprefix("codes.").removesuffix("]").split("[")
        assert repr(codes[code_class][int(index)]) in message


@pytest.mark.parametrize(
    ("codes", "paths"),
    [
        ({"success": ["2xx"], "retry": ["2xx"]}, ["codes.retry[0]"]),
        ({"success": ["200", "201"], "halt": ["403", "201"]}, ["codes.halt[1]"]),
        ({"retry": ["500-503"], "halt": ["502-505"]}, ["codes.halt[0]"]),
        ({"retry": ["5xx"], "halt": ["500-599"]}, ["codes.halt[0]"]),
        ({"success": ["200"], "retry": ["200-200"]}, ["codes.retry[0]"]),
        (
            {"success": ["204"], "retry": ["204"], "halt": ["204"]},
            ["codes.retry[0]", "codes.halt[0]"],
        ),
    ],
)
def test_a_code_in_two_classes_is_a_fault_at_its_path(codes, paths):
    assert [path for path, _ in faults_of(codes)] == paths


@pytest.mark.parametrize(
    "codes",
    [
        {},
        {"success": ["2xx"], "retry": ["204"]},
        {"retry": ["5xx", "503"], "halt": ["500-502"]},
        {"retry": ["500-503"], "halt": ["502-505"], "success": ["502", "503"]},
    ],
)
def test_overlaps_that_a_narrower_pattern_settles_are_no_fault(codes):
    assert faults_of(codes) == []


def test_the_message_of_a_conflict_names_both_patterns_and_the_code():
    [(_, message)] = faults_of({"retry": ["500-503"], "halt": ["502-505"]})
    assert "'502-505' and '500-503' in retry both claim 502" in message


def test_a_range_that_runs_backwards_is_a_fault():
    assert faults_of({"retry": ["503-500"]}) == [
        ("codes.retry[0]", "'503-500' runs backwards; write the lower code first")
    ]
