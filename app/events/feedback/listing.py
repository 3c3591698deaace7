"""The register of feedback across all events."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, select

from app.core.access import Actor, current_actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.listing import Column, Filter, Listing, Rows, is_day
from app.core.ranking import FoundBy
from app.core.templating import country_name
from app.events.codes import code_of
from app.events.feedback import queries
from app.events.feedback.models import Disposition, FeedbackPoint, Question, Stance, path_of
from app.events.models import Event, EventKind
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation

P = FeedbackPoint
KINDS = tuple(kind for kind in EventKind if kind is not EventKind.DEADLINE)


def code_of_row(row: Any) -> str:
    """How people name it: F3-2."""
    return code_of("F", row.meeting_number, row.event_id, row.number)


def url_of_row(row: Any) -> str:
    """Where it stands."""
    return path_of(row.event_id, row.number)


def state_label(code: str) -> Any:
    """The word for what became of a point, as a move stored it."""
    return Disposition(code).label


def said_by(point: FeedbackPoint) -> str:
    """Who said something, as the public reads it: by name only where it agreed, else by category and country."""
    organisation = point.organisation
    if organisation is None:
        return _("Somebody who took part")
    if point.may_be_named:
        return organisation.name
    return f"{organisation.category.label}, {country_name(organisation.country)}"


def _text(value: Any) -> str:
    reading = read_in(value, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def speakers() -> list[tuple[str, str]]:
    """Organisations that said something the actor may read, for a filter."""
    return [(str(row.id), row.name) for row in queries.speakers(current_actor())]


class FeedbackListing(Listing):
    """Points of feedback, the latest first."""

    title = _l("Feedback")
    filename = "feedback"
    default_sort = "-day"
    found_by = FoundBy((P.text,), P.search_key)
    columns = (
        Column("code", _l("Number"), code_of_row, sort=(P.event_id, P.number)),
        Column("text", _l("What was said"), lambda row: _text(row.text)),
        Column("event", _l("Event"), lambda row: _text(row.meeting), in_page=False),
        Column("kind", _l("Kind"), lambda row: row.kind.value, in_page=False),
        Column("country", _l("Country"), lambda row: row.country, in_page=False),
        Column("question", _l("Question"), lambda row: _text(row.question), in_page=False),
        Column(
            "organisation", _l("Who said it"), lambda row: row.organisation, sort=(Organisation.name_key, P.said_on)
        ),
        Column("category", _l("Category"), lambda row: row.category.value if row.category else "", in_page=False),
        Column("stance", _l("Stance"), lambda row: row.stance.value, sort=(P.stance, P.said_on)),
        Column("day", _l("Date"), lambda row: row.said_on.isoformat(), sort=P.said_on),
        Column("microcredentials", _l("Micro-credentials"), lambda row: codes_in(row.codes)),
        Column("outcome", _l("Learning outcome"), lambda row: _text(row.outcome_text), in_page=False),
        Column("state", _l("What became of it"), lambda row: row.state.value, sort=(P.state, P.said_on)),
        Column("reason", _l("Why"), lambda row: _text(row.reason), in_page=False),
        Column("change", _l("What changes"), lambda row: _text(row.change), in_page=False),
        Column("withdrawn_because", _l("Withdrawn because"), lambda row: row.withdrawn_because, in_page=False),
        Column("told", _l("Told"), lambda row: "yes" if row.told else "", in_page=False),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("stance", _l("Stance"), lambda s, v: s.where(P.stance == v), Stance.choices),
        Filter("state", _l("What became of it"), lambda s, v: s.where(P.state == v), Disposition.choices),
        Filter("country", _l("Country"), lambda s, v: s.where(Event.country == v), countries),
        Filter(
            "mc", _l("Micro-credential"), lambda s, v: s.where(P.concerns(v)), kind="text", varies=True, accepts=is_code
        ),
        Filter("kind", _l("Kind"), lambda s, v: s.where(Event.kind == v), lambda: EventKind.choices(KINDS)),
        Filter(
            "organisation",
            _l("Who said it"),
            lambda s, v: s.where(P.organisation_id == int(v)),
            speakers,
            varies=True,
        ),
        Filter(
            "since", _l("Since"), lambda s, v: s.where(P.said_on >= date.fromisoformat(v)), kind="date", accepts=is_day
        ),
        Filter(
            "until", _l("Until"), lambda s, v: s.where(P.said_on <= date.fromisoformat(v)), kind="date", accepts=is_day
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of points the actor may read."""
        return (
            select(
                *(P.id, P.event_id, P.number, P.text, P.stance, P.said_on, P.state, P.reason, P.change),
                *(P.withdrawn_because, P.outcome_text, P.is_example),
                *(Event.kind, Event.country, Event.number.label("meeting_number"), Event.title.label("meeting")),
                Question.text.label("question"),
                Organisation.name.label("organisation"),
                Organisation.category,
                queries.IS_TOLD.label("told"),
                codes_beside(actor, FeedbackPoint.link_model, P.id).label("codes"),
            )
            .join(Event, Event.id == P.event_id)
            .outerjoin(Organisation, Organisation.id == P.organisation_id)
            .outerjoin(Question, Question.id == P.question_id)
            .where(queries.visible_to(actor))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The point's key."""
        return P.id
