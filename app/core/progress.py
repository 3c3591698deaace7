"""A page that shows how far a job is. It asks again by itself, and is left when the job has ended.

Its template extends ``layouts/progress.html``.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, request

from app.core.htmx import htmx
from app.core.vocabulary import Term
from app.core.web import answer


@dataclass(frozen=True)
class Progress:
    """How far a job is: its state, so much done ``of`` all, and a sentence about that.

    Nothing is ``of`` as long as nobody knows how much there is.
    """

    state: Term
    done: int = 0
    of: int = 0
    told: str = ""


def under_way(template: str, progress: Progress, **facts: Any) -> Response:
    """The page, or how far the job is alone; either is asked for at the address that was asked for now."""
    url = f"{request.script_root}{request.path}"
    return answer(template, "components/_progress.html", progress=progress, progress_url=url, **facts)


def ended() -> Response | None:
    """What to answer a page that asks how far a job is that has ended meanwhile: that it load itself anew."""
    return Response(status=204, headers={"HX-Refresh": "true"}) if htmx.wants_fragment else None
