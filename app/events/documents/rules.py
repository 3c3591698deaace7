"""What must hold of an event's documents, as pure functions."""

import io
from collections.abc import Sequence
from typing import IO

from flask_babel import gettext as _

from app.core.errors import Refused
from app.events.documents import content, unmarked
from app.events.documents.models import Audience, DocumentKind

MOST_AT_ONCE = 20
LONGEST_TITLE = 200


class NothingSent(Refused):
    """No file was chosen, or more than fit in one go."""


class FileUnfit(Refused):
    """A file that is not what its name says, is empty, or is of a kind that is not taken."""


class NotAgreed(Refused):
    """A photo for everybody in which somebody may be who did not agree."""


class NamesInPublic(Refused):
    """A list of names and signatures for everybody."""


class ReasonMissing(Refused):
    """Something that others may have read is replaced or withdrawn without a word why."""


def check_number(sent: int) -> None:
    """Raise ``NothingSent`` for no file, or for more than are taken at once."""
    if not sent:
        raise NothingSent(file=_("Choose a file."))
    if sent > MOST_AT_ONCE:
        raise NothingSent(file=_("Send at most %(most)s files at once.", most=MOST_AT_ONCE))


def check_file(kind: DocumentKind, stream: IO[bytes], name: str) -> str:
    """The media type of a file that may be kept. Raises ``FileUnfit``."""
    if not stream.read(1):
        raise FileUnfit(file=_("“%(name)s” is empty.", name=name))
    stream.seek(0)
    mime = content.media_type(stream, name)
    if mime is None:
        raise FileUnfit(
            file=_(
                "“%(name)s” is no PDF, picture (JPEG, PNG, WebP) or office document (docx, xlsx, pptx, odt, ods, odp). "
                "Save it as a PDF and send that.",
                name=name,
            )
        )
    if not content.fits(mime, name):
        raise FileUnfit(
            file=_(
                "“%(name)s” is in truth a file ending in %(endings)s. Rename it, or choose another file.",
                name=name,
                endings=", ".join(content.ENDINGS[mime]),
            )
        )
    check_kind(kind, mime, name)
    return mime


def check_files(kind: DocumentKind, sent: Sequence[tuple[IO[bytes], str]]) -> list[tuple[IO[bytes], str]]:
    """Files as they may be kept, pictures unmarked, with their media types.

    Raises ``FileUnfit`` with what is wrong with each that may not.
    """
    fit, wrong = [], []
    for stream, name in sent:
        try:
            mime = check_file(kind, stream, name)
            fit.append((unmarked_picture(stream, mime, name), mime))
        except FileUnfit as unfit:
            wrong.append(str(unfit))
    if wrong:
        raise FileUnfit(file=" ".join(wrong))
    return fit


def unmarked_picture(stream: IO[bytes], mime: str, name: str) -> IO[bytes]:
    """A picture without what the camera wrote into it; any other file as it is. Raises ``FileUnfit``."""
    if mime not in unmarked.FORMATS:
        return stream
    try:
        return io.BytesIO(unmarked.unmarked(stream.read(), mime))
    except unmarked.Moving:
        raise FileUnfit(file=_("“%(name)s” moves. Send a picture that stands still.", name=name)) from None
    except unmarked.TooLarge:
        most = unmarked.MOST_PIXELS // 1_000_000
        told = _("“%(name)s” has more than %(most)s megapixels. Save it smaller and send that.", name=name, most=most)
        raise FileUnfit(file=told) from None
    except unmarked.Damaged:
        raise FileUnfit(file=_("“%(name)s” is damaged or cut off. Send it again.", name=name)) from None


def check_kind(kind: DocumentKind, mime: str, name: str) -> None:
    """Raise ``FileUnfit`` for a photo that is no picture."""
    if kind is DocumentKind.PHOTO and mime not in content.PICTURES:
        raise FileUnfit(
            file=_("“%(name)s” is no picture. Send photos as JPEG, PNG or WebP, or choose another kind.", name=name)
        )


def check_audience(kind: DocumentKind, audience: Audience, *, everybody_agreed: bool) -> None:
    """Raise ``NotAgreed`` and ``NamesInPublic`` for what not everybody may see."""
    if audience is not Audience.PUBLIC:
        return
    if kind is DocumentKind.SIGNED_LIST:
        raise NamesInPublic(
            audience=_("A signed list has names and signatures: only the consortium may see it. Choose that.")
        )
    if kind is DocumentKind.PHOTO and not everybody_agreed:
        raise NotAgreed(
            everybody_agreed=_(
                "Tick this only when everybody who can be recognised agreed; "
                "until then let the consortium alone see it."
            )
        )


def check_note(kind: DocumentKind, note: str | None, *, everybody_agreed: bool) -> None:
    """Raise ``NotAgreed`` where nobody says how it is known that everybody agreed."""
    if kind is DocumentKind.PHOTO and everybody_agreed and not note:
        raise NotAgreed(consent_note=_("Say how they agreed, such as “on the attendance list” or “asked in the room”."))


def check_reason(reason: str | None) -> None:
    """Raise ``ReasonMissing`` where nothing is said."""
    if not reason:
        raise ReasonMissing(reason=_("Say why; others may have read what stood there."))


def titled(title: str | None, name: str, number: int, of: int) -> str:
    """What a document is called: as somebody said, with its ``number`` where there are several, else by its file."""
    if not title:
        return " ".join(name.rpartition(".")[0].replace("_", " ").split())[:LONGEST_TITLE] or name[:LONGEST_TITLE]
    return title if of == 1 else f"{title} ({number})"
