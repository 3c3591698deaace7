"""What everybody may read of clusters: privacy looks there for people who did not agree to be named."""

from collections.abc import Iterator

from sqlalchemy import select

from app.clusters.models import Cluster
from app.clusters.queries import visible_to
from app.core.access import ANYBODY
from app.core.database import plain_rows
from app.extensions import db
from app.stakeholders.exposure import PublicText, Rows, public_texts

_SHOWN = (Cluster.name, Cluster.mission, Cluster.services, Cluster.sustainability_note)


def texts(only: Rows | None = None) -> Iterator[PublicText]:
    """The texts of every published cluster, or of some."""
    statement = select(Cluster.id, *_SHOWN).where(visible_to(ANYBODY)).order_by(Cluster.id)
    if only is not None:
        if Cluster.__tablename__ not in only:
            return
        statement = statement.where(Cluster.id.in_(only[Cluster.__tablename__]))
    for row in plain_rows(db.session, statement):
        yield PublicText(Cluster.__tablename__, row[0], list(row[1:]))


public_texts.append(texts)
