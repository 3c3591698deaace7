"""The job that looks at the signatures of a PDF that was signed elsewhere, once."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import outbox, portal
from app.extensions import db
from app.mou.originals.models import MouFinding, MouOriginal
from app.mou.seals import examining

LOOK = "mou.look"


def order(original: MouOriginal) -> None:
    """Have an original looked at; saying so again changes nothing."""
    outbox.enqueue(db.session, LOOK, {"original": original.id}, dedupe_key=f"{LOOK}:{original.id}")


@outbox.handles(LOOK)
def look(session: Session, payload: dict[str, Any]) -> None:
    """Look at the signatures of a PDF, in a process of its own; whatever it is, there is a finding."""
    key = payload["original"]
    original = session.get(MouOriginal, key)
    if original is None or session.scalar(select(MouFinding.id).where(MouFinding.original_id == key)):
        return
    octets, settings = portal.files().read(original.sha256), portal.settings()
    session.commit()  # looking may take its time; nobody else's writing waits for it
    found = examining.examine(octets, settings.seal_folder, settings.tsa_roots)
    told = {"fault": found.fault, "signatures": list(map(asdict, found.signatures))}
    session.add(MouFinding(original_id=key, found=told))
    session.flush()
