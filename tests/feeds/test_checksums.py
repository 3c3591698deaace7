"""Checksums put together from those of parts, beside the checksum of the whole."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from app.feeds.checksums import Checksum


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_the_sum_is_the_checksum_of_the_whole(texts: list[bytes]) -> None:
    total = Checksum.of(b"")
    for text in texts:
        total += Checksum.of(text)
    whole = b"".join(texts)
    assert (total.value, total.length) == (zlib.crc32(whole), len(whole))
