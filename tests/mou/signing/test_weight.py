"""What the page to sign on weighs on its way: everything a browser fetches for it but fonts, as it is sent."""

import gzip
import re
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.marks import NO_NAME
from app.mou.models import Mou
from tests.accounts.people import work
from tests.mou.signing.way import GOR, Sent, link_to, proven
from tests.page import open_page

pytestmark = pytest.mark.usefixtures("tokens")

MOST = 60_000  # bytes


def fetched(client: FlaskClient, path: str, accepted: str) -> tuple[int, str]:
    """How many bytes an answer has on its way, and its text."""
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200, path
    how = answer.headers.get("Content-Encoding")
    assert how in ({"br", "gzip"} if "br" in accepted else {"gzip"}), f"{path} is sent as it is"
    assert "Accept-Encoding" in answer.headers["Vary"]
    plain = gzip.decompress(answer.data) if how == "gzip" else client.get(path).data
    return len(answer.data), plain.decode()


def needed(page: str, sheet: str) -> set[str]:
    """The addresses of files that a page and its style sheet ask for; fonts are not counted."""
    asked = {urlsplit(path).path for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    pictures = {urljoin("/static/x", path) for path in re.findall(r"url\([\"']?([^\"')]+)", sheet)}
    return {path for path in asked | pictures if not path.startswith("data:") and not path.endswith((".woff2", ".css"))}


@pytest.mark.parametrize("accepted", ["br, gzip", "gzip"], ids=["br", "gzip"])
def test_the_page_to_sign_on_is_light(app: Flask, sent: Sent, accepted: str) -> None:
    sent()
    guest, path = proven(app, GOR)
    weight, page = fetched(guest, f"{path}/read", accepted)
    assert "Sign now" in page
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert len(sheets) == 1
    heavy, sheet = fetched(guest, sheets[0], accepted)
    files = needed(page, sheet)
    assert {re.sub(r"-\w{8}", "", file.rpartition("/")[2]) for file in files} >= {"main.js", "icons.svg"}
    total = weight + heavy + sum(fetched(guest, file, accepted)[0] for file in files)
    assert total <= MOST, f"{total} bytes"


def test_a_compressed_page_repeats_nothing_of_its_address(app: Flask, sent: Sent) -> None:
    sent()
    guest, path = proven(app, GOR)
    for page in (path, f"{path}/read", f"{path}/decline", f"{path}/other"):
        assert "guessed" not in guest.get(f"{page}?x=guessed&lang=guessed&do=guessed").text, page


def test_a_compressed_page_tells_the_marks_in_words(app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    key = sent()
    with work(app) as session:
        session.get_one(Mou, key).title = {"en": f"Pact of {NO_NAME}"}
    monkeypatch.setattr("app.core.marks._", str.upper)
    answer = app.test_client().get(link_to(app, GOR), headers={"Accept-Encoding": "gzip"})
    told = gzip.decompress(answer.data).decode()
    assert "Pact of ERASED PERSON" in told
    assert NO_NAME not in told


def test_who_takes_nothing_compressed_gets_the_page_as_it_is(app: Flask, sent: Sent) -> None:
    sent()
    guest, path = proven(app, GOR)
    for accepted in ("", "identity", "gzip;q=0", "nonsense"):
        answer = guest.get(path, headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in answer.headers
    assert "Open the document" in open_page(guest, path).text
