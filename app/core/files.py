"""Files, stored under the SHA-256 of their content: on disk by default, in an S3-compatible store when configured.

The same bytes are stored once; a stored file never changes. ``StoredFile`` rows say what a person uploaded.
"""

import codecs
import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, parse_qsl, urlsplit
from urllib.request import url2pathname

from sqlalchemy import exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.config import SettingsError
from app.core import clock, outbox, portal
from app.core.database import Base
from app.core.errors import Refused
from app.core.told import told as _

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Config

FORGET = "files.forget"
# What such jobs were called before: some may still be waiting.
FORMER_FORGET = "stakeholders.forget_file"
CHUNK = 1024 * 1024
# So many bytes at the beginning tell what a file is.
HEAD = 4096
# A large file goes to the store in parts of 5 MB; by itself the library would hold a dozen of them.
PARTS_AT_ONCE = 2
# So many bytes of a copy are held in memory; a larger one goes to the disk.
SPOOLED = 4 * 1024 * 1024


class StoredFile(Base):
    """A file somebody gave: its content's hash and size, its name as given and its type as found in the bytes."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    name: Mapped[str]
    mime: Mapped[str]
    uploaded_by_id: Mapped[int | None]
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)


class FileStore:
    """Content-addressed bytes behind one address.

    ``url`` is ``file:///folder`` or ``s3://bucket/prefix?endpoint=…&region=…``; credentials come from the environment's
    usual ``AWS_*`` variables. The library behind it loads with the first file: most processes never touch one.
    """

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        if self._address.scheme not in ("file", "s3"):
            raise SettingsError(f"PORTAL_FILES_URL is {url!r}; it begins with file:// or s3://.")
        if self._address.scheme == "file":
            _folder(self._address).mkdir(parents=True, exist_ok=True)

    @cached_property
    def store(self) -> "ObjectStore":
        """The store itself."""
        return _open(self._address)

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        """Store what ``stream`` holds; answers its SHA-256 in hex and its size in bytes."""
        import obstore

        digest, size = hashlib.sha256(), 0
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        stream.seek(0)
        sha256 = digest.hexdigest()
        if not self.has(sha256):
            obstore.put(self.store, _path(sha256), stream, max_concurrency=PARTS_AT_ONCE)
        return sha256, size

    def has(self, sha256: str) -> bool:
        """Whether these bytes are stored."""
        import obstore

        try:
            obstore.head(self.store, _path(sha256))
        except FileNotFoundError:
            return False
        return True

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes, piece by piece. Raises ``FileNotFoundError``."""
        import obstore

        yield from map(bytes, obstore.get(self.store, _path(sha256)).stream(min_chunk_size=CHUNK))

    def is_intact(self, sha256: str) -> bool:
        """Whether the bytes are there and still have this hash."""
        digest = hashlib.sha256()
        try:
            for piece in self.chunks(sha256):
                digest.update(piece)
        except FileNotFoundError:
            return False
        return digest.hexdigest() == sha256

    def read(self, sha256: str) -> bytes:
        """All bytes of a small file. Raises ``FileNotFoundError``."""
        import obstore

        return bytes(obstore.get(self.store, _path(sha256)).bytes())

    def remove(self, sha256: str) -> None:
        """Forget these bytes; no harm where they are gone already."""
        import obstore

        if self.has(sha256):
            obstore.delete(self.store, _path(sha256))


def keep(session: Session, store: FileStore, stream: IO[bytes], name: str, uploaded_by_id: int | None) -> StoredFile:
    """Store an upload and its row; the type is what the bytes say, not what the sender claims."""
    head = stream.read(HEAD)
    stream.seek(0)
    sha256, size = store.put(stream)
    file = StoredFile(
        sha256=sha256, size=size, name=Path(name).name, mime=mime_of(head, name), uploaded_by_id=uploaded_by_id
    )
    session.add(file)
    session.flush()
    return file


@contextmanager
def opened(store: FileStore, sha256: str) -> Iterator[IO[bytes]]:
    """The bytes of a stored file, to be read from anywhere. Raises ``Refused`` where they are gone."""
    with tempfile.SpooledTemporaryFile(SPOOLED) as copy:
        try:
            for chunk in store.chunks(sha256):
                copy.write(chunk)
        except FileNotFoundError:
            raise Refused(_("The file is no longer there. Send it again.")) from None
        copy.seek(0)
        yield copy


def let_go(session: Session, file: StoredFile) -> None:
    """Delete a file's row and, once that is committed, the bytes, unless somebody else gave the same ones.

    What refers to the row must have let go of it before the next flush.
    """
    outbox.enqueue(session, FORGET, {"sha256": file.sha256})
    session.delete(file)


def blank(session: Session, store: FileStore, file: StoredFile) -> None:
    """Put an empty file in the place of one whose row stays; its bytes go as in ``let_go``."""
    outbox.enqueue(session, FORGET, {"sha256": file.sha256})
    file.sha256, file.size = store.put(io.BytesIO())


@outbox.handles(FORMER_FORGET)
@outbox.handles(FORGET)
def forget(session: Session, payload: dict[str, Any]) -> None:
    """Remove the bytes of a file that was let go of, unless a row still has the same ones."""
    if not session.scalar(select(exists().where(StoredFile.sha256 == payload["sha256"]))):
        portal.files().remove(payload["sha256"])


def mime_of(head: bytes, name: str) -> str:
    """The media type told by a file's first bytes; plain text where they tell nothing but read as UTF-8.

    The name only chooses among what the bytes allow, as between the formats that are ZIP archives.
    """
    import puremagic

    try:
        possible = {found.mime_type: None for found in puremagic.magic_string(head) if found.mime_type}
        named = puremagic.from_string(head, mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        possible, named = {}, ""
    if not possible:
        return "text/plain" if _is_text(head) else "application/octet-stream"
    return named if named in possible else next(iter(possible))


def _is_text(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its last letter may be cut
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _folder(address: SplitResult) -> Path:
    return Path(url2pathname(address.path))


def _open(address: SplitResult) -> "ObjectStore":
    from obstore.store import LocalStore, S3Store

    if address.scheme == "file":
        return LocalStore(_folder(address))
    options = cast("S3Config", dict(parse_qsl(address.query)))
    allow_http = options.get("endpoint", "").startswith("http://")
    prefix = address.path.strip("/") or None
    return S3Store(address.netloc, prefix=prefix, config=options, client_options={"allow_http": allow_http})
