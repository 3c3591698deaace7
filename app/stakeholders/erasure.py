"""Erasing a person: what tells who it was goes, from everywhere; what is counted stays.

The person's row, affiliations, ledger, mails and the audit of all of them are emptied without asking. Other texts in
which the name stands may mean somebody else, so whoever erases chooses among them. Evidence is overwritten by
``core.redaction`` alone. See docs/adr/013.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, exists, select
from sqlalchemy.orm import Session

from app.accounts import saved
from app.core import append_only, audit, clock, mentions, outbox, portal
from app.core.access import Actor, Permission
from app.core.database import Base
from app.core.errors import Refused, expect_version
from app.core.files import StoredFile
from app.core.mail import MailState
from app.core.mentions import PLACEHOLDER, Mention, Sought
from app.core.redaction import redact
from app.core.vocabulary import Term
from app.extensions import db
from app.stakeholders import subject_data
from app.stakeholders.consent import ConsentEntry
from app.stakeholders.models import Person
from app.stakeholders.subject_data import SubjectData

FORGET_FILE = "stakeholders.forget_file"
PERSONAL = (
    "given_name",
    "family_name",
    "native_name",
    "native_language",
    "title",
    "email",
    "phone",
    "source_detail",
    "name_key",
    "search_key",
)
NO_NAME = "Erased person"

# What features above do when a person is erased, such as forgetting the files a person was imported from. Each is
# called with the acting person, the person as it still stands, and what is looked for.
when_erased: list[Callable[[Actor, Person, Sought], None]] = []


class ErasureReason(Term):
    """Why a person is erased."""

    ASKED = "asked", _l("The person asked for it")
    WITHDRAWN = "withdrawn", _l("Consent was withdrawn")
    NOT_NEEDED = "not_needed", _l("The data are no longer needed")
    MISTAKE = "mistake", _l("Entered by mistake")


@dataclass(frozen=True)
class Erased:
    """What an erasure did: texts that were redacted, and places of a like name that were left."""

    redacted: int
    left: int


def erase(actor: Actor, person: Person, version: int | None, reason: ErasureReason, chosen: Collection[str]) -> Erased:
    """Erase a person for good; ``chosen`` are keys of the mentions whose texts are redacted, too.

    Raises ``NotAllowed`` for whom it is not the actor's to do, ``EditConflict``, and ``Refused`` when it was done.
    """
    actor.check(Permission.PERSON_ERASE, person)
    expect_version(person, version)
    if person.erased_on:
        raise Refused(_("This person was erased."))
    session, why = db.session, f"erasure of person {person.id}"
    data, wanted = subject_data.collect(person), subject_data.sought(person)
    listed = {place.mention.key: place for place in data.places}
    saved.forget(wanted)
    for told in when_erased:
        told(actor, person, wanted)
    picked = [place.mention for key, place in listed.items() if key in chosen and not place.is_kept]
    _redact(actor, picked, wanted, why)
    _empty(person, data)
    _empty_ledger(actor, person, why)
    session.flush()
    _empty_audit(actor, person, why)
    _redact(actor, _written_meanwhile(listed, wanted, {place.is_sure for place in picked}), wanted, why)
    audit.note(session, person, "erase", actor, reason=reason.value, redacted=len(picked))
    session.flush()
    session.expire_all()
    return Erased(len(picked), len(listed) - len(picked))


def _written_meanwhile(listed: Collection[str], wanted: Sought, sure: Collection[bool]) -> list[Mention]:
    """Evidence of the redactions themselves: the audit of a text that changed holds what it said before."""
    return [
        place
        for place in mentions.find(db.session, wanted, only=append_only.tables())
        if place.key not in listed and place.column not in subject_data.DOERS and place.is_sure in sure
    ]


def _empty(person: Person, data: SubjectData) -> None:
    for entry in subject_data.entries_of(person):
        for column in PERSONAL:
            setattr(entry, column, None)
        entry.given_name, entry.name_key, entry.search_key = NO_NAME, "", ""
        entry.review_on, entry.erased_on = None, clock.today()
        for affiliation in entry.affiliations:
            affiliation.role_title = {}
    for merge in subject_data.merges_of(person):
        merge.steps = []
    for mail in data.mails:
        mail.recipient = mail.subject = mail.text = PLACEHOLDER
        mail.html = None
        mail.state = MailState.KEPT if mail.state is MailState.WAITING else mail.state


def _empty_ledger(actor: Actor, person: Person, why: str) -> None:
    table: Any = ConsentEntry.__table__
    files = {entry.evidence for entry in person.consents if entry.evidence}
    for entry in person.consents:
        values: dict[str, Any] = {"note": PLACEHOLDER} if entry.note else {}
        if entry.evidence_id:
            values["evidence_id"] = None
        if values:
            redact(db.session, (table, entry.id), values, actor, why)
    for file in files:
        outbox.enqueue(db.session, FORGET_FILE, {"sha256": file.sha256})
        db.session.delete(file)


def _empty_audit(actor: Actor, person: Person, why: str) -> None:
    """Take what told who it was out of the audit of the person and the affiliations; which columns changed stays."""
    table: Any = audit.AuditEntry.__table__
    for entry in subject_data.own_audit(person):
        hidden = {"person": PERSONAL, "affiliation": ("role_title",)}[entry.record_kind]
        changes = {
            column: [PLACEHOLDER if value else value for value in change] if column in hidden else change
            for column, change in entry.changes.items()
        }
        if changes != entry.changes:
            redact(db.session, (table, entry.id), {"changes": changes}, actor, why)


def _redact(actor: Actor, found: Iterable[Mention], wanted: Sought, why: str) -> None:
    rows: dict[tuple[str, int], list[Mention]] = {}
    for place in found:
        rows.setdefault((place.table, place.record_id), []).append(place)
    evidence, models = append_only.tables(), _models()
    for (name, key), places in rows.items():
        table = Base.metadata.tables[name]
        values = _rest(table, key, places, wanted)
        if name in evidence:
            redact(db.session, (table, key), values, actor, why)
        else:
            _rewrite(models[name], table, key, values)


def _models() -> dict[str, Any]:
    """The models of tables with records of their own, by table."""
    return {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]


def _rewrite(model: Any, table: Table, key: int, values: dict[str, Any]) -> None:
    record = db.session.get_one(model, key)
    for name, value in values.items():
        setattr(record, model.__mapper__.get_property_by_column(table.c[name]).key, value)
    db.session.flush()
    for told in mentions.after_redaction:
        told(record)


def _rest(table: Table, key: int, places: Iterable[Mention], wanted: Sought) -> dict[str, Any]:
    """The columns without the name; a column of search keys loses it without a placeholder."""
    sure: dict[str, set[bool]] = {}
    for place in places:
        sure.setdefault(place.column, set()).add(place.is_sure)
    row = db.session.connection().execute(select(*(table.c[name] for name in sure)).where(table.c.id == key)).one()
    return {
        name: mentions.without(value, wanted, "", sure[name]).strip()
        if name.endswith("_key")
        else mentions.without(value, wanted, PLACEHOLDER, sure[name])
        for name, value in zip(sure, row, strict=True)
    }


@outbox.handles(FORGET_FILE)
def forget_file(session: Session, payload: dict[str, Any]) -> None:
    """Remove the bytes of a file that showed a consent, unless somebody else gave the same ones."""
    if not session.scalar(select(exists().where(StoredFile.sha256 == payload["sha256"]))):
        store = portal.files()
        store.remove(payload["sha256"])
