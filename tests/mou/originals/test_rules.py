"""What a signed file is by its bytes, and what holds of it: pure."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mou.originals import content, rules
from app.mou.originals.models import Container, Level, Result
from app.mou.originals.services import ValidationFacts
from tests.mou.originals.files import ASIC, P7S, PNG, archive, pdf

TODAY = date(2025, 5, 12)


@pytest.mark.parametrize(
    ("octets", "container"),
    [
        (pdf(), Container.PDF),
        (pdf() + b"PK\x05\x06 within a text, and more", Container.PDF),
        (PNG, Container.PICTURE),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, Container.PICTURE),
        (P7S, Container.CADES),
        (b"-----BEGIN PKCS7-----\nMIIB", Container.CADES),
        (ASIC, Container.ASIC_E),
        (archive("a.txt", mimetype="application/vnd.etsi.asic-s+zip"), Container.ASIC_S),
    ],
)
def test_what_a_file_is_by_its_bytes(octets: bytes, container: Container) -> None:
    stream = BytesIO(octets)
    assert content.kind_of(stream).container is container
    assert stream.tell() == 0


@given(st.binary(max_size=200), st.sampled_from([b"", b"%PDF-1.7", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"0\x82"]))
def test_whatever_is_sent_is_a_kind_or_refused(octets: bytes, head: bytes) -> None:
    try:
        kind = content.kind_of(BytesIO(head + octets))
    except content.NotOriginal:
        return
    assert kind.container in Container


@pytest.mark.parametrize(
    ("results", "counts"),
    [
        ([], True),
        ([Result.VALID], True),
        ([Result.INDETERMINATE], True),
        ([Result.INVALID], False),
        ([Result.INVALID, Result.VALID], True),
        ([Result.VALID, Result.SET_ASIDE], False),
    ],
)
def test_the_newest_check_decides(results: list[Result], counts: bool) -> None:
    assert rules.counts(results) is counts


def test_a_picture_carries_no_electronic_signature() -> None:
    wrong = rules.check_added({1: Level.QUALIFIED}, TODAY, TODAY, None, Container.PICTURE)
    assert "levels" in wrong
    assert not rules.check_added({1: Level.WET_INK}, TODAY, TODAY, None, Container.PICTURE)
    assert ValidationFacts(result=Result.VALID, checked_on=TODAY).validator is None
