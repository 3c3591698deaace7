"""What the mapping and the contacts add to the register of organisations: filters, and when we last spoke."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from app.core import clock
from app.core.access import current_actor
from app.core.listing import Addition, Column, Filter, Rows, is_day
from app.core.templating import day
from app.engagement import contact, queries
from app.engagement.models import Attitude, Engagement, MappingEntry
from app.events.models import Event
from app.events.queries import visible_to as events_visible_to
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import is_code
from app.stakeholders.listing import OrganisationListing
from app.stakeholders.models import Organisation

M = MappingEntry


def _concerned_with(statement: Rows, code: str) -> Rows:
    """Organisations that took part in events of a micro-credential, or are mapped for it."""
    part, link = contact.taking_part(), Event.link_model
    took_part = (
        select(part.c.organisation_id)
        .join(Event, Event.id == part.c.event_id)
        .join(link, link.record_id == Event.id)
        .join(MicroCredential, MicroCredential.id == link.microcredential_id)
        .where(MicroCredential.code == code.upper().replace("\0", ""), events_visible_to(current_actor()))
    )
    mapped = select(M.organisation_id).where(M.concerns(code), queries.visible_to(current_actor()))
    return statement.where(or_(Organisation.id.in_(took_part), Organisation.id.in_(mapped)))


def _judged(statement: Rows, condition: Any) -> Rows:
    mapped = select(M.organisation_id).where(condition, queries.visible_to(current_actor()))
    return statement.where(Organisation.id.in_(mapped))


def _is_past(text: str) -> bool:
    return is_day(text) and date.fromisoformat(text) <= clock.today()


def _silent_since(statement: Rows, text: str) -> Rows:
    return statement.where(contact.without_contact_since(current_actor(), date.fromisoformat(text)))


OrganisationListing.offer(
    Filter(
        "mc", _l("Micro-credential"), _concerned_with, kind="text", varies=True, accepts=is_code, shows=queries.may_read
    ),
    Filter(
        "attitude",
        _l("Attitude"),
        lambda s, v: _judged(s, M.attitude == v),
        Attitude.choices,
        shows=queries.may_read,
    ),
    Filter(
        "engagement",
        _l("Engagement"),
        lambda s, v: _judged(s, M.engagement == v),
        Engagement.choices,
        shows=queries.may_read,
    ),
    Filter(
        "silent_since",
        _l("No contact since"),
        _silent_since,
        kind="date",
        accepts=_is_past,
        shows=queries.may_read,
    ),
    additions=[
        Addition(
            Column("last_contact", _l("Last contact"), lambda value: value, css="num"),
            read=contact.last_contact_of,
            show=day,
            shows=queries.may_read,
            order=contact.by_last_contact,
            beside=("silent_since", "engagement", "attitude", "mc"),
        )
    ],
)
