from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_partner import always, answer, once

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure
from net.bodies import decoder_of

TEXT = b"the quick brown fox " * 50
PACKED = gzip.compress(TEXT, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("GZIP", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT[:10], mtime=0) + gzip.compress(TEXT[10:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0" * 512),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", zlib.compress(TEXT) + gzip.compress(b"passed over", mtime=0)),
        ("identity", TEXT),
    ],
)
def test_a_coded_body_is_decoded(sender, start_partner, coding: str, packed: bytes) -> None:
    partner = start_partner(always(answer(packed, "200 OK", f"Content-Encoding: {coding}")))

    result = sender.send(OutboundRequest("GET", partner.url()))

    assert isinstance(result, OutboundResponse)
    assert result.body == TEXT
    assert not result.truncated


def test_a_coding_nobody_asked_for_is_left_as_it_is(sender, start_partner) -> None:
    partner = start_partner(always(answer(b"\x1b\x00", "200 OK", "Content-Encoding: br")))

    result = sender.send(OutboundRequest("GET", partner.url()))

    assert isinstance(result, OutboundResponse)
    assert (result.body, result.headers["content-encoding"]) == (b"\x1b\x00", "br")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_cut_at_its_decoded_size(sender, start_partner, coding: str) -> None:
    pack = gzip.compress if coding == "gzip" else zlib.compress
    bomb = pack(b"\0" * (64 << 20))
    partner = start_partner(always(answer(bomb, "200 OK", f"Content-Encoding: {coding}")))

    tracemalloc.start()
    result = sender.send(OutboundRequest("GET", partner.url(), max_response=1000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert isinstance(result, OutboundResponse)
    assert (result.body, result.truncated) == (b"\0" * 1000, True)
    assert peak < 4 << 20


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(TEXT, mtime=0)[:-4], gzip.compress(TEXT, mtime=0)[:20], b"not gzip at all"],
)
def test_a_coded_body_that_breaks_off_is_broken(sender, start_partner, packed: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    partner = start_partner(once(head + packed))

    result = sender.send(OutboundRequest("GET", partner.url()))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.BROKEN
    assert "not in the content coding it names, or breaks off" in result.message


def test_an_empty_body_needs_no_coding(sender, start_partner) -> None:
    partner = start_partner(always(answer(b"", "200 OK", "Content-Encoding: gzip")))

    result = sender.send(OutboundRequest("GET", partner.url()))

    assert isinstance(result, OutboundResponse)
    assert result.body == b""


@given(
    st.lists(st.binary(max_size=200), min_size=1, max_size=4),
    st.lists(st.integers(1, 50), min_size=1),
    st.integers(0, 300),
)
def test_pieces_of_any_size_decode_to_the_start_of_the_whole(
    members: list[bytes], sizes: list[int], limit: int
) -> None:
    packed = b"".join(gzip.compress(member, mtime=0) for member in members)
    decoder, kept, start, turn = decoder_of("gzip"), b"", 0, 0
    while start < len(packed) and len(kept) < limit:
        size = sizes[turn % len(sizes)]
        kept += decoder.decode(packed[start : start + size], limit - len(kept))
        start, turn = start + size, turn + 1

    assert kept == b"".join(members)[:limit]


@given(st.binary(), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_decode_or_fail_as_zlib_does(data: bytes, coding: str) -> None:
    decoder = decoder_of(coding)
    try:
        assert len(decoder.decode(data, 100)) <= 100
        decoder.finish()
    except zlib.error:
        pass
