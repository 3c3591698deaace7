"""Pages compressed on their way, for slow lines; files of the build are compressed when it is made (``build.mjs``)."""

import gzip

from werkzeug.datastructures import Accept
from werkzeug.wrappers import Response

LEVEL = 6
# Below this an answer goes in one packet anyway.
SMALLEST = 1_200


def compress(response: Response, accepted: Accept) -> None:
    """Compress an answer where it is a page and whoever asked takes gzip.

    Only for pages that repeat nothing that a stranger can have a browser ask for: what is secret in a page could
    otherwise be guessed by how well a guess beside it compresses (BREACH).
    """
    if response.mimetype != "text/html" or response.is_streamed or "Content-Encoding" in response.headers:
        return
    response.vary.add("Accept-Encoding")
    octets = response.get_data()
    if len(octets) >= SMALLEST and accepted.quality("gzip") > 0:
        # No moment of compression in it, so that the same page is the same octets.
        response.set_data(gzip.compress(octets, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
