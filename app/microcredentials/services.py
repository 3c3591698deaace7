"""What may happen to micro-credentials."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from app.core import clock, portal, records
from app.core.access import Actor, Permission
from app.core.database import hold
from app.core.errors import Refused, StillReferred, expect_version
from app.core.search_key import search_key
from app.extensions import db
from app.microcredentials import annex, guards, links
from app.microcredentials.facts import PLAIN, AssessmentFacts, MicroCredentialFacts, OutcomeFacts
from app.microcredentials.models import Assessment, LearningOutcome, MicroCredential, MicroCredentialState

S = MicroCredentialState
P = Permission
# The way a design usually goes; loaders of files follow it, so that every move is on record.
USUAL_WAY = (S.IDEA, S.DRAFT, S.INTERNAL_REVIEW, S.FINAL, S.PUBLISHED)
# Tables whose rows are part of a design rather than records that refer to it.
OWN_TABLES = frozenset({"microcredential_developer", "learning_outcome", "assessment"})
SETTLED = frozenset({S.FINAL, S.PUBLISHED})
# Called within the transaction, after the flush, for every design that got another code or was published, so that
# whoever keeps something that names codes (feeds) never commits without it.
after_change: list[Callable[[MicroCredential], None]] = []


def create(actor: Actor, facts: MicroCredentialFacts, **marks: Any) -> MicroCredential:
    """Add a design to the catalogue, as an idea.

    ``marks`` are what only the consortium's own files say (``is_example``). Raises ``Refused`` for what
    ``guards.faults`` finds, and ``NotAllowed`` outside the actor's country or organisations.
    """
    microcredential = _create(actor, facts, marks)
    db.session.flush()
    return microcredential


def edit(actor: Actor, microcredential: MicroCredential, version: int | None, facts: MicroCredentialFacts) -> None:
    """Change a design. A published one is corrected by those who may publish, and stays fit to be public.

    Raises ``NotEditable`` when it is final or retired, ``EditConflict`` when somebody saved in between, ``Refused`` and
    ``NotAllowed`` as for creating.
    """
    former = microcredential.code
    _edit(actor, microcredential, version, facts)
    db.session.flush()
    if microcredential.code != former:
        _tell(microcredential)


def keep_all(actor: Actor, designs: Iterable[tuple[MicroCredential | None, MicroCredentialFacts]]) -> None:
    """Make those designs that are not there yet and change the others, written together; rules as for each alone."""
    for microcredential, facts in designs:
        if microcredential is None:
            _create(actor, facts, {})
        else:
            _edit(actor, microcredential, microcredential.version, facts)
    db.session.flush()


def _create(actor: Actor, facts: MicroCredentialFacts, marks: Mapping[str, Any]) -> MicroCredential:
    check(facts)
    actor.check(P.MICROCREDENTIAL_CREATE, facts, at="country")
    microcredential = MicroCredential(**marks)
    _fill(microcredential, facts)
    db.session.add(microcredential)
    return microcredential


def _edit(actor: Actor, microcredential: MicroCredential, version: int | None, facts: MicroCredentialFacts) -> None:
    hold(microcredential)
    needed = edit_permission(microcredential.state)
    actor.check(needed, microcredential)
    guards.editable(microcredential.state)
    expect_version(microcredential, version)
    check(facts, microcredential)
    actor.check(needed, facts, at="country")
    _fill(microcredential, facts)
    microcredential.updated_at = clock.now()  # a change of outcomes alone must give the design a new version, too


def edit_permission(state: MicroCredentialState) -> Permission:
    """What it takes to change a design in this state."""
    return P.MICROCREDENTIAL_PUBLISH if state is S.PUBLISHED else P.MICROCREDENTIAL_EDIT


def move_permission(old: MicroCredentialState, new: MicroCredentialState) -> Permission:
    """What it takes to move a design: whoever edits may draft and submit, whoever publishes decides what is final."""
    decides = new in SETTLED or (new is S.RETIRED and old in SETTLED)
    return P.MICROCREDENTIAL_PUBLISH if decides else P.MICROCREDENTIAL_EDIT


def move(
    actor: Actor,
    microcredential: MicroCredential,
    wanted: MicroCredentialState,
    version: int | None,
    reason: str | None = None,
) -> None:
    """Move a design on, back or into retirement; retiring and going back need a reason.

    Raises ``StateTransitionError`` for a move the table does not have, ``DesignIncomplete`` or ``NotPublishable`` at a
    gate, ``Refused`` without a reason, ``EditConflict`` when somebody changed it since the page was opened.
    """
    hold(microcredential)
    actor.check(move_permission(microcredential.state, wanted), microcredential)
    expect_version(microcredential, version)
    if not microcredential.moves.allows(microcredential.state, wanted):
        microcredential.move_to(wanted, actor)
    check_move(microcredential, wanted, reason)
    if wanted is S.PUBLISHED:
        microcredential.published_at = clock.now()
    microcredential.move_to(wanted, actor, reason.strip() if reason else None)
    db.session.flush()
    if wanted is S.PUBLISHED:
        _tell(microcredential)


def check_move(microcredential: MicroCredential, wanted: MicroCredentialState, reason: str | None) -> None:
    """Check what a move needs. Raises ``DesignIncomplete`` or ``NotPublishable``, ``Refused`` without a reason."""
    if needs_reason(microcredential.state, wanted) and not (reason and reason.strip()):
        raise Refused(reason=_("Write why, in a few words."))
    guards.ready(microcredential, wanted)


def needs_reason(old: MicroCredentialState, new: MicroCredentialState) -> bool:
    """Whether a move must say why: retiring, and every step back."""
    return new is S.RETIRED or (new is S.DRAFT and old is not S.IDEA)


def advance(actor: Actor, microcredential: MicroCredential, wanted: MicroCredentialState, reason: str = "") -> None:
    """Bring a new design to the state a file says, move by move; the guards and the record are the same as ever."""
    way = USUAL_WAY if wanted in USUAL_WAY else (*USUAL_WAY[: USUAL_WAY.index(microcredential.state) + 1], wanted)
    for step in way[way.index(microcredential.state) + 1 : way.index(wanted) + 1]:
        move(actor, microcredential, step, microcredential.version, reason or None)


def delete(actor: Actor, microcredential: MicroCredential) -> None:
    """Remove a design that was never public and that nothing refers to.

    Raises ``StillReferred`` naming what refers to it, or saying that it was public; it can be retired instead.
    """
    hold(microcredential)
    actor.check(edit_permission(microcredential.state), microcredential)
    if microcredential.published_at:
        raise StillReferred(_("It was public, so others may rely on it. Retire it instead."), [])
    referrers = [*links.referrers(db.session, microcredential), *_proving(microcredential)]
    if referrers:
        raise StillReferred(_("Records refer to it. Retire it instead."), referrers)
    db.session.delete(microcredential)
    db.session.flush()


def _proving(microcredential: MicroCredential) -> list[str]:
    """What features above keep as part of a design, such as what it reached."""
    linked = {kind.model.link_model.__tablename__ for kind in links.kinds()}
    return records.referrers(db.session, microcredential, OWN_TABLES | linked)


def _tell(microcredential: MicroCredential) -> None:
    for told in after_change:
        told(microcredential)
    db.session.flush()


def check(facts: MicroCredentialFacts, stands: MicroCredential | None = None) -> None:
    """Check what holds of every design, and that one that ``stands`` published stays fit to be public.

    Raises ``Refused`` with everything that ``guards.faults`` finds, and with what a published one would lack.
    """
    faults = guards.faults(facts, portal.consortium().by_country, stands)
    lacks = None
    if stands is not None and stands.state is S.PUBLISHED:
        try:
            guards.ready(facts, S.PUBLISHED)
        except Refused as unfit:
            if not faults:
                raise
            lacks = str(unfit)
    if faults:
        raise Refused(lacks, **faults)


def _fill(microcredential: MicroCredential, facts: MicroCredentialFacts) -> None:
    for name in PLAIN:
        value = getattr(facts, name)
        if isinstance(value, float):
            value = round(value, 2)
        setattr(microcredential, name, list(value) if isinstance(value, (list, tuple)) else value)
    microcredential.developers = sorted(dict.fromkeys(facts.developers), key=lambda entry: entry.name_key)
    _fill_outcomes(microcredential, facts.outcomes)
    _fill_assessments(microcredential, facts.assessments)
    keys = dict.fromkeys(search_key(text) for text in (facts.code, *facts.title.values()))
    microcredential.search_key = " | ".join(keys)
    microcredential.title_key = search_key(facts.title.get("en") or next(iter(facts.title.values())))
    microcredential.annex_score = annex.score(facts)


def _fill_outcomes(microcredential: MicroCredential, wanted: Sequence[OutcomeFacts]) -> None:
    rows = microcredential.outcomes
    for position, facts in enumerate(wanted):
        if position == len(rows):
            rows.append(LearningOutcome())
        row = rows[position]
        row.position, row.type = position, facts.type
        row.text = {language: " ".join(text.split()) for language, text in facts.text.items()}
        row.esco_uris = list(facts.esco_uris)
    _cut(rows, len(wanted))


def _fill_assessments(microcredential: MicroCredential, wanted: Sequence[AssessmentFacts]) -> None:
    rows = microcredential.assessments
    for position, facts in enumerate(wanted):
        if position == len(rows):
            rows.append(Assessment())
        row = rows[position]
        row.position, row.type = position, facts.type
        row.title = {language: " ".join(text.split()) for language, text in (facts.title or {}).items()} or None
    _cut(rows, len(wanted))


def _cut(rows: list[Any], length: int) -> None:
    """Remove the rows beyond ``length`` one by one: the audit does not see what only falls out of a list."""
    for row in rows[length:]:
        db.session.delete(row)
    del rows[length:]
