"""Keeps the last days of memoranda in the calendars, inside the transaction that changes one.

What is published stands in the public feeds of everything, of its country and of its micro-credentials; one's own feed
has those that concern its reader. An addendum ends with what it amends and has no entry of its own.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core import portal
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.mentions import after_redaction
from app.events.scopes import EVERYTHING, named
from app.extensions import db
from app.feeds.entries import also_renewed, naming, placed, take_out
from app.feeds.models import CalendarEntry
from app.mou.models import CONCLUDED, Mou, MouParty
from app.mou.queries import is_for_everybody, reference_of
from app.mou.services import after_change

if TYPE_CHECKING:
    from app.events.ical import CalendarFacts


def follow(mou: Mou) -> None:
    """Keep the calendars in step with a memorandum that was signed, extended, ended or published."""
    if mou.last_day is None or mou.amends_id is not None or mou.state not in CONCLUDED:
        return
    from app.events.ical import Audience, vevent, zone_needed

    session, facts, shown = db.session, _facts(mou), _facts(mou, for_everybody=True)
    entry = session.scalar(select(CalendarEntry).where(CalendarEntry.mou_id == mou.id))
    entry = entry or CalendarEntry(uid=mou.uid, mou_id=mou.id)
    former = entry.public_octets
    entry.member_octets = vevent(facts, audience=Audience.MEMBER).encode()
    entry.guest_octets = vevent(shown, audience=Audience.MEMBER).encode() if shown != facts else None
    entry.zone = zone_needed(facts)
    if is_for_everybody(mou):
        entry.public_octets, entry.removed_at = vevent(shown, audience=Audience.PUBLIC).encode(), None
    else:
        take_out(session, entry, vevent(replace(shown, removed=True), audience=Audience.PUBLIC).encode())
    session.add(entry)
    session.flush()
    placed(session, entry, _scopes(mou) if is_for_everybody(mou) else None, former)


def follow_redaction(record: object) -> None:
    """Keep the calendars in step with a memorandum, or a party's name, out of which somebody's name was taken."""
    if isinstance(record, Mou | MouParty):
        follow(record if isinstance(record, Mou) else record.mou)


after_change.append(follow)
after_redaction.append(follow_redaction)


def renew(session: Session, microcredential: int | None) -> None:
    """Render the last days anew, all that there are or those of what concerns one micro-credential."""
    wanted = select(Mou).where(Mou.last_day.is_not(None)).order_by(Mou.id)
    if microcredential is not None:
        wanted = wanted.where(Mou.id.in_(_concerning(microcredential)))
    for mou in session.scalars(wanted).all():
        follow(mou)


def _concerning(key: int) -> Select[tuple[int]]:
    link = Mou.link_model
    stored = select(CalendarEntry.mou_id).where(CalendarEntry.mou_id.is_not(None))
    return select(link.record_id).where(link.microcredential_id == key, link.record_id.in_(stored))


naming.append(_concerning)
also_renewed.append(renew)


def _scopes(mou: Mou) -> set[str]:
    scopes = {EVERYTHING} | {named("mc", one.code) for one in mou.microcredentials if one.is_for_everybody}
    return scopes | ({named("country", mou.country)} if mou.country else set())


def _facts(mou: Mou, *, for_everybody: bool = False) -> "CalendarFacts":
    from app.events.ical import CalendarFacts  # icalendar is heavy, and most processes only read

    consortium = portal.consortium()
    title = read_in(mou.title, SOURCE_LANGUAGE)
    spoken = consortium.by_language.get(title.language) if title else None
    codes = [one.code for one in mou.microcredentials if one.is_for_everybody or not for_everybody]
    names = (read_in(party.legal_name, SOURCE_LANGUAGE) for party in mou.parties)
    said = [", ".join(name.text for name in names if name)]
    said += [f"Micro-credentials: {', '.join(codes)}"] if codes else []
    last = mou.last_day
    if last is None:
        raise ValueError("It has no last day.")
    return CalendarFacts(
        uid=mou.uid,
        domain=consortium.uid_domain,
        sequence=mou.version,
        created=mou.created_at,
        changed=mou.updated_at,
        all_day=True,
        starts=last,
        ends=last,
        zone=consortium.zone,
        title=f"Last day: {title.text if title else ''} ({reference_of(mou)})",
        page_url=f"{portal.settings().public_url}/mou/{mou.id}",
        status="confirmed",
        description="\n\n".join(said),
        categories=("Memorandum", *filter(None, [mou.country]), *codes),
        transparent=True,
        language=spoken.html if spoken else SOURCE_LANGUAGE,
        example=mou.is_example,
    )
