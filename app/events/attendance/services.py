"""What may happen to an attendance list: filled from the invitations, marked, added to, signed, declared."""

import io
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core import clock, portal
from app.core.access import Actor
from app.core.drawing import check_drawing, picture
from app.core.errors import Refused, expect_version
from app.core.files import StoredFile, keep
from app.events import rules as event_rules
from app.events import services as events
from app.events import spans
from app.events.attendance import queries, rules
from app.events.attendance.models import Attendance, AttendanceDeclaration, AttendanceSignature, Presence
from app.events.invitations import queries as invitations
from app.events.invitations.models import EventInvitation, InvitationState, Way
from app.events.models import Event, Format
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db
from app.stakeholders.models import Organisation, Person

MOST_ROWS = 2000


@dataclass(frozen=True, kw_only=True)
class AttendeeFacts:
    """Who somebody on the list is, as it was filled in; person and organisation of the register, or by their names."""

    name: str | None
    how: Way
    person: Person | None = None
    organisation: Organisation | None = None
    organisation_name: str | None = None
    country: str | None = None
    function: str | None = None


def fill(actor: Actor, event: Event) -> int:
    """Put everybody who is invited and not on the list there; answers how many.

    Who declined is excused, everybody else is expected. Raises ``ListClosed`` and ``NotAllowed``.
    """
    _check(actor, event)
    known = {row.invitation_id for row in queries.of_event(event)}
    missing = [one for one in invitations.standing(event) if one.id not in known]
    _check_room(event, len(known) + len(missing))
    for invitation in missing:
        row = _from(invitation, event)
        db.session.add(row)
        db.session.flush()
        if invitation.state is InvitationState.DECLINED:
            row.move_to(Presence.EXCUSED, actor, str(invitation.state.label))
    db.session.flush()
    return len(missing)


def _from(invitation: EventInvitation, event: Event) -> Attendance:
    person, body = invitation.person, invitation.organisation
    if person is not None and (body is None or rules.has_left(person, body, event.starts_on)):
        body = _spoken_for(person, event)
    # An organisation is invited at its mailbox; whom it sends is written down when they are there.
    is_body = person is None and body is not None and invitation.name == body.name
    return Attendance(
        event=event,
        invitation=invitation,
        organisation=body,
        person=person,
        name=None if is_body else invitation.name,
        country=body.country if body else None,
        how=invitation.way or usual_way(event),
        is_example=invitation.is_example,
    )


def _spoken_for(person: Person, event: Event) -> Organisation | None:
    """For whom a person spoke on the day of an event."""
    return next((one.organisation for one in person.affiliations if one.holds_on(event.starts_on)), None)


def usual_way(event: Event) -> Way:
    """How people take part unless somebody says otherwise."""
    return Way.ONLINE if event.format is Format.ONLINE else Way.ONSITE


def add(actor: Actor, event: Event, facts: AttendeeFacts, *, is_example: bool = False) -> Attendance:
    """Put somebody on the list who came without an invitation; they are there.

    Raises ``NobodyNamed``, ``NotYet``, ``ToBeErased``, ``HadLeft``, ``ListClosed`` and ``NotAllowed``.
    """
    _check(actor, event)
    event_rules.all_of(
        lambda: rules.check_mark(Presence.PRESENT, event.starts_on, clock.today(event.zone)),
        lambda: rules.check_somebody(facts.name, facts.person or facts.organisation or facts.organisation_name),
        lambda: rules.check_may_be_listed(facts.person),
        lambda: rules.check_sent_by(facts.person, facts.organisation, event.starts_on),
    )
    _check_room(event, sum(queries.counts(event).values()) + 1)
    row = Attendance(event=event, is_walk_in=True, is_example=is_example)
    _fill(row, facts)
    db.session.add(row)
    db.session.flush()
    row.move_to(Presence.PRESENT, actor)
    db.session.flush()
    return row


def edit(actor: Actor, row: Attendance, version: int | None, facts: AttendeeFacts) -> None:
    """Put right who somebody is. Raises ``EditConflict``, and as ``add``; what was signed keeps its name."""
    _check(actor, row.event, row)
    expect_version(row, version)
    rules.check_somebody(facts.name, facts.person or facts.organisation or facts.organisation_name)
    if facts.person is not row.person:
        rules.check_may_be_listed(facts.person)
    if (facts.person, facts.organisation) != (row.person, row.organisation):
        rules.check_sent_by(facts.person, facts.organisation, row.event.starts_on)
    if row.signature is not None and (facts.name or (facts.person and facts.person.name)) != row.name:
        raise Refused(name=_("It was signed under this name and stays so."))
    _fill(row, facts)
    db.session.flush()


def _fill(row: Attendance, facts: AttendeeFacts) -> None:
    row.name, row.function, row.how = facts.name, facts.function, facts.how
    row.person, body = facts.person, facts.organisation
    if facts.person is not None:
        row.name = facts.name or facts.person.name
        body = body or (None if facts.organisation_name else _spoken_for(facts.person, row.event))
    row.organisation = body
    row.organisation_name = None if body else facts.organisation_name
    row.country = body.country if body else facts.country


def mark(actor: Actor, row: Attendance, presence: Presence, how: Way | None = None) -> None:
    """Say whether somebody is there; marking again puts it right, and every mark is kept.

    Raises ``StateTransitionError``, ``NotYet``, ``ListClosed`` and ``NotAllowed``.
    """
    _check(actor, row.event, row)
    rules.check_mark(presence, row.event.starts_on, clock.today(row.event.zone))
    if how is not None:
        row.how = how
    if row.state is not presence:
        row.move_to(presence, actor)
    db.session.flush()


