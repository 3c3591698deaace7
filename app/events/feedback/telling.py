"""Telling what became of what was said: by mail to whoever said it, and on a page for the public."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.queries import languages_of
from app.core import mail, portal
from app.core.access import Actor
from app.core.canonical import sha256_of
from app.core.errors import Refused
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.events import services as events
from app.events.feedback import queries, rules
from app.events.feedback.models import Disposition, FeedbackPage, FeedbackPoint, FeedbackTold, public_path
from app.events.feedback.queries import Telling
from app.events.models import Event, Visibility
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db


def tell(actor: Actor, event: Event, languages: Mapping[int, str]) -> int:
    """Write to organisations what became of their points, each in a mail of its own; answers how many mails.

    ``languages`` has the language for the key of each organisation to be told; the others wait. An answer that was told
    is not told again. Raises ``Refused`` where nobody is left to be told, and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)  # Whoever presses the button at the same time waits, and then finds everything told.
    page = queries.page(event)
    path = public_path(event.id) if page is not None and page.is_published else None
    due = [one for one in queries.to_tell(event) if one.organisation.email and one.organisation.id in languages]
    if not due:
        raise Refused(_("There is nobody left to be told by mail."))
    for telling in due:
        _send(actor, event, telling, languages[telling.organisation.id], path)
    return len(due)


def _send(actor: Actor, event: Event, telling: Telling, language: str, path: str | None) -> None:
    reading = read_in(event.title, language)
    title = reading.text if reading else ""
    sent = mail.send(
        db.session,
        telling.organisation.email or "",
        _l("You said – we did: %(event)s", event=title),
        "events/told",
        language,
        title=title,
        event=event,
        organisation=telling.organisation,
        points=telling.points,
        path=path,
    )
    told: dict[str, Any] = {"language": sent.language, "actor_id": actor.user_id, "actor_name": actor.name}
    db.session.add_all(
        FeedbackTold(point_id=point.id, answer=point.answers, organisation_id=telling.organisation.id, **told)
        for point in telling.points
    )
    db.session.flush()


def likely_languages(due: Sequence[Telling]) -> dict[int, str]:
    """The language each organisation, by its key, is written to unless somebody says otherwise.

    It is that of the account with the same address, else English.
    """
    spoken = languages_of([telling.organisation.email for telling in due if telling.organisation.email])
    active = {language.code for language in portal.consortium().languages if language.active}
    likely = {telling.organisation.id: spoken.get((telling.organisation.email or "").casefold()) for telling in due}
    return {key: code if code in active else SOURCE_LANGUAGE for key, code in likely.items()}


def publish(actor: Actor, event: Event, *, is_published: bool, seen: str | None = None) -> None:
    """Let the public read what was said at an event and what became of it, as it stands now, or no longer.

    What is new or another later is not public until this is done again. ``seen`` is the ``state_of`` the points on the
    page that was looked at. Raises ``NotForThePublic`` for an event that the public does not see, ``ChangedMeanwhile``
    and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)
    if is_published:
        rules.check_public(event.visibility)
    page = queries.page(event)
    if page is None:
        page = FeedbackPage(event_id=event.id)
        db.session.add(page)
    if is_published:
        points = queries.published(event)
        rules.check_looked_at(seen, state_of(points))
        page.looked_at = {str(point.id): _as_read(point) for point in points}
    page.is_published = is_published
    db.session.flush()


def _as_read(point: FeedbackPoint) -> str:
    """A hash of everything the public reads of a point."""
    texts = {name: getattr(point, name) for name in ("public_text", "reason", "public_reason", "change")}
    keys = {"organisation": point.organisation_id, "question": point.question_id, "is_named": point.may_be_named}
    return sha256_of({**texts, **keys, "stance": point.stance.value, "state": point.state.value})


def state_of(points: Sequence[FeedbackPoint]) -> str:
    """A hash of everything the public would read of points."""
    return sha256_of({str(point.id): _as_read(point) for point in points})


def _take_back(event: Event) -> None:
    """What the public sees no longer is published anew by somebody, not by itself when the event is public again."""
    if event.visibility is not Visibility.PUBLIC and (page := queries.page(event)) is not None:
        page.is_published = False


events.after_change.append(_take_back)


@dataclass(frozen=True)
class Shown:
    """A point as the public reads it: ``reason`` and ``change`` are left out where they name who is not to be named.

    ``withheld`` says that something was. ``is_public`` is whether it stands as somebody looked at it and published it.
    """

    point: FeedbackPoint
    reason: dict[str, str] | None
    change: dict[str, str] | None
    withheld: bool
    is_public: bool


def shown(event: Event, points: Sequence[FeedbackPoint]) -> list[Shown]:
    """Points of an event as the public reads them, with those that are not public yet."""
    page = queries.page(event)
    looked_at = page.looked_at if page is not None and is_read_by_all(event) else {}
    return as_read(points, looked_at)


def as_read(points: Sequence[FeedbackPoint], looked_at: Mapping[str, str] | None = None) -> list[Shown]:
    """Points of one event as the public reads them; ``looked_at`` is what its page keeps of them."""
    return [_shown(point, _hidden_names(points, point), looked_at) for point in points]


def _hidden_names(points: Sequence[FeedbackPoint], but: FeedbackPoint) -> set[str]:
    """The names of organisations that said something and are not to be named; at a point of its own one may agree."""
    agreed = but.organisation_id if but.may_be_named else None
    return {
        entry.text
        for point in points
        if point.organisation is not None and not point.may_be_named and point.organisation_id != agreed
        for entry in point.organisation.names
    }


def _shown(point: FeedbackPoint, hidden: set[str], looked_at: Mapping[str, str] | None) -> Shown:
    # What somebody wrote for the public was written with open eyes.
    tells = not point.public_reason and rules.names_one_of(point.reason, hidden)
    names = rules.names_one_of(point.change, hidden)
    reason = point.public_reason or (None if tells else point.reason)
    is_public = looked_at is None or looked_at.get(str(point.id)) == _as_read(point)
    return Shown(point, reason, None if names else point.change, withheld=tells or names, is_public=is_public)


def is_read_by_all(event: Event) -> bool:
    """Whether the public reads what was said at an event: it was published, and the event is still public."""
    page = queries.page(event)
    return page is not None and page.is_published and event.visibility is Visibility.PUBLIC


def read_by_all(keys: Collection[int]) -> frozenset[int]:
    """Those of these points that the public reads as they stand now, by their keys; one statement.

    They were looked at and published so, were not withdrawn, and their event and its page are still public.
    """
    rows = db.session.execute(
        select(FeedbackPoint, FeedbackPage.looked_at)
        .join(FeedbackPoint.event)
        .join(FeedbackPage, FeedbackPage.event_id == FeedbackPoint.event_id)
        .where(FeedbackPoint.id.in_(keys), FeedbackPoint.state != Disposition.WITHDRAWN)
        .where(FeedbackPage.is_published, Event.visibility == Visibility.PUBLIC)
    )
    return frozenset(point.id for point, looked_at in rows if (looked_at or {}).get(str(point.id)) == _as_read(point))
