"""The document of a proof pack: what is inside, what is missing, each section, every file with its hash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core import documents, portal
from app.core.templating import number
from app.events.attendance.paper import title_of
from app.events.when import stamped
from app.reporting.packs.gaps import Gap
from app.reporting.packs.manifest import SUMS, Entry
from app.reporting.packs.models import PackLevel, PackOrder
from app.reporting.packs.sections import Section

PATH = "proof-pack.pdf"


@dataclass(frozen=True)
class Paper:
    """The document before it is set: nothing of it is asked of the database any more."""

    title: str
    dated: datetime
    facts: dict[str, Any]

    def set(self) -> bytes:
        """The PDF. Raises as ``documents.render``."""
        return documents.render("pack", self.facts, title=self.title, dated=self.dated)


def written(order: PackOrder, sections: Sequence[Section], gaps: Iterable[Gap], files: Sequence[Entry]) -> Paper:
    """The document, dated by when the pack was asked for, in the language that is spoken."""
    event = order.event
    facts: dict[str, Any] = {
        "labels": {
            "inside": _("What is inside"),
            "missing": _("What is missing"),
            "complete": _("Nothing that was looked for is missing."),
            "files": _("Files"),
            "check": _(
                "Every file beside this document stands here with its SHA-256; this document and the list itself stand "
                "in %(name)s. Unpack everything and run: sha256sum -c %(name)s",
                name=SUMS,
            ),
            "columns": [_("File"), _("Bytes"), "SHA-256"],
        },
        "lead": level_told(order.level),
        "cover": [
            (_("Event"), title_of(event)),
            (_("Event's identifier"), str(event.uid)),
            (_("Pack's identifier"), str(order.uid)),
            (_("Made on"), stamped(order.created_at, portal.consortium().zone)),
            (_("Made by"), f"{order.actor_name}, {portal.consortium().portal_name}, {portal.settings().public_url}"),
        ],
        "inside": [section.title for section in sections] + [_("Files (%(count)s)", count=number(len(files)))],
        "missing": [gap.text for gap in gaps],
        "sections": [section.facts for section in sections],
        "files": [
            {"path": one.path, "what": one.what, "size": number(one.size), "sha256": one.sha256} for one in files
        ],
    }
    return Paper(_("Proof of %(title)s", title=title_of(event)), order.created_at, facts)


def level_told(level: PackLevel) -> str:
    """What a pack of this level says of people, for whoever holds it."""
    if level is PackLevel.FULL:
        return _(
            "This pack has personal data: who was invited and at which mail address, what they answered, who was there "
            "and how they signed. It is for auditors, and for whoever has to prove the event. Do not publish it."
        )
    return _(
        "This pack names nobody who was invited or took part; it tells how many they were. It is for publishing. What "
        "people wrote into texts stands there as they wrote it."
    )