def sign(actor: Actor, row: Attendance, *, drawing: str | None, typed: str | None) -> AttendanceSignature:
    """Have somebody sign, on the device of whoever keeps the list: drawn, or by typing the name.

    Whoever signs is there. Raises ``DrawingUnfit``, ``NameUnfit``, ``NotYet``, ``ListClosed`` and ``NotAllowed``, and
    ``Refused`` where it is signed already.
    """
    _check(actor, row.event, row)
    rules.check_mark(Presence.PRESENT, row.event.starts_on, clock.today(row.event.zone))
    if row.signature is not None:
        raise Refused(_("This was signed already."))
    strokes = check_drawing(drawing)
    name = rules.check_signed(strokes, typed, row.name)
    row.name = row.name or name
    signature = AttendanceSignature(
        attendance=row,
        name=name,
        drawing=_kept(db.session, actor, strokes),
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(signature)
    db.session.flush()
    if row.state not in (Presence.PRESENT, Presence.LEFT_EARLY):
        row.move_to(Presence.PRESENT, actor)
    row.how = Way.ONSITE
    db.session.flush()
    return signature


def declare(
    actor: Actor, event: Event, *, name: str | None, function: str | None, drawing: str | None
) -> AttendanceDeclaration:
    """Declare as the organiser that those marked as online took part; the declaration names each.

    Raises ``Refused`` without a name, a function or anybody online, and as ``sign``.
    """
    _check(actor, event)
    found = queries.undeclared(event)
    if not found:
        raise Refused(_("Nobody who was there online is still to be declared."))
    missing = {"name": name, "function": function}
    wrong = {
        field: _("Write this, please; it stays with the declaration.") for field, text in missing.items() if not text
    }
    event_rules.all_of(lambda: _refuse(wrong), lambda: check_drawing(drawing))
    declaration = AttendanceDeclaration(
        event=event,
        people=[{"attendance": row.id, "name": row.name, "organisation": row.sent_by} for row in found],
        text=declaration_text(event),
        name=name,
        function=function,
        drawing=_kept(db.session, actor, drawing),
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(declaration)
    db.session.flush()
    return declaration


def declaration_text(event: Event) -> str:
    """What is declared, in the reader's language, of all days of the event; it is kept as it was read."""
    if event.ends_on > event.starts_on:
        return _(
            "I declare as the organiser that the people named here, sent by the organisations named here, took part "
            "online in this event from %(first)s to %(last)s.",
            first=spans.words(event.starts_on),
            last=spans.words(event.ends_on),
        )
    return _(
        "I declare as the organiser that the people named here, sent by the organisations named here, took part online "
        "in this event on %(day)s.",
        day=spans.words(event.starts_on),
    )


def _refuse(messages: dict[str, str]) -> None:
    if messages:
        raise Refused(**messages)


def _kept(session: Session, actor: Actor, strokes: str | None) -> StoredFile | None:
    """A drawing as a file; only numbers of the pad's own points get into it."""
    if not strokes:
        return None
    octets = io.BytesIO(picture(strokes).encode())
    return keep(session, portal.files(), octets, "signature.svg", actor.user_id)


def _check(actor: Actor, event: Event, *parts: Attendance) -> None:
    """Hold the event, and whether its list can be written on."""
    check_edit(actor, event)
    lock(event, *parts)
    rules.check_open(event.kind, event.state)


def _check_room(event: Event, count: int) -> None:
    if count > MOST_ROWS:
        raise Refused(_("A list has room for %(count)s people.", count=MOST_ROWS))


# ---- Counts ----


def counts_of(event: Event) -> dict[str, int | None]:
    """The event's counts by what they count."""
    return {name: getattr(event, name) for name in ("women", "men", "nonbinary", "undisclosed")}


def faults(event: Event) -> list[str]:
    """What of the event's counts does not add up with its list."""
    return rules.faults(counts_of(event), event.by_country, queries.present_by_country(event))


def count(
    actor: Actor,
    event: Event,
    version: int | None,
    *,
    counts: dict[str, int | None],
    total: int | None,
    by_country: dict[str, int],
) -> None:
    """Write down how many were there. A total alone counts as not stated.

    Raises ``CountsDiffer`` where counts, countries and list do not add up, and as ``events.services.count``.
    """
    _check(actor, event)
    present = queries.present_by_country(event)
    # What is no number of people makes no sum, either.
    event_rules.check_counts([*counts.values()], total if all(n is None for n in counts.values()) else None)
    rules.check_counts(counts, total, by_country, sum(present.values()) if present else None)
    if total is not None and all(number is None for number in counts.values()):
        counts = {**counts, "undisclosed": total}
    events.count(actor, event, version, counts, by_country)


def take_counts(actor: Actor, event: Event, version: int | None) -> None:
    """Take the counts from the list: how many, from where, and of gender what is known already and still fits.

    Raises ``Refused`` where nobody on the list was there, and as ``events.services.count``.
    """
    _check(actor, event)
    by_country = queries.present_by_country(event)
    total = sum(by_country.values())
    if not total:
        raise Refused(_("Nobody on the list was there yet."))
    events.count(actor, event, version, rules.taken(total, event.women, event.men, event.nonbinary), by_country)
