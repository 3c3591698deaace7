"""A file is kept once under its content, on disk as in an S3-compatible store, and is what its bytes say."""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.core import outbox, portal
from app.core.files import CHUNK, FileStore, StoredFile, blank, keep, let_go, mime_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30)


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """The address of a bucket on a server of this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    before = {name: os.environ.get(name) for name in credentials}
    os.environ.update(credentials)
    endpoint = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1").create_bucket(
        Bucket="portal-files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    yield f"s3://portal-files/of/tests?endpoint={endpoint}&region=eu-central-1"
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """A store of each kind."""
    if request.param == "disk":
        return FileStore((tmp_path / "files with spaces").as_uri())
    return FileStore(request.getfixturevalue("bucket"))


def test_what_was_put_is_read_back(store: FileStore):
    sha256, size = store.put(io.BytesIO(PDF))

    assert (sha256, size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert store.has(sha256)
    assert store.read(sha256) == PDF
    assert b"".join(store.chunks(sha256)) == PDF


def test_an_empty_file_is_a_file(store: FileStore):
    sha256, size = store.put(io.BytesIO())

    assert size == 0
    assert store.read(sha256) == b""


def test_the_same_bytes_are_kept_once(tmp_path: Path):
    store = FileStore(tmp_path.as_uri())

    first, second = store.put(io.BytesIO(PDF)), store.put(io.BytesIO(PDF))

    assert first == second
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first[0]]


def test_bytes_that_are_not_there_are_not_found(store: FileStore):
    missing = hashlib.sha256(b"missing").hexdigest()

    assert not store.has(missing)
    with pytest.raises(FileNotFoundError):
        store.read(missing)
    with pytest.raises(FileNotFoundError):
        list(store.chunks(missing))


def test_a_big_file_goes_through_in_pieces(store: FileStore, tmp_path: Path):
    big = tmp_path / "big"
    block = bytes(range(256)) * 4096
    with big.open("wb") as file:
        for number in range(14):
            file.write(block + bytes([number]))

    with big.open("rb") as file:
        sha256, size = store.put(file)

    assert size == big.stat().st_size > 12 * CHUNK
    pieces = list(store.chunks(sha256))
    assert len(pieces) > 1
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    assert digest.hexdigest() == sha256


def test_an_upload_is_kept_with_its_name_size_and_type(session: Session, store: FileStore):
    with SpooledTemporaryFile(max_size=10) as stream:
        stream.write(PDF)
        stream.seek(0)
        upload = FileStorage(stream, filename="../../etc/Протокол.pdf", content_type="text/html")

        file = keep(session, store, upload.stream, upload.filename or "", uploaded_by_id=None)

    assert (file.name, file.size, file.mime) == ("Протокол.pdf", len(PDF), "application/pdf")
    assert store.read(file.sha256) == PDF


@pytest.mark.parametrize(
    ("head", "name", "mime"),
    [
        (PDF, "minutes.pdf", "application/pdf"),
        (PDF, "minutes.txt", "application/pdf"),
        (PNG, "photo.png", "image/png"),
        (PNG, "photo", "image/png"),
        (b"Minutes of 12 May", "minutes.txt", "text/plain"),
        ("Записник".encode(), "minutes", "text/plain"),
        (b"just words", "minutes.pdf", "text/plain"),
        (b"X-Mailer: ours\r\nSubject: Minutes\r\n", "minutes.eml", "text/plain"),
        (b"\x00\x01\x02\xff\xfe", "photo.png", "application/octet-stream"),
        (b"", "empty.pdf", "text/plain"),
        (b"<html><script>alert(1)</script></html>", "photo.png", "text/html"),
        (b"PK\x03\x04" + bytes(40), "list.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            b"PK\x03\x04" + bytes(40),
            "list.pdf",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_the_type_is_what_the_bytes_say(head: bytes, name: str, mime: str):
    assert mime_of(head, name) == mime


def test_text_cut_within_a_letter_is_still_text():
    assert mime_of("я".encode() * 2048 + b"\xd1", "long.txt") == "text/plain"


@pytest.mark.parametrize("kind", ["files.forget", "stakeholders.forget_file"])
def test_a_job_forgets_bytes_that_nobody_else_gave_also_by_its_former_name(app: Flask, session: Session, kind: str):
    kept = keep(session, portal.files(), io.BytesIO(PDF), "a.pdf", None)
    outbox.enqueue(session, kind, {"sha256": kept.sha256})
    session.commit()
    outbox.drain(app)
    assert portal.files().has(kept.sha256), "a row still has it"
    session.delete(kept)
    outbox.enqueue(session, kind, {"sha256": kept.sha256})
    session.commit()
    outbox.drain(app)
    assert not portal.files().has(kept.sha256)


def test_a_file_that_is_let_go_of_loses_row_and_bytes_once_that_is_committed(app: Flask, session: Session):
    one = keep(session, portal.files(), io.BytesIO(PDF), "a.pdf", None)
    session.commit()
    let_go(session, one)
    session.flush()
    assert portal.files().has(one.sha256)
    sha256 = one.sha256
    session.commit()
    outbox.drain(app)
    assert not portal.files().has(sha256)
    assert session.query(StoredFile).all() == []


def test_a_file_that_is_blanked_keeps_its_row(app: Flask, session: Session):
    one = keep(session, portal.files(), io.BytesIO(PDF), "a.pdf", None)
    before = one.sha256
    blank(session, portal.files(), one)
    session.commit()
    outbox.drain(app)
    assert (one.name, one.size, portal.files().has(before)) == ("a.pdf", 0, False)
