"""What an auditor gets in place of a kept file that may name people."""

import hashlib

from flask.testing import FlaskClient

from tests.page import Page


def withheld(auditor: FlaskClient, path: str, octets: bytes) -> None:
    """Check that the file at ``path`` is not sent, and that its page says what there is to know of ``octets``."""
    answer = auditor.get(path)
    page = Page(answer)
    assert answer.status_code == 403
    assert octets not in answer.data
    assert "may name people" in page.text
    assert "can show it to you" in page.text
    assert hashlib.sha256(octets).hexdigest() in page.text
    assert "What is kept has this SHA-256" in page.text
