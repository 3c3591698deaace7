"""Pictures are kept without what cameras write into them, and look as before."""

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from app.core import portal
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.documents import services
from app.events.documents.models import DocumentKind
from app.events.documents.services import DocumentFacts, Sent
from app.events.documents.unmarked import FORMATS, MOST_PIXELS, Damaged, Moving, TooLarge, Unfit, unmarked
from app.events.models import Event
from tests.events.world import World
from tests.pictures import PLACE, picture, plain_png

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PHOTO = DocumentFacts(kind=DocumentKind.PHOTO, language="en")


def opened(octets: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(octets))
    found.load()
    return found


@pytest.fixture
def event(session: Session, world: World) -> Event:
    return events.log(SYSTEM, world.consultation())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turned", [1, 6, 8])
def test_a_picture_keeps_its_pixels_its_colours_and_how_it_is_turned_and_nothing_else(kind: str, turned: int):
    before = picture(kind, turned=turned)
    after = unmarked(before, KINDS[kind])
    assert PLACE in before
    assert PLACE not in after
    assert b"Telephone" not in after
    was, now = opened(before), opened(after)
    assert was.tobytes() == now.tobytes()
    assert ImageOps.exif_transpose(was).tobytes() == ImageOps.exif_transpose(now).tobytes()
    assert now.info["icc_profile"] == b"a profile"
    assert dict(now.getexif()) == ({} if turned == 1 else {0x0112: turned})
    assert not now.getexif().get_ifd(0x8825)
    assert not {"comment", "xmp", "Author", "XML:com.adobe.xmp"} & set(now.info)
    assert unmarked(after, KINDS[kind]) == after


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_the_end_of_a_picture_goes(kind: str):
    whole = picture(kind)
    assert unmarked(whole + b"ftypmp42" + PLACE, KINDS[kind]) == unmarked(whole, KINDS[kind])


def test_a_smaller_picture_within_a_picture_goes():
    smaller = b"JFIF\0\x01\x02\x01\x00\x48\x00\x48\x01\x01" + b"abc"
    at = b"\xff\xe0" + struct.pack(">H", len(smaller) + 2) + smaller
    original = picture("JPEG", turned=1)
    head = 2 + 2 + struct.unpack_from(">H", original, 4)[0]
    kept = unmarked(b"\xff\xd8" + at + original[head:], "image/jpeg")
    assert b"abc" not in kept
    assert opened(kept).info["dpi"] == (72, 72)


def test_a_progressive_picture_with_marks_to_begin_anew_stays():
    before = picture("JPEG", progressive=True, restart_marker_blocks=1)
    assert opened(unmarked(before, "image/jpeg")).tobytes() == opened(before).tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_a_picture_that_was_cut_off_is_refused(kind: str, kept: float):
    whole = picture(kind)
    with pytest.raises(Damaged):
        unmarked(whole[: int(len(whole) * kept)], KINDS[kind])


def test_a_picture_that_moves_is_refused():
    for kind in ("PNG", "WEBP"):
        octets = io.BytesIO()
        frames = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (0, 200)]
        frames[0].save(octets, kind, save_all=True, append_images=frames[1:])
        with pytest.raises(Moving):
            unmarked(octets.getvalue(), KINDS[kind])


def test_a_picture_of_absurdly_many_pixels_is_refused_without_opening_it():
    side = int(MOST_PIXELS**0.5) + 1
    jpeg = picture("JPEG")
    frame = jpeg.index(b"\xff\xc0") + 5
    with pytest.raises(TooLarge):
        unmarked(jpeg[:frame] + struct.pack(">HH", side, side) + jpeg[frame + 4 :], "image/jpeg")


def test_what_is_no_picture_comes_back_as_it_is():
    assert unmarked(b"%PDF-1.7", "application/pdf") == b"%PDF-1.7"


@given(kind=st.sampled_from(sorted(KINDS)), place=st.integers(0, 2000), octet=st.integers(0, 255))
def test_whatever_is_wrong_with_a_picture_has_a_name(kind: str, place: int, octet: int):
    whole = bytearray(picture(kind))
    whole[place % len(whole)] = octet
    for octets in (bytes(whole), bytes(whole[: place % len(whole)])):
        with suppress(Unfit):
            unmarked(octets, KINDS[kind])


def test_documents_of_an_event_keep_no_place(event: Event):
    sent = [Sent(io.BytesIO(picture(kind)), f"one.{kind.lower()}") for kind in KINDS]
    found = services.add(SYSTEM, event, PHOTO, sent)
    assert {one.file.mime for one in found} == set(FORMATS)
    services.replace(SYSTEM, found[0], found[0].version, Sent(io.BytesIO(picture("PNG")), "two.png"), "sharper")
    for one in found:
        octets = portal.files().read(one.file.sha256)
        assert PLACE not in octets
        assert len(octets) == one.file.size


def test_each_picture_that_cannot_be_kept_is_named_with_what_is_wrong(event: Event):
    moving = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (0, 200)]
    frames[0].save(moving, "PNG", save_all=True, append_images=frames[1:])
    sent = [
        Sent(io.BytesIO(plain_png()), "good.png"),
        Sent(io.BytesIO(picture("JPEG")[:-2]), "cut.jpg"),
        Sent(moving, "moves.png"),
    ]
    moving.seek(0)
    with pytest.raises(Refused) as refused:
        services.add(SYSTEM, event, PHOTO, sent)
    told = refused.value.messages["file"]
    assert "“cut.jpg” is damaged or cut off." in told
    assert "“moves.png” moves." in told
    assert "good.png" not in told
