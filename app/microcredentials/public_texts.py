"""What everybody may read of the catalogue: privacy looks there for people who did not agree to be named."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.core.access import ANYBODY
from app.core.database import plain_rows
from app.extensions import db
from app.microcredentials.models import Assessment, LearningOutcome, MicroCredential
from app.microcredentials.queries import visible_to
from app.stakeholders.exposure import PublicText, public_texts

M = MicroCredential
_SHOWN = (M.title, M.description, M.prerequisites, M.level_note, M.further_information, M.qa_body)


def texts() -> Iterator[PublicText]:
    """The texts of every published micro-credential, with its outcomes and assessments."""
    parts: tuple[tuple[Any, Any], ...] = (
        (LearningOutcome.microcredential_id, LearningOutcome.text),
        (Assessment.microcredential_id, Assessment.title),
    )
    statements = [select(M.id, *_SHOWN).where(visible_to(ANYBODY)).order_by(M.code)]
    statements += [select(key, text).join(M, M.id == key).where(visible_to(ANYBODY)) for key, text in parts]
    for statement in statements:
        for row in plain_rows(db.session, statement):
            yield PublicText(M.__tablename__, row[0], list(row[1:]))


public_texts.append(texts)
