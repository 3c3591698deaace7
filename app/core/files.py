"""Files, stored under the SHA-256 of their content: on disk by default, in an S3-compatible store when configured.

The same bytes are stored once; a stored file never changes. ``StoredFile`` rows say what a person uploaded.
"""

import codecs
import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import SplitResult, parse_qsl, urlsplit
from urllib.request import url2pathname

from sqlalchemy.orm import Mapped, Session, mapped_column

from app.config import SettingsError
from app.core import clock
from app.core.database import Base

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Config

CHUNK = 1024 * 1024


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
            obstore.put(self.store, _path(sha256), stream)
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
    head = stream.read(4096)
    stream.seek(0)
    sha256, size = store.put(stream)
    file = StoredFile(
        sha256=sha256, size=size, name=Path(name).name, mime=mime_of(head, name), uploaded_by_id=uploaded_by_id
    )
    session.add(file)
    session.flush()
    return file


def mime_of(head: bytes, name: str) -> str:
    """The media type told by a file's first bytes; plain text where they tell nothing but read as UTF-8.

    The name only chooses among what the bytes allow, as between the formats that are ZIP archives.
    """
    import puremagic

    try:
        possible = {found.mime_type: None for found in puremagic.magic_string(head) if found.mime_type}
        named = puremagic.from_string(head, mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_text(head) else "application/octet-stream"
    return named if named in possible else next(iter(possible), "application/octet-stream")


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
