"""Erasing a person: what tells who it was goes, from everywhere; what is counted stays.

The person's row, affiliations, ledger, mails and the audit of all of them are emptied without asking. Other texts in
which the name stands may mean somebody else, so whoever erases chooses among them. Evidence is overwritten by
``core.redaction`` alone. See docs/adr/013.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, Table, or_, select

from app.accounts import saved
from app.core import append_only, audit, clock, files, mail, mentions
from app.core.access import Actor, Permission
from app.core.database import Base
from app.core.errors import Refused, expect_version
from app.core.marks import NO_NAME, PLACEHOLDER
from app.core.mentions import Mention
from app.core.redaction import redact, redact_audit
from app.core.sought import SPELLED, Likeness, Sought
from app.core.vocabulary import Term
from app.extensions import db
from app.stakeholders import subject_data
from app.stakeholders.consent import ConsentEntry
from app.stakeholders.models import Person
from app.stakeholders.sharing import shared_mailboxes, without_shared
from app.stakeholders.subject_data import SubjectData

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
# Columns of addresses and numbers, which forms read as such.
CHECKED = frozenset({"email", "phone", "website", "link"})


@dataclass(frozen=True)
class Erasing:
    """An erasure that has begun: who erases whom, as what the audit says, and what is looked for.

    ``found`` is where it stands: as a name, or as a like word that was chosen. ``keys`` are those of the person and of
    everybody who was merged into this one, ``mailboxes`` the addresses that any of them has and nobody else.
    """

    actor: Actor
    person: Person
    wanted: Sought
    found: Sequence[Mention]
    keys: frozenset[int]
    mailboxes: frozenset[str]
    why: str

    def not_shared(self, addresses: Iterable[str | None]) -> set[str]:
        """Of the addresses that a feature knows the person by, those that nobody else of the register has."""
        known = {address for address in addresses if address}
        theirs = shared_mailboxes(known, self.keys)
        return {address for address in known if mail.mailbox(address) not in theirs}


# What features above do when a person is erased, such as forgetting the files a person was imported from. Each finds
# what concerns the person and answers what is to be done with it. All have found theirs before the first one does it,
# so that none looks for what another has emptied.
when_erased: list[Callable[[Erasing], Callable[[], None]]] = []


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


def erase(
    actor: Actor, data: SubjectData, version: int | None, reason: ErasureReason, chosen: Collection[str]
) -> Erased:
    """Erase a person for good, given as ``collect`` finds it in the same transaction.

    ``chosen`` are keys of the mentions whose texts are redacted, too. Raises ``NotAllowed`` for whom it is not the
    actor's to do, ``EditConflict``, and ``Refused`` when it was done.
    """
    person, session = data.person, db.session
    actor.check(Permission.PERSON_ERASE, person)
    expect_version(person, version)
    if person.erased_on:
        raise Refused(_("This person was erased."))
    begun = _begun(actor, data, chosen)
    why, wanted = begun.why, begun.wanted
    before = mentions.newest(session, append_only.tables())
    taken = [place for place in data.places if place.mention.key in chosen and not place.is_kept]
    picked = [place.mention for place in taken if not place.is_shared]
    theirs = [place.mention for place in taken if place.is_shared]
    certain = without_shared(wanted, {place.mention: place.sharing for place in data.places if place.sharing})
    saved.forget(data.views)
    for carry_out in [find(begun) for find in when_erased]:
        carry_out()
    _redact(actor, [*picked, *_beside(data, picked)], certain, why)
    _redact(actor, [*theirs, *_beside(data, theirs)], wanted, why)
    _empty(person, data.mailboxes)
    _empty_ledger(actor, person, why)
    session.flush()
    _empty_audit(actor, person, why)
    left = wanted if theirs else certain
    _redact(actor, _written_meanwhile(data, before, left, {one.mention.likeness for one in taken}), left, why)
    audit.note(session, person, "erase", actor, reason=reason.value, redacted=len(taken))
    session.flush()
    session.expire_all()
    return Erased(len(taken), len(data.places) - len(taken))


def _begun(actor: Actor, data: SubjectData, chosen: Collection[str]) -> Erasing:
    person = data.person
    meant = [
        place.mention
        for place in data.places
        if place.mention.key in chosen or (place.mention.likeness in SPELLED and not place.sharing)
    ]
    return Erasing(
        actor,
        person,
        subject_data.sought(person),
        [*meant, *data.keys],
        frozenset(entry.id for entry in subject_data.entries_of(person)),
        data.mailboxes,
        f"erasure of person {person.id}",
    )


def _beside(data: SubjectData, picked: Collection[Mention]) -> list[Mention]:
    """Mentions in columns of keys that are made of picked texts of the same row.

    A key that holds the name more surely than any text of its row does, as that of a namesake's given and family name,
    goes with whatever of them is picked.
    """
    texts: dict[tuple[str, int], list[Mention]] = {}
    for place in data.places:
        texts.setdefault(place.row, []).append(place.mention)
    found, goes = [], set(picked)
    for key in data.keys:
        beside = texts[key.table, key.record_id]
        alike = [text for text in beside if text.likeness is key.likeness] or beside
        if not goes.isdisjoint(alike):
            found.append(key)
    return found


def _written_meanwhile(
    data: SubjectData, before: Mapping[str, int], wanted: Sought, which: Collection[Likeness]
) -> list[Mention]:
    """Evidence of the redactions themselves, since the audit of a text that changed holds what it said before.

    With it comes what is left in the evidence about the person, which is looked through without being asked.
    """
    own = {"audit_entry": [row.id for row in data.audit], "consent_entry": [row.id for row in data.person.consents]}
    columns = {name: Base.metadata.tables[name].c.id for name in before}
    within = {name: or_(columns[name] > last, columns[name].in_(own.get(name, ()))) for name, last in before.items()}
    return [
        place
        for place in mentions.find(db.session, wanted, within)
        if place.column not in subject_data.DOERS and place.likeness in which
    ]


def _empty(person: Person, mailboxes: Collection[str]) -> None:
    mail.empty(db.session, mailboxes)
    for entry in subject_data.entries_of(person):
        for column in PERSONAL:
            setattr(entry, column, None)
        entry.given_name, entry.name_key, entry.search_key = NO_NAME, "", ""
        entry.review_on, entry.erased_on = None, clock.today()
        for affiliation in entry.affiliations:
            affiliation.role_title = {}
    for merge in subject_data.merges_of(person):
        merge.steps = []


def _empty_ledger(actor: Actor, person: Person, why: str) -> None:
    table: Any = ConsentEntry.__table__
    shown = {entry.evidence for entry in person.consents if entry.evidence}
    for entry in person.consents:
        values: dict[str, Any] = {"note": PLACEHOLDER} if entry.note else {}
        if entry.evidence_id:
            values["evidence_id"] = None
        if values:
            redact(db.session, (table, entry.id), values, actor, why)
    for file in shown:
        files.let_go(db.session, file)


def _empty_audit(actor: Actor, person: Person, why: str) -> None:
    """Take what told who it was out of the audit of the person and the affiliations; which columns changed stays."""
    own = subject_data.own_audit(person)
    for kind, hidden in (("person", PERSONAL), ("affiliation", ("role_title",))):
        redact_audit(db.session, [entry for entry in own if entry.record_kind == kind], hidden, actor, why)


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
    """The columns without the name; a column of search keys loses it without a placeholder.

    An address or a number goes as a whole: with a placeholder within, no form would take the record any more.
    """
    which: dict[str, set[Likeness]] = {}
    for place in places:
        which.setdefault(place.column, set()).add(place.likeness)
    row = db.session.connection().execute(select(*(table.c[name] for name in which)).where(table.c.id == key)).one()
    return {name: _left_of(table.c[name], value, wanted, which[name]) for name, value in zip(which, row, strict=True)}


def _left_of(column: Column[Any], value: Any, wanted: Sought, which: Collection[Likeness]) -> Any:
    if mentions.is_key(column.name):
        return mentions.without(value, wanted, "", which).strip()
    left = mentions.without(value, wanted, PLACEHOLDER, which)
    return None if column.name in CHECKED and column.nullable and left != value else left
