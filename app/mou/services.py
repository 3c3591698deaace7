"""What may happen to memoranda and their parts while they are open: made, edited, given parties and commitments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.access import Actor, Permission
from app.core.errors import Refused, StillReferred, expect_version
from app.core.search_key import search_key
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou import queries, rules
from app.mou.models import (
    CodePolicy,
    Mou,
    MouState,
    MouTemplateVersion,
)
from app.mou.permissions import check_edit
from app.stakeholders.models import Organisation

# Called within the transaction, after the flush, for every memorandum that was made, changed, moved or deleted, so that
# whoever keeps something made from memoranda (feeds) never commits without it.
after_change: list[Callable[[Mou], None]] = []


@dataclass(frozen=True, kw_only=True)
class MouFacts:
    """What a memorandum is, as somebody filled it in; ``languages`` has one code or two, the first on the left."""

    title: dict[str, str]
    template_version: MouTemplateVersion
    languages: Sequence[str]
    purpose: dict[str, str] | None = None
    prevailing_language: str | None = None
    country: str | None = None
    owner: Organisation | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())
    no_microcredentials_reason: str | None = None
    effective_from: date | None = None
    duration_months: int | None = None
    ends_on: date | None = None
    is_open_ended: bool = False
    auto_renew: bool = False
    notice_days: int = 30
    place: str | None = None
    clauses: Sequence[str] = ()
    special_terms: dict[str, str] | None = None
    code_policy: CodePolicy = CodePolicy.BEFORE_SIGNING
    link_days: int = 30
    remind_after_days: int | None = 5
    remind_at_most: int = 4
    register_body: str | None = None
    register_number: str | None = None
    register_date: date | None = None


def check(facts: MouFacts) -> None:
    """Check what holds of every memorandum. Raises ``Refused`` with everything that is wrong."""
    offered = queries.languages_of(facts.template_version)
    wrong = rules.faults(facts.title, facts.languages, facts.prevailing_language, offered=offered)
    wrong |= rules.term_faults(facts.effective_from, facts.duration_months, facts.ends_on, facts.is_open_ended)
    wrong |= rules.policy_faults(facts.notice_days, facts.link_days, facts.remind_after_days, facts.remind_at_most)
    strangers = set(facts.clauses) - queries.optional_clauses(facts.template_version)
    if strangers:
        wrong["clauses"] = _("The template has no such clause: %(codes)s.", codes=", ".join(sorted(strangers)))
    if wrong:
        raise Refused(**wrong)


def create(actor: Actor, facts: MouFacts, **marks: Any) -> Mou:
    """Draft a memorandum.

    ``marks`` are what no form says: ``is_example``, ``batch``, ``renews``, ``amends``. Raises ``Refused`` for facts
    that break a rule, also for a country where the actor may make none.
    """
    mou = Mou(
        created_by_id=actor.user_id,
        created_by_name=actor.name,
        instrument=facts.template_version.template.instrument,
        **marks,
    )
    with db.session.no_autoflush:
        _fill(mou, facts)
    actor.check(Permission.MOU_CREATE, mou, at="country")
    db.session.add(mou)
    return changed(mou)


def edit(actor: Actor, mou: Mou, version: int | None, facts: MouFacts) -> None:
    """Change a memorandum that is open.

    Raises ``EditConflict``, ``Refused``, ``Frozen`` and ``NotAllowed``.
    """
    check_edit(actor, mou)
    expect_version(mou, version)
    rules.check_open(mou.state)
    with db.session.no_autoflush:
        _fill(mou, facts)
    check_edit(actor, mou)
    touch(mou)


def withdraw(actor: Actor, mou: Mou, version: int | None, reason: str) -> None:
    """Give a memorandum up that nobody was asked to sign, or that was recalled.

    One that is out is recalled first (``signing.services.recall``). Raises ``Refused`` without a reason,
    ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, mou)
    expect_version(mou, version)
    rules.check_open(mou.state)
    if not reason:
        raise Refused(reason=_("Write why, in a few words."))
    mou.move_to(MouState.WITHDRAWN, actor, reason)
    touch(mou)


def delete(actor: Actor, mou: Mou, version: int | None) -> None:
    """Delete a draft nobody outside has seen. Raises ``StillReferred``, ``EditConflict`` and ``NotAllowed``."""
    check_edit(actor, mou)
    expect_version(mou, version)
    referrers = queries.referrers(mou)
    if mou.state is not MouState.DRAFT or referrers:
        raise StillReferred(_("What others have seen is not deleted. Withdraw it instead."), referrers)
    db.session.delete(mou)
    changed(mou)


def touch(mou: Mou) -> Mou:
    """Count a change of one of its parts as a change of the memorandum: its version goes up."""
    mou.updated_at = clock.now()
    return changed(mou)


def changed(mou: Mou) -> Mou:
    """Flush, and tell those who keep something made from memoranda."""
    mou.search_key = _search_key(mou)
    db.session.flush()
    for told in after_change:
        told(mou)
    db.session.flush()
    return mou


def _fill(mou: Mou, facts: MouFacts) -> None:
    check(facts)
    for entry in fields(facts):
        if entry.name not in ("microcredentials", "template_version", "owner"):
            value = getattr(facts, entry.name)
            setattr(mou, entry.name, list(value) if isinstance(value, tuple) else value)
    mou.template_version = facts.template_version
    mou.template_version_id = facts.template_version.id
    mou.owner = facts.owner
    mou.owner_id = facts.owner.id if facts.owner else None
    mou.concern(facts.microcredentials)


def _search_key(mou: Mou) -> str:
    names = [*mou.title.values(), *(name for party in mou.parties for name in party.legal_name.values())]
    return " | ".join(dict.fromkeys(filter(None, map(search_key, names))))
