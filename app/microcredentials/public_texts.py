"""What everybody may read of the catalogue: privacy looks there for people who did not agree to be named."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select, true

from app.core.access import ANYBODY
from app.core.database import plain_rows
from app.extensions import db
from app.microcredentials.models import Assessment, LearningOutcome, MicroCredential
from app.microcredentials.queries import visible_to
from app.stakeholders.exposure import PublicText, Rows, public_texts

M = MicroCredential
_SHOWN = (M.title, M.description, M.prerequisites, M.level_note, M.further_information, M.qa_body)


def texts(only: Rows | None = None) -> Iterator[PublicText]:
    """The texts of every published micro-credential, or of some, with its outcomes and assessments."""
    parts: tuple[tuple[Any, Any], ...] = ((LearningOutcome, LearningOutcome.text), (Assessment, Assessment.title))
    statements = {M: select(M.id, *_SHOWN).where(visible_to(ANYBODY)).order_by(M.code)}
    for part, text in parts:
        key = part.microcredential_id
        statements[part] = select(key, text).join(M, M.id == key).where(visible_to(ANYBODY))
    for model, statement in statements.items():
        named = {one: (only or {}).get(one.__tablename__, ()) for one in {M, model}}
        if only is not None and not any(named.values()):
            continue
        within = true() if only is None else or_(*(one.id.in_(keys) for one, keys in named.items()))
        for row in plain_rows(db.session, statement.where(within)):
            yield PublicText(M.__tablename__, row[0], list(row[1:]))


public_texts.append(texts)
