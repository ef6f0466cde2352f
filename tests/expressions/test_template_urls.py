"""URL templates: data stays within its segment or value."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from expression_samples import URL, resolve, resolved, template_failure, template_faults
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://p.example/orders/<order.id>/sync", "https://p.example/orders/A-7/sync"),
        ("https://p.example/orders/{order.id}", "https://p.example/orders/A-7"),
        ("https://p.example/{{ order.count + 1 }}", "https://p.example/4"),
        ("https://p.example/<x>", "https://p.example/a%2Fb%3Fc%23d%20%C3%A4%25"),
        ("https://p.example/?q=<x>&n=<order.count>", "https://p.example/?q={x}&n=3"),
        ("https://p.example/a<x>b?c", "https://p.example/a{x}b?c"),
        ("https://p.example/#<x>", "https://p.example/#{x}"),
        ("https://<order.id>.p.example/", "https://A-7.p.example/"),
        ("https://p.example/<order.lines>", "https://p.example/" + "{lines}"),
        ("https://p.example/{not a path}", "https://p.example/{not a path}"),
        (r"https://p.example/\{order.id}", "https://p.example/{order.id}"),
    ],
)
def test_data_in_a_url_is_one_segment_or_value(template, url):
    data = "a/b?c#d ä%"
    encoded = "a%2Fb%3Fc%23d%20%C3%A4%25"
    lines = (
        "%5B%7B%22sku%22%3A%22A%22%2C%22price%22%3A10%7D%2C"
        "%7B%22sku%22%3A%22B%22%2C%22price%22%3A2.5%7D%5D"
    )
    assert resolve(template, URL, x=data) == url.replace("{x}", encoded).replace("{lines}", lines)


@pytest.mark.parametrize("template", ["<base>/v1/<order.id>", "{base}/v1/{order.id}"])
def test_a_url_that_begins_with_a_reference_takes_it_as_written(template):
    assert resolve(template, URL, base="https://p.example:8443/api") == (
        "https://p.example:8443/api/v1/A-7"
    )


def test_a_url_may_be_one_expression():
    assert resolve("{{ base + '/x' }}", URL, base="https://p.example") == "https://p.example/x"


@pytest.mark.parametrize("base", [5, None, "", ["https://p.example"]])
def test_a_base_that_is_no_address_is_refused(base):
    assert "<base> begins the URL and must be an address" in template_failure(
        "<base>/x", URL, base=base
    )


@pytest.mark.parametrize("data", ["", ".", ".."])
@pytest.mark.parametrize(
    "template", ["https://p.example/<x>/b", "https://p.example/<x>", "https://<x>/", "<base>/<x>"]
)
def test_data_that_would_take_its_segment_out_of_the_path_is_refused(template, data):
    message = template_failure(template, URL, x=data, base="https://p.example")
    assert message.startswith("$: <x> makes a part of the URL's path that is empty, `.` or `..`")


@pytest.mark.parametrize(
    ("template", "refused"),
    [
        ("https://p.example/<x>.", True),
        ("https://p.example/%2e<x>", True),
        ("https://p.example/%2E<x>/y", True),
        ("https://p.example/<x>;v=1", True),
        ("https://p.example/<x><x>", True),
        ("https://p.example/<x>?c", True),
        ("https://p.example/<x>#c", True),
        ("https://p.example/a<x>", False),
        ("https://p.example/<x>.json", False),
        ("https://p.example/?<x>", False),
        ("https://p.example/#<x>", False),
    ],
)
def test_a_segment_is_judged_as_a_whole(template, refused):
    if refused:
        assert "would lead to another address" in template_failure(template, URL, x=".")
    else:
        assert resolve(template, URL, x=".") == template.replace("<x>", ".")


def test_nothing_in_a_query_is_refused_for_being_empty():
    assert resolve("https://p.example/?q=<x>", URL, x="") == "https://p.example/?q="


@pytest.mark.parametrize("character", ["\r", "\n", "\0"])
def test_a_line_break_or_nul_in_a_base_is_refused_and_elsewhere_encoded(character):
    message = template_failure("<base>/x", URL, base=f"https://p.example/{character}")
    assert "<base> has a line break or NUL" in message
    assert resolve("https://p.example/<x>", URL, x=character).endswith(f"%0{ord(character):X}")


def test_what_is_no_path_between_angles_is_a_fault_in_a_url():
    faults = template_faults({"url": "https://p.example/<order id>"}, URL)
    assert "no path such as <order.id> stands behind <" in faults["$.url"]
    assert template_faults("https://p.example/a\nb", URL) == {
        "$": "a url cannot hold a line break or NUL"
    }


def test_a_value_too_long_for_a_url_is_refused():
    assert "longer than the 16384 characters" in template_failure(
        "https://p.example/<x>", URL, x="a" * 16_385
    )


def test_a_secret_in_a_url_is_encoded_when_sent_and_masked_when_shown():
    found = resolved("https://p.example/<secrets.TOKEN>?k=<secrets.TOKEN>&i=<order.id>", URL)
    sent = "s3cr3t%2Fval%C3%BCe%2B1"
    assert found.value == f"https://p.example/{sent}?k={sent}&i=A-7"
    assert found.masked == "https://p.example/[secret:TOKEN]?k=[secret:TOKEN]&i=A-7"


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")))
def test_what_is_encoded_is_read_back_and_adds_no_segment(data):
    url = resolve("https://p.example/a/<x>/b?q=<x>#f", URL, x=data)
    parts = urlsplit(url)
    assert [unquote(segment) for segment in parts.path.split("/")] == ["", "a", data, "b"]
    assert parse_qs(parts.query, keep_blank_values=True) == {"q": [data]}
    assert (parts.netloc, parts.fragment) == ("p.example", "f")
