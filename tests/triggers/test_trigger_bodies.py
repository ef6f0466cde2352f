"""Bodies become what an automation sees, by their Content-Type; what cannot be read is 400."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidError, JsonError
from triggers.bodies import parse_body
from triggers.forms import MAX_FIELDS, MAX_NAME_LENGTH

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"


def value_of(content_type, raw, method="POST"):
    return parse_body(method, content_type, raw).value


def fault_of(content_type, raw):
    with pytest.raises((InvalidError, JsonError)) as caught:
        parse_body("POST", content_type, raw)
    return str(caught.value)


def part(name, content, *, more="", type_line=""):
    disposition = f'Content-Disposition: form-data; name="{name}"{more}\r\n'
    return f"--B\r\n{disposition}{type_line}\r\n{content}\r\n"


def multipart_of(*parts):
    return ("".join(parts) + "--B--\r\n").encode()


class TestJson:
    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json; charset=iso-8859-1",
            "application/cloudevents+json",
            "application/vnd.api+json;version=1",
        ],
    )
    def test_json_is_json_in_utf_8_whatever_its_charset_says(self, content_type):
        body = parse_body("POST", content_type, '{"a": ["ä"]}'.encode())
        assert (body.value, body.is_json) == ({"a": ["ä"]}, True)

    def test_a_null_character_is_legal(self):
        assert value_of("application/json", rb'"\u0000"') == "\0"

    @pytest.mark.parametrize(
        ("raw", "message"),
        [
            (b"", "The body is not valid JSON: the text is empty; JSON needs a value."),
            (b'{"a":', "The body is not valid JSON: line 1 column 6: the text ends in the middle"),
            (b"[NaN]", "NaN is not JSON"),
            (b'{"a": 1, "a": 2}', "the key 'a' stands more than once"),
            (b'"\xff"', "byte 0xff is not UTF-8"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (rb'"\ud800"', "surrogate"),
            (b"[" * 65 + b"]" * 65, "deeper than 64 levels"),
            (b"a=1", "Expecting value"),
        ],
    )
    @pytest.mark.parametrize("content_type", ["application/json", "application/a+json"])
    def test_what_is_not_strict_json_is_refused_with_its_place(self, content_type, raw, message):
        assert message in fault_of(content_type, raw)


class TestForms:
    def test_fields_are_text_and_repeated_ones_a_list(self):
        raw = b"name=J%C3%BCrg+M&tag=a&tag=b&empty=&bare"
        expected = {"name": "Jürg M", "tag": ["a", "b"], "empty": "", "bare": ""}
        body = parse_body("POST", FORM, raw)
        assert (body.value, body.is_json) == (expected, False)

    def test_an_empty_form_has_no_fields(self):
        assert value_of(FORM, b"") == {}

    def test_the_charset_is_honoured(self):
        assert value_of(f"{FORM}; charset=ISO-8859-1", b"a=%E4&b=\xe4") == {"a": "ä", "b": "ä"}

    @pytest.mark.parametrize("raw", [b"a=%ff", b"%ff=a", b"a=\xff"])
    def test_bytes_outside_the_charset_are_refused(self, raw):
        assert "does not fit" in fault_of(FORM, raw)

    @pytest.mark.parametrize("charset", ["utf-16", "rot13", "x" * 1000])
    def test_a_charset_no_form_can_have_is_refused_with_the_ones_it_can(self, charset):
        message = fault_of(f"{FORM}; charset={charset}", b"a=1")
        assert "is not taken; use one of utf-8" in message
        assert len(message) < 300

    def test_the_number_of_fields_is_bounded(self):
        assert len(value_of(FORM, b"&".join(b"f%d=" % n for n in range(MAX_FIELDS)))) == MAX_FIELDS
        assert "more than 1000 fields" in fault_of(FORM, b"&".join([b"f="] * (MAX_FIELDS + 1)))

    def test_the_length_of_a_name_is_bounded(self):
        assert value_of(FORM, b"n" * MAX_NAME_LENGTH) == {"n" * MAX_NAME_LENGTH: ""}
        assert "too long; at most 256" in fault_of(FORM, b"n" * (MAX_NAME_LENGTH + 1))

    @given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=20))
    def test_a_form_comes_back_as_it_was_written(self, pairs):
        written = {}
        for name, value in pairs:
            written.setdefault(name, []).append(value)
        read = value_of(FORM, urlencode(pairs).encode())
        assert {
            name: value if isinstance(value, list) else [value] for name, value in read.items()
        } == written


class TestMultipart:
    def test_fields_are_read_as_from_any_form(self):
        raw = multipart_of(part("name", "Jürg\r\nM"), part("tag", "a"), part("tag", ""))
        assert value_of(MULTIPART, raw) == {"name": "Jürg\r\nM", "tag": ["a", ""]}

    def test_a_part_may_have_its_own_charset(self):
        type_line = "Content-Type: text/plain; charset=latin-1\r\n"
        raw = multipart_of(part("a", "ä", type_line=type_line)).decode().encode("latin-1")
        assert value_of(MULTIPART, raw) == {"a": "ä"}

    def test_a_file_is_refused_by_the_name_of_its_field(self):
        raw = multipart_of(part("a", "1"), part("photo", "...", more='; filename="p.jpg"'))
        assert fault_of(MULTIPART, raw) == (
            "The field 'photo' holds a file; only text fields are taken."
        )

    def test_a_file_input_nobody_filled_is_no_file(self):
        raw = multipart_of(part("a", "1"), part("photo", "", more='; filename=""'))
        assert value_of(MULTIPART, raw) == {"a": "1"}

    def test_content_without_a_file_name_is_still_a_file(self):
        raw = multipart_of(part("photo", "...", more='; filename=""'))
        assert "'photo' holds a file" in fault_of(MULTIPART, raw)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"no boundary at all",
            multipart_of(part("a", "1"))[:-8],
            b"--B\r\nContent-Disposition: attachment\r\n\r\n1\r\n--B--\r\n",
            b"--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--\r\n",
            b"--B\nContent-Disposition: form-data; name=a\n\n1\n--B--\n",
            multipart_of(part("n" * 5000, "1")),
            multipart_of(*[part("a", "1")] * (MAX_FIELDS + 1)),
        ],
    )
    def test_a_malformed_or_endless_body_is_refused(self, raw):
        assert "The multipart body is malformed: " in fault_of(MULTIPART, raw)

    def test_a_part_outside_its_charset_is_refused(self):
        raw = multipart_of(part("a", "?")).replace(b"?", b"\xff")
        assert "byte 0xff at position 0 does not fit" in fault_of(MULTIPART, raw)

    def test_a_missing_boundary_is_named(self):
        assert "needs a boundary" in fault_of("multipart/form-data", b"--B--")


class TestText:
    def test_text_is_utf_8_unless_its_charset_says_otherwise(self):
        assert value_of("text/plain", "Zürich".encode()) == "Zürich"
        assert value_of("text/csv; charset=windows-1252", b"\x80") == "€"
        assert value_of('text/plain; charset="UTF-16"', "ä".encode("utf-16")) == "ä"

    def test_a_byte_order_mark_is_not_part_of_the_text(self):
        assert value_of("text/plain", b"\xef\xbb\xbfa") == "a"

    def test_bytes_outside_the_charset_are_named(self):
        expected = "The body is not UTF-8 text: byte 0xff at position 1 does not fit."
        assert fault_of("text/plain", b"a\xff") == expected

    def test_no_codec_of_python_hides_behind_a_charset(self):
        assert "'zlib' is not taken" in fault_of("text/plain; charset=zlib", b"x")


class TestXml:
    @pytest.mark.parametrize("content_type", ["application/xml", "text/xml", "application/a+xml"])
    def test_xml_is_text(self, content_type):
        assert value_of(content_type, "<a>ä</a>".encode()) == "<a>ä</a>"

    def test_the_encoding_is_that_of_the_header_then_the_mark_then_the_declaration(self):
        declared = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>'
        assert value_of("text/xml", declared.encode("latin-1")) == declared
        assert value_of("text/xml; charset=utf-8", declared.encode()) == declared
        assert value_of("text/xml", declared.encode("utf-16")) == declared

    def test_an_encoding_nobody_knows_is_refused(self):
        raw = b'<?xml version="1.0" encoding="punycode"?><a/>'
        assert "'punycode' is not taken" in fault_of("text/xml", raw)


class TestOtherTypes:
    @pytest.mark.parametrize("content_type", ["", "application/octet-stream", "nonsense", ";;=,"])
    def test_a_body_of_no_known_type_is_json_or_else_text(self, content_type):
        as_json = parse_body("POST", content_type, b'{"a": 1}')
        as_text = parse_body("POST", content_type, b'{"a": 1')
        assert (as_json.value, as_json.is_json) == ({"a": 1}, True)
        assert (as_text.value, as_text.is_json) == ('{"a": 1', False)
        assert value_of(content_type, b"") is None

    def test_what_is_no_text_either_is_refused_with_what_would_be_taken(self):
        message = fault_of("application/pdf", b"%PDF\xff")
        assert message.startswith("The Content-Type application/pdf cannot be read; send JSON,")
        assert fault_of("", b"\xff").startswith("The body cannot be read; send JSON,")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("content_type", ["", "application/json", FORM, "text/plain", MULTIPART])
def test_a_method_without_a_body_has_none_whatever_its_type(method, content_type):
    assert value_of(content_type, b"", method) is None


def test_a_get_that_has_a_body_is_read():
    assert value_of("application/json", b"1", "GET") == 1
