"""The list of micro-credentials, and the catalogue as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, SQLColumnExpression, String, case, cast, exists, select
from sqlalchemy.orm import Session

from app.core import portal
from app.core.access import Actor, current_actor
from app.core.list_page import ListPage
from app.core.listing import Column, Filter, Listing, Rows, has_code
from app.core.record_export import export_records, written
from app.extensions import db
from app.microcredentials.annex import DESIGN_ELEMENTS
from app.microcredentials.columns import TOLD_ONLY, columns
from app.microcredentials.facts import facts_of
from app.microcredentials.models import MicroCredential, MicroCredentialState, Participation, microcredential_developer
from app.microcredentials.names import content_languages, credential_countries
from app.microcredentials.queries import FOUND_BY, developers, visible_to, with_everything
from app.stakeholders.models import Organisation

M = MicroCredential
S = MicroCredentialState
IN_ORDER = {state.value: place for place, state in enumerate(S)}


@dataclass(frozen=True)
class Anchor:
    """A filter, or a part of a page, one click away."""

    label: Any
    url: str
    current: bool = False
    count: int | None = None


def parts(microcredential: MicroCredential, is_internal: bool) -> list[Anchor]:
    """The parts of a micro-credential's page."""
    anchors = [
        Anchor(_("Annex I"), "#annex", count=microcredential.annex_score),
        Anchor(_("What concerns it"), "#concerns"),
        Anchor(_("Learning outcomes"), "#outcomes", count=len(microcredential.outcomes)),
        Anchor(_("Award and use"), "#details"),
    ]
    return [*anchors, Anchor(_("History"), "#history")] if is_internal else anchors


def _developed_by(statement: Rows, value: str) -> Rows:
    link = microcredential_developer.c
    return statement.where(exists().where(link.microcredential_id == M.id, link.organisation_id == int(value)))


class MicroCredentialListing(Listing):
    """Micro-credentials, by code."""

    title = _l("Micro-credentials")
    filename = "microcredentials"
    default_sort = "code"
    found_by = FOUND_BY
    columns = (
        Column("code", _l("Code"), sort=M.code),
        Column("title", _l("Title"), sort=M.title_key),
        Column("country", _l("Country"), sort=(M.country, M.code)),
        Column("developers", _l("Developed by"), css="fold"),
        Column("eqf_level", _l("EQF"), sort=M.eqf_level, css="num"),
        Column("workload_hours", _l("Hours"), sort=M.workload_hours, css="num"),
        Column("annex_score", _l("Annex I"), sort=M.annex_score, css="num"),
        Column("state", _l("State"), sort=(case(IN_ORDER, value=cast(M.state, String)), M.code)),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(M.country == v), credential_countries),
        Filter("state", _l("State"), lambda s, v: s.where(M.state == v), S.choices),
        Filter(
            "eqf",
            _l("EQF level"),
            lambda s, v: s.where(M.eqf_level == int(v)),
            lambda: [(str(level), str(level)) for level in range(1, 9)],
        ),
        Filter(
            "participation",
            _l("Form of participation"),
            lambda s, v: s.where(has_code(M.participation, v)),
            Participation.choices,
        ),
        Filter("language", _l("Taught in"), lambda s, v: s.where(has_code(M.languages, v)), content_languages),
        Filter("developer", _l("Developed by"), _developed_by, lambda: developers(current_actor()), varies=True),
        Filter(
            "annex",
            _l("Annex I"),
            lambda s, v: s.where(
                M.annex_score == DESIGN_ELEMENTS if v == "complete" else M.annex_score < DESIGN_ELEMENTS
            ),
            lambda: [("complete", _("Complete")), ("incomplete", _("Something is missing"))],
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of micro-credentials the actor may see."""
        return select(
            M.id,
            M.code,
            M.title,
            M.country,
            M.state,
            M.eqf_level,
            M.nqf_level_code,
            M.workload_hours,
            M.annex_score,
            M.is_example,
        ).where(visible_to(actor))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The micro-credential's number."""
        return M.id

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """Who develops what stands on the page: names of organisations by micro-credential."""
        link = microcredential_developer.c
        found = session.execute(
            select(link.microcredential_id, Organisation.name)
            .join(Organisation, Organisation.id == link.organisation_id)
            .where(link.microcredential_id.in_([row.id for row in rows]))
            .order_by(Organisation.name_key)
        )
        names: dict[int, list[str]] = {}
        for key, name in found:
            names.setdefault(key, []).append(name)
        return {"developers": names}

    def page(self, session: Session, actor: Actor, path: str, args: Mapping[str, str]) -> "MicroCredentialPage":
        """The page of the list that the query arguments ask for."""
        return MicroCredentialPage(self, session, actor, path, args)


class MicroCredentialPage(ListPage):
    """One page of the list; its file holds whole designs, in columns that can be imported again."""

    @property
    def views(self) -> list[Anchor]:
        """All of them, and those of each state."""
        chosen = next(state.value for state in self.filters if state.name == "state")
        states = S if self.actor.is_internal else (S.PUBLISHED, S.RETIRED)
        return [
            Anchor(_("All"), self.url(state=""), not chosen),
            *(Anchor(state.label, self.url(state=state.value), chosen == state.value) for state in states),
        ]

    def export(self, kind: str) -> Response:
        """Everything the filters leave, in the order shown: ``csv`` or ``xlsx``, a column for every field."""
        every = columns(portal.consortium())

        def cells_of(keys: Sequence[int]) -> Iterator[list[Any]]:
            wanted = with_everything(self.actor).where(M.id.in_(keys))
            found = {record.id: record for record in db.session.scalars(wanted)}
            for record in filter(None, map(found.get, keys)):  # one may have been deleted in between
                told = (record.state, record.annex_score, "yes" if record.is_example else "", record.version)
                yield [*written(every, facts_of(record)), *told]

        head = [*(column.key for column in every), *TOLD_ONLY]
        return export_records(self, kind, head, M.id, cells_of)
