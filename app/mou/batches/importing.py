"""Many drafts from a file: a dry run that names row and column of every fault, then all of them or none.

The dry run and the drafting are the same function; the dry run stops before anything is written. What the memoranda
have in common is a draft that serves as the pattern: its terms, its clauses, its parties and what they promise.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from flask_babel import gettext as _

from app.core import portal
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, Refused
from app.core.sheet_columns import Draft, Fault, beyond_fault, cell_fault, formula_message
from app.core.sheets import Sheet, SheetRow
from app.extensions import db
from app.microcredentials.queries import organisations_called
from app.mou import parties, services
from app.mou.batches.columns import COLUMNS, REQUIRED, RowFacts
from app.mou.batches.models import MouBatch
from app.mou.ending import OF_ONE
from app.mou.models import Mou, MouParty, PartyRole
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.permissions import check_edit
from app.mou.services import MouFacts
from app.stakeholders import services as stakeholders
from app.stakeholders.lookalikes import Lookalike, similar_to_each
from app.stakeholders.models import Category, NameKind, Organisation
from app.stakeholders.services import NameFacts, OrganisationFacts

MOST_ROWS = 100


@dataclass(frozen=True)
class Planned:
    """What one row would become; without ``organisation`` the company is added to the register."""

    row: int
    facts: RowFacts
    organisation: Organisation | None
    address: str | None


@dataclass
class Report:
    """What a file would do, or what is wrong with it; ``batch`` once it was done."""

    faults: list[Fault] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    batch: MouBatch | None = None

    @property
    def fingerprint(self) -> str:
        """Tells whether another dry run of the same file would still do the same."""
        told = [(one.row, one.facts, one.organisation.id if one.organisation else None) for one in self.planned]
        return hashlib.sha256(repr((told, self.faults)).encode()).hexdigest()[:32]


def draft_many(
    actor: Actor, pattern: Mou, sheet: Sheet, *, dry_run: bool = True, expected: str | None = None
) -> Report:
    """Draft a memorandum for each row, or only say what that would do; with a fault in it nothing is drafted.

    ``expected`` is the fingerprint of the dry run that somebody agreed to. Raises ``NotAllowed`` for an actor who may
    not change the pattern, or make such memoranda.
    """
    check_edit(actor, pattern)
    actor.check(Permission.MOU_CREATE, pattern, at="country")
    report = _Reading(actor, pattern, sheet).report()
    if dry_run or report.faults or (expected is not None and expected != report.fingerprint):
        return report
    report.batch = _carry_out(actor, pattern, report.planned)
    return report


class _Reading:
    """A file on its way from cells to drafts."""

    def __init__(self, actor: Actor, pattern: Mou, sheet: Sheet) -> None:
        self.actor, self.pattern, self.sheet = actor, pattern, sheet
        self.result = Report(notes=list(sheet.notes))
        self.companies: dict[object, int] = {}
        names = {row.cells.get("company", "").strip() for row in sheet.rows} - {""}
        self.called = organisations_called(actor, names)
        unknown = sorted(name for name in names if not self.called[name] and not name.startswith("#"))
        asked = [([name], pattern.country or "") for name in unknown]
        self.alike: dict[str, list[Lookalike]] = dict(zip(unknown, similar_to_each(actor, asked), strict=True))

    def report(self) -> Report:
        """What the file would do."""
        self._read_head()
        if len(self.sheet.rows) > MOST_ROWS:
            self._fault(MOST_ROWS + 2, "company", _("At most %(most)d memoranda are drafted at once.", most=MOST_ROWS))
        if not self.result.faults:
            for row in self.sheet.rows:
                self._read_row(row)
        return self.result

    def _read_head(self) -> None:
        known = {column.key for column in COLUMNS}
        for name in self.sheet.head:
            if name not in known:
                self._fault(1, name, _("This column is not known. Remove it, or name it as below."))
        for name in REQUIRED:
            if name not in self.sheet.head:
                self._fault(1, name, _("This column is missing."))

    def _read_row(self, row: SheetRow) -> None:
        if shifted := beyond_fault(row.cells):
            self._fault(row.number, *shifted)
            return
        draft, before = Draft({}), len(self.result.faults)
        for column in COLUMNS:
            cell = row.cells.get(column.key)
            if cell is None and column.key not in REQUIRED:
                continue
            is_formula = column.key in row.formulas
            message = formula_message() if is_formula else cell_fault(column, cell or "", draft, portal.consortium())
            if message is not None:
                self._fault(row.number, column.key, message)
        organisation = self._organisation(row.number, draft) if draft.values.get("company") else None
        if len(self.result.faults) > before:
            return
        facts = RowFacts(**draft.values)
        address = facts.address or (parties.known_of(organisation).address if organisation else None)
        self._check(row.number, facts, address)
        if len(self.result.faults) == before:
            self.result.planned.append(Planned(row.number, facts, organisation, address))

    def _organisation(self, row: int, draft: Draft) -> Organisation | None:
        """The company in the register; one that is to be added is ``None``. What is not clear is a fault."""
        name = draft.values["company"]
        found = self.called.get(name, [])
        if len(found) > 1:
            numbers = ", ".join(f"#{entry.id}" for entry in found)
            told = _("“%(name)s” is more than one organisation; write one of %(numbers)s.", name=name, numbers=numbers)
            self._fault(row, "company", told)
        elif not found and name.startswith("#"):
            self._fault(row, "company", _("No organisation in the register has this number."))
        elif not found and self.alike.get(name) and not draft.values.get("is_new"):
            like = self.alike[name][0]
            told = _(
                "It looks like “%(other)s”. If it is the same, write #%(number)s; if not, write yes in the column new.",
                other=like.alike,
                number=like.id,
            )
            self._fault(row, "company", told)
        return found[0] if len(found) == 1 else None

    def _check(self, row: int, facts: RowFacts, address: str | None) -> None:
        found = self.called.get(facts.company, [])
        same = found[0].id if found else facts.company.casefold()
        if same in self.companies:
            told = _("This company is in row %(row)s already.", row=self.companies[same])
            self._fault(row, "company", told)
        self.companies.setdefault(same, row)
        if any(party.organisation_id == same for party in self.pattern.parties):
            self._fault(row, "company", _("It is a party of all these memoranda already."))
        taken = {(one.email or "").casefold() for one in self.pattern.signatories}
        if facts.email.casefold() in taken:
            told = _("Another signatory has this address; each signs by a mailbox of their own.")
            self._fault(row, "email", told)
        if not address:
            self._fault(row, "address", _("The register has no address of it; write one here."))
        if not found and not self._may_add(facts):
            self._fault(row, "country", _("You may add no organisation of this country to the register."))

    def _may_add(self, facts: RowFacts) -> bool:
        country = facts.country or self.pattern.country
        return country is not None and self.actor.may(Permission.STAKEHOLDER_CREATE, _At(country))

    def _fault(self, row: int, column: str, message: str) -> None:
        self.result.faults.append(Fault(row, column, message))


@dataclass(frozen=True)
class _At:
    """A place of a record that is not there yet."""

    access_country: str | None
    access_organisations: frozenset[int] = frozenset()


def _carry_out(actor: Actor, pattern: Mou, planned: Sequence[Planned]) -> MouBatch:
    batch = MouBatch(
        title=next(iter(pattern.title.values()), ""),
        country=pattern.country,
        owner_id=pattern.owner_id,
        total=len(planned),
        created_by_id=actor.user_id,
        created_by_name=actor.name,
    )
    db.session.add(batch)
    db.session.flush()
    for one in planned:
        _draft(actor, pattern, one, str(batch.uid))
    db.session.flush()
    return batch


def _draft(actor: Actor, pattern: Mou, one: Planned, batch: str) -> Mou:
    common = {entry.name: getattr(pattern, entry.name) for entry in fields(MouFacts)}
    common |= OF_ONE
    common["languages"], common["clauses"] = tuple(pattern.languages), tuple(pattern.clauses)
    mou = services.create(actor, MouFacts(**common), batch=batch)
    known = {party.id: _copy(actor, mou, party) for party in pattern.parties}
    for promise in pattern.commitments:
        facts = {name: getattr(promise, name) for name in ("kind", "amount", "text", "due_on")}
        parties.add_commitment(actor, mou, CommitmentFacts(party=known[promise.party_id], **facts))
    organisation = one.organisation or _added(actor, pattern, one.facts)
    printed = parties.known_of(organisation)
    company = PartyFacts(
        organisation=organisation,
        role=PartyRole.COMPANY,
        legal_name=printed.legal_name,
        register_number=one.facts.register_number or printed.register_number,
        address=one.address,
    )
    signatory = SignatoryFacts(
        name=one.facts.signatory,
        role_title=one.facts.role,
        basis=one.facts.basis,
        email=one.facts.email,
        language=one.facts.language,
    )
    try:
        parties.add_signatory(actor, parties.add_party(actor, mou, company), signatory)
    except (Refused, NotAllowed) as error:
        raise Refused(_("Row %(row)s: %(why)s", row=one.row, why=str(error))) from error
    return mou


def _copy(actor: Actor, mou: Mou, party: MouParty) -> MouParty:
    facts = {entry.name: getattr(party, entry.name) for entry in fields(PartyFacts)}
    made = parties.add_party(actor, mou, PartyFacts(**facts))
    for one in party.signatories:
        who = {entry.name: getattr(one, entry.name) for entry in fields(SignatoryFacts)}
        parties.add_signatory(actor, made, SignatoryFacts(**who))
    return made


def _added(actor: Actor, pattern: Mou, facts: RowFacts) -> Organisation:
    name = NameFacts(facts.company, facts.language, NameKind.WORKING)
    known = OrganisationFacts(
        names=[name],
        category=Category.COMPANY,
        country=facts.country or pattern.country or "",
        city=facts.city,
        address=facts.address,
        register_number=facts.register_number,
    )
    return stakeholders.create_organisation(actor, known)
