"""What follows a signed memorandum: terminated, renewed or amended. Nothing of what was signed is changed by it.

A renewal and an addendum are memoranda of their own, with a number of their own, that begin as drafts and are signed
like any other. What an addendum adds to or takes from the micro-credentials counts from the day it is in force, and is
shown beside those the amended memorandum was signed with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou import keeping, mailing, parties, queries, rules, services
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.models import CONCLUDED, Mou, MouCommitment, MouParty, MouSignatory, MouTermination
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.permissions import check_edit
from app.mou.services import MouFacts, touch
from app.mou.signing.queries import signing
from app.mou.texts.queries import signed

# What a register says of a contract is said of that one alone.
OF_ONE = {"register_body": None, "register_number": None, "register_date": None}


@dataclass(frozen=True, kw_only=True)
class TerminationFacts:
    """How a memorandum ends: why, by whose notice or by agreement, when notice was given, and which day is the last."""

    reason: str
    notice_on: date
    last_day: date
    party: MouParty | None = None
    is_agreed: bool = False
    addendum: Mou | None = None


def check_termination(mou: Mou, facts: TerminationFacts) -> None:
    """Check what holds of every termination. Raises ``Refused`` with everything that is wrong."""
    term = rules.Term(mou.signed_on or clock.today(), mou.last_day, mou.notice_days, mou.auto_renew)
    wrong = rules.termination_faults(
        term,
        notice_on=facts.notice_on,
        last=facts.last_day,
        has_party=facts.party is not None,
        is_agreed=facts.is_agreed,
        today=clock.today(),
    )
    if facts.addendum is not None and (facts.addendum.amends_id != mou.id or facts.addendum.state not in CONCLUDED):
        wrong["addendum"] = _("Choose an addendum to this memorandum that everybody has signed.")
    if not facts.reason:
        wrong["reason"] = _("Write why, in a few words.")
    if wrong:
        raise Refused(**wrong)


def terminate(actor: Actor, mou: Mou, version: int | None, facts: TerminationFacts) -> MouTermination:
    """Record that a memorandum ends, once, and tell the parties; until its last day is over it stays in force.

    Raises ``NotNow``, ``Refused``, ``EditConflict`` and ``NotAllowed``.
    """
    _begin(actor, mou, version)
    _check(rules.why_not_terminated(mou))
    check_termination(mou, facts)
    said = MouTermination(
        mou_id=mou.id,
        party_id=facts.party.id if facts.party else None,
        is_agreed=facts.is_agreed,
        notice_on=facts.notice_on,
        last_day=facts.last_day,
        reason=facts.reason,
        addendum_id=facts.addendum.id if facts.addendum else None,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(said)
    mou.last_day = facts.last_day
    record(
        mou,
        Happening.TERMINATED,
        by=actor.name,
        party=dict(facts.party.legal_name) if facts.party else None,
        agreed=facts.is_agreed,
        notice=facts.notice_on.isoformat(),
        until=facts.last_day.isoformat(),
        reason=facts.reason,
    )
    db.session.refresh(mou, ["termination"])
    mailing.tell_ends(mou, said)
    touch(mou)
    keeping.plan_end(mou)
    return said


def renew(actor: Actor, mou: Mou, version: int | None) -> Mou:
    """Draft the memorandum that is to follow this one: with the same parties, signatories, promises and clauses.

    It begins where this one ends. Raises ``NotNow``, ``EditConflict`` and ``NotAllowed``.
    """
    _begin(actor, mou, version)
    successor = queries.renewal(mou)
    _check(rules.why_not_renewed(mou, queries.reference_of(successor) if successor else None))
    begins = mou.last_day + timedelta(days=1) if mou.last_day and mou.last_day >= clock.today() else None
    draft = _copied(actor, mou, {"effective_from": begins, "ends_on": None}, renews=mou)
    counterparts = {party.organisation_id: party for party in draft.parties}
    for one in mou.commitments:
        _promise(actor, draft, one, counterparts[one.party.organisation_id], begins)
    touch(mou)
    return draft


def amend(actor: Actor, mou: Mou, version: int | None) -> Mou:
    """Draft an addendum: same parties, signatories, micro-credentials and clauses; it ends with what it amends.

    Raises ``NotNow``, ``EditConflict`` and ``NotAllowed``.
    """
    _begin(actor, mou, version)
    unfinished = queries.open_addendum(mou)
    _check(rules.why_not_amended(mou, queries.reference_of(unfinished) if unfinished else None))
    term = {
        "effective_from": None,
        "duration_months": None,
        "ends_on": mou.last_day,
        "is_open_ended": mou.last_day is None,
        "auto_renew": False,
    }
    draft = _copied(actor, mou, term, amends=mou)
    touch(mou)
    return draft


def _begin(actor: Actor, mou: Mou, version: int | None) -> None:
    """Hold the memorandum's row until the transaction ends: of two people at once, the second one conflicts."""
    check_edit(actor, mou)
    queries.lock(mou)
    expect_version(mou, version)


def _check(why_not: str | None) -> None:
    if why_not is not None:
        raise rules.NotNow(why_not)


def _copied(actor: Actor, mou: Mou, changes: Mapping[str, Any], **marks: Mou) -> Mou:
    values = {entry.name: getattr(mou, entry.name) for entry in fields(MouFacts)}
    values |= {"microcredentials": list(mou.microcredentials), **OF_ONE, **changes}
    draft = services.create(actor, MouFacts(**values), is_example=mou.is_example, **marks)
    text = signed(mou)
    people = signing(mou, text) if text else mou.signatories
    for party in mou.parties:
        copy = parties.add_party(actor, draft, _party_facts(party))
        for one in people:
            # Whoever was erased meanwhile is named anew.
            if one.party_id == party.id and PLACEHOLDER not in (one.name, one.email):
                parties.add_signatory(actor, copy, _signatory_facts(one))
    return draft


def _party_facts(party: MouParty) -> PartyFacts:
    return PartyFacts(**{entry.name: getattr(party, entry.name) for entry in fields(PartyFacts)})


def _signatory_facts(one: MouSignatory) -> SignatoryFacts:
    return SignatoryFacts(**{entry.name: getattr(one, entry.name) for entry in fields(SignatoryFacts)})


def _promise(actor: Actor, draft: Mou, one: MouCommitment, party: MouParty, begins: date | None) -> None:
    """The same promise again; its day only where it is still to come."""
    due = one.due_on if one.due_on and one.due_on >= (begins or clock.today()) else None
    facts = CommitmentFacts(party=party, kind=one.kind, amount=one.amount, text=one.text, due_on=due)
    parties.add_commitment(actor, draft, facts)
