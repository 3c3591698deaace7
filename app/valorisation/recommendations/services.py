"""What may happen to recommendations: written, edited, sent, answered, taken back, withdrawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core import clock, portal
from app.core.access import Actor, Permission
from app.core.consortium import Consortium
from app.core.errors import Refused, expect_version
from app.core.search_key import search_key
from app.events.rules import all_of
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.origins.models import SourceKind
from app.valorisation.origins.services import came_from
from app.valorisation.permissions import check_edit, may_edit
from app.valorisation.recommendations import rules
from app.valorisation.recommendations.models import ANSWERED, Recommendation, RecommendationState
from app.valorisation.rules import check_inside

S = RecommendationState


@dataclass(frozen=True, kw_only=True)
class RecommendationFacts:
    """What a recommendation says, as somebody filled it in; ``country`` is an ISO alpha-2 code.

    ``origins`` are kinds and keys of what it came from; ``None`` leaves them as they are.
    """

    country: str
    text: dict[str, str]
    background: dict[str, str] | None = None
    addressee: Organisation | None = None
    body: str | None = None
    organisation: Organisation | None = None
    follow_up_on: date | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())
    origins: Sequence[tuple[SourceKind, int]] | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerFacts:
    """What was answered, on which day and in which words."""

    state: RecommendationState
    answered_on: date
    said: dict[str, str] | None = None


def check(facts: RecommendationFacts, consortium: Consortium) -> None:
    """Check what holds of every recommendation. Raises ``Refused`` with everything that is wrong."""
    countries = [country.code for country in consortium.credential_countries]
    designs = {one.code: one.country for one in facts.microcredentials}
    checks: list[Callable[[], object]] = [
        lambda: rules.check_country(facts.country, countries),
        lambda: rules.check_text(facts.text),
        lambda: rules.check_addressee(facts.addressee is not None, facts.body),
        lambda: rules.check_microcredentials(facts.country, designs),
    ]
    all_of(*checks)


def write(actor: Actor, facts: RecommendationFacts, consortium: Consortium, **marks: Any) -> Recommendation:
    """Write a recommendation down, as a draft.

    ``marks`` are what only the consortium's own files say: ``is_example``, ``written_on``. Raises ``Refused`` for facts
    that break a rule, ``OutOfReach`` and ``NotAllowed`` where the actor may not have one there.
    """
    made = Recommendation(created_by_id=actor.user_id, **{"written_on": clock.today()} | marks)
    with db.session.no_autoflush:
        _fill(actor, made, facts, consortium)
    actor.check(Permission.RECOMMENDATION_EDIT, made, at="country")
    db.session.add(made)
    db.session.flush()
    return made


def edit(
    actor: Actor, found: Recommendation, version: int | None, facts: RecommendationFacts, consortium: Consortium
) -> None:
    """Change a recommendation; of one that was sent, only what does not belong to its words.

    Raises ``EditConflict`` when somebody saved in between, ``WasSent``, ``Refused`` and ``NotAllowed``.
    """
    check_edit(actor, found)
    expect_version(found, version)
    before = {name: getattr(found, name) for name in rules.SAID}
    now = {
        **{name: getattr(facts, name) or None for name in ("country", "text", "background", "body")},
        "addressee_id": facts.addressee.id if facts.addressee else None,
    }
    rules.check_said(found.state, before, now)
    with db.session.no_autoflush:
        _fill(actor, found, facts, consortium)
    if not may_edit(actor, found):
        raise Refused(country=_("Then you could not change it any more; leave country and organisation as they are."))
    found.updated_at = clock.now()
    db.session.flush()


def send(actor: Actor, found: Recommendation, version: int | None, sent_on: date, reason: str | None = None) -> None:
    """Say that a recommendation was sent to its addressee; from then on its words stay.

    ``reason`` is why that day lies outside the project. Raises ``OutsidePeriod``, ``Refused`` for a day to come,
    ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, found)
    expect_version(found, version)
    consortium = portal.consortium()
    if found.moves.allows(found.state, S.SENT):
        rules.check_sent(sent_on, clock.today())
        check_inside(sent_on, (consortium.start, consortium.end), reason)
        found.sent_on = sent_on
    found.move_to(S.SENT, actor, reason)
    found.updated_at = clock.now()
    db.session.flush()


def answer(actor: Actor, found: Recommendation, version: int | None, facts: AnswerFacts) -> None:
    """Write down what was answered: accepted, partly accepted or declined, and in which words.

    Raises ``AnswerMissing``, ``Refused``, ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, found)
    expect_version(found, version)
    if facts.state not in ANSWERED:
        raise Refused(state=_("Choose what was answered."))
    if found.state is facts.state or found.moves.allows(found.state, facts.state):
        rules.check_answer(facts.state, facts.said)
        rules.check_answered(facts.answered_on, found.sent_on, clock.today())
        found.answered_on, found.answer = facts.answered_on, facts.said or None
    if found.state is not facts.state:  # The words of an answer can be put right while it stays what it was.
        found.move_to(facts.state, actor)
    found.updated_at = clock.now()
    db.session.flush()


def move(
    actor: Actor, found: Recommendation, version: int | None, state: RecommendationState, reason: str | None = None
) -> None:
    """Withdraw a recommendation, or take one back that was sent by mistake: it is a draft again.

    Raises ``StateTransitionError``, ``Refused`` without a reason, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, found)
    expect_version(found, version)
    if state not in rules.NEEDS_REASON:
        raise Refused(_("Sending and answering have pages of their own."))
    if found.moves.allows(found.state, state):
        rules.check_reason(state, reason)
    found.move_to(state, actor, reason)
    if state is S.DRAFT:
        found.sent_on = None
    found.updated_at = clock.now()
    db.session.flush()


def _fill(actor: Actor, found: Recommendation, facts: RecommendationFacts, consortium: Consortium) -> None:
    check(facts, consortium)
    for name in ("country", "text", "background", "body", "follow_up_on"):
        setattr(found, name, getattr(facts, name) or None)
    for name in ("addressee", "organisation"):
        chosen: Organisation | None = getattr(facts, name)
        setattr(found, name, chosen)
        setattr(found, f"{name}_id", chosen.id if chosen else None)
    found.concern(facts.microcredentials)
    came_from(actor, found, facts.origins)
    names = [*facts.text.values(), facts.addressee.name if facts.addressee else facts.body or ""]
    found.search_key = " | ".join(dict.fromkeys(filter(None, map(search_key, names))))
