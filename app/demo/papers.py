"""Makes the files that the demonstration keeps with events: what the consortium's file says of them, set as PDF."""

import io
from collections.abc import Mapping
from typing import Any

from app.core import documents, mail
from app.core.access import SYSTEM
from app.core.i18n import read_in
from app.events.documents import services
from app.events.documents.models import Audience, DocumentKind
from app.events.documents.services import DocumentFacts, Sent
from app.events.models import Event


def load_papers(entry: Mapping[str, Any], event: Event) -> None:
    """Keep a PDF in each language that a paper is told in, marked as an example."""
    for paper in entry.get("papers") or ():
        for language, lines in entry[paper["of"]].items():
            with mail.in_language(language) as spoken:
                if spoken == language:
                    _keep(event, paper, language, lines.splitlines())


def _keep(event: Event, paper: Mapping[str, Any], language: str, lines: list[str]) -> None:
    said = {name: _text(paper[name], language) for name in ("title", "note")}
    data = {"lead": _text(event.title, language), "lines": lines, "note": said["note"]}
    pdf = documents.render("lines", data, title=said["title"], dated=event.starts_on)
    facts = DocumentFacts(
        kind=DocumentKind(paper["kind"]), language=language, title=said["title"], audience=Audience(paper["audience"])
    )
    services.add(SYSTEM, event, facts, [Sent(io.BytesIO(pdf), f"{paper['of']}-{language}.pdf")], is_example=True)


def _text(texts: dict[str, str], language: str) -> str:
    reading = read_in(texts, language)
    return reading.text if reading else ""
