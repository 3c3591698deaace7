"""A person's data as a file for programs: what the person may ask to take along."""

from typing import Any

from app.core import audit, clock
from app.core.access import Actor, Permission
from app.core.mentions import is_key, without_keys
from app.extensions import db
from app.stakeholders.models import Person
from app.stakeholders.subject_data import SubjectData


def hand_out(actor: Actor, data: SubjectData) -> dict[str, Any]:
    """A person's data for a file, noted in the audit with who took them; raises ``NotAllowed`` as ``about``."""
    actor.check(Permission.PERSON_EXPORT, data.person)
    audit.note(db.session, data.person, "export", actor)
    db.session.flush()
    return as_plain(data, actor)


def _row_of(person: Person) -> dict[str, Any]:
    columns = [column.key for column in Person.__mapper__.column_attrs if not is_key(column.key)]
    return {name: getattr(person, name) for name in columns}


def as_plain(data: SubjectData, actor: Actor) -> dict[str, Any]:
    """A person's data as JSON has them."""
    person = data.person
    facts: dict[str, Any] = audit.plain(
        {
            "made_at": clock.now(),
            "made_by": actor.name,
            "person": _row_of(person),
            "merged": [_row_of(entry) for entry in person.absorbed],
            "affiliations": [
                {
                    "organisation": entry.organisation.name,
                    "country": entry.organisation.country,
                    "function": entry.role_title,
                    "from": entry.valid_from,
                    "to": entry.valid_to,
                    "may_sign": entry.is_legal_representative,
                }
                for entry in person.affiliations
            ],
            "consent": [
                {
                    "purpose": entry.purpose,
                    "act": entry.act,
                    "on": entry.on_day,
                    "how": entry.way,
                    "note": entry.note,
                    "evidence": entry.evidence.name if entry.evidence else None,
                    "recorded_by": entry.recorded_by_name,
                    "recorded_at": entry.recorded_at,
                }
                for entry in person.consents
            ],
            "audit": [
                {
                    "record": entry.record_kind,
                    "action": entry.action,
                    "changes": without_keys(entry.changes),
                    "by": entry.actor_name,
                    "at": entry.happened_at,
                }
                for entry in data.audit
            ],
            "mails": [
                {"to": mail.recipient, "subject": mail.subject, "text": mail.text, "written": mail.created_at}
                for mail in data.mails
            ],
            "saved_views": [{"name": view.name, "list": view.listing, "filters": view.query} for view in data.views],
            "mentions": _mentions(data),
        }
    )
    return facts


def _mentions(data: SubjectData) -> list[dict[str, Any]]:
    """Each field of a record in which the person is named, once, with all that stands around every mention in it."""
    return [
        {
            "record": place.mention.table,
            "number": place.mention.record_id,
            "field": place.mention.column,
            "text": place.mention.excerpt.text,
            "page": place.url,
        }
        for place in data.texts
    ]
