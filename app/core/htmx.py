"""What htmx 4 says about a request; flask-htmx knows the headers of htmx 2."""

from urllib.parse import urlsplit

from flask import request
from flask_htmx import HTMX


class PortalHTMX(HTMX):
    """htmx 4's headers on top of flask-htmx."""

    @property
    def wants_fragment(self) -> bool:
        """Whether a part of a page was asked for; going back in history and boosted links want the whole page."""
        headers = request.headers
        return (
            headers.get("HX-Request") == "true"
            and headers.get("HX-Request-Type") == "partial"
            and headers.get("HX-History-Restore-Request") != "true"
        )

    @property
    def current_path(self) -> str:
        """Path and query of the page the person is on, which is not the fragment's own address."""
        parts = urlsplit(request.headers.get("HX-Current-URL", ""))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


htmx = PortalHTMX()
