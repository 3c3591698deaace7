"""What needs whom: a record's state and dates turned into one matter with its next step.

``queries`` finds the records; here is what each asks for. A matter without a verb would be a report, so each has one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.access import Actor, Role
from app.core.templating import day, reader_language
from app.dashboard import queries
from app.engagement.contact import USUAL
from app.events.models import Event, EventKind, EventState
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.mou import queries as memoranda
from app.mou.models import Mou
from app.mou.seals import ending as seal_ending
from app.stakeholders import review

WEEK = timedelta(days=7)
TIME_TO_WRITE = timedelta(days=14)
MOST_CHIPS = 5


class Urgency(IntEnum):
    """How soon a matter wants somebody: late, within a week, later."""

    LATE = 0
    SOON = 1
    LATER = 2

    @property
    def shape(self) -> str:
        """The shape that stands for it."""
        return ("late", "attention", "planned")[self]

    @property
    def label(self) -> str:
        """The heading of its group."""
        return (_("Late"), _("This week"), _("Later"))[self]


@dataclass(frozen=True)
class Matter:
    """One thing that needs somebody: what, why, and the next step; ``due`` is absent where no day presses.

    ``is_told_early`` is for what the weekly mail says though it is not due within the week.
    """

    urgency: Urgency
    title: dict[str, str]
    url: str
    why: str
    step: str
    step_url: str
    due: date | None
    country: str | None = None
    microcredentials: tuple[MicroCredential, ...] = ()
    is_example: bool = False
    is_told_early: bool = False


def urgency(due: date | None, today: date) -> Urgency:
    """Late once the day has passed, soon within seven days from today, else later."""
    if due is None:
        return Urgency.LATER
    if due < today:
        return Urgency.LATE
    return Urgency.SOON if due <= today + WEEK else Urgency.LATER


def days_phrase(due: date, today: date) -> str:
    """How far the day is, in words: "8 days late", "today", "in 3 days"."""
    days = (due - today).days
    if days < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    return _("today") if days == 0 else ngettext("in %(num)s day", "in %(num)s days", days)


def grouped(matters: Iterable[Matter]) -> list[tuple[Urgency, list[Matter]]]:
    """Matters by urgency, each group by date; empty groups are left out."""
    ordered = sorted(matters, key=lambda matter: (matter.urgency, matter.due or date.max))
    groups = [(level, [matter for matter in ordered if matter.urgency is level]) for level in Urgency]
    return [(level, group) for level, group in groups if group]


def matters_of(actor: Actor, today: date) -> list[Matter]:
    """Everything that waits for this actor."""
    events = (_of_event(event, today) for event in queries.events_needing(actor, today))
    designs = (_of_design(design) for design in queries.designs_needing(actor))
    silent = (_of_silence(country, count) for country, count in queries.losing_touch(actor, today).items())
    happening = (matter for matter in events if matter is not None)
    ending = (_of_ending(mou, by, today) for mou, by in memoranda.ending(actor, today)[: queries.MOST])
    return [*_of_seal(actor, today), *_of_people(actor, today), *happening, *ending, *designs, *silent]


def _of_ending(mou: Mou, by: date, today: date) -> Matter:
    page = url_for("mou.show", mou_id=mou.id)
    if mou.auto_renew:
        why = _("Goes on by itself unless notice is given by %(day)s", day=day(by))
    else:
        why = _("Ends on %(day)s", day=day(by))
    return Matter(
        urgency=urgency(by, today),
        title=mou.title,
        url=page,
        why=f"{why} · {days_phrase(by, today)}",
        step=_("Renew it, or let it end"),
        step_url=page,
        due=by,
        country=mou.country,
        is_example=mou.is_example,
        is_told_early=True,
    )


def _of_silence(country: str, count: int) -> Matter:
    page = url_for("touch.index", country=country)
    said = ngettext("Losing touch with %(num)s organisation", "Losing touch with %(num)s organisations", count)
    return Matter(
        urgency=Urgency.LATER,
        title={reader_language().code: said},
        url=page,
        why=ngettext("Nothing held for %(num)s day", "Nothing held for %(num)s days", USUAL),
        step=_("See whom"),
        step_url=page,
        due=None,
        country=country,
    )


def _of_seal(actor: Actor, today: date) -> Iterator[Matter]:
    """The end of the certificate that memoranda are sealed with, for administrators, as soon as it is near."""
    # By the role, as `mou/seals/ending` chooses whom it writes to by the grants: both tell the same people.
    found = seal_ending.certificate() if actor.has(Role.ADMIN) else None
    if found is not None and found.ends_soon:
        page = url_for("operations.jobs", _anchor="seal")
        yield Matter(
            urgency=Urgency.LATE if found.days_left < 0 else Urgency.SOON,
            title={reader_language().code: _("The certificate of the seal ends")},
            url=page,
            why=_(
                "Memoranda are sealed until %(day)s · %(when)s",
                day=day(found.ends),
                when=days_phrase(found.ends, today),
            ),
            step=_("See what to do"),
            step_url=page,
            due=found.ends,
        )


def _of_people(actor: Actor, today: date) -> Iterator[Matter]:
    """People whose data are to be erased or looked at again, as one matter each for whoever answers for them."""
    waiting, page = review.waiting(actor, today), url_for("privacy.due")
    language = reader_language().code
    if waiting.to_erase:
        title = ngettext("%(num)s person to erase", "%(num)s people to erase", waiting.to_erase)
        yield Matter(
            urgency=Urgency.LATE,
            title={language: title},
            url=page,
            why=_("Consent was withdrawn, and there is no other reason to keep the data"),
            step=_("Erase"),
            step_url=page,
            due=None,
        )
    if waiting.to_review:
        title = ngettext("Data of %(num)s person to look at", "Data of %(num)s people to look at", waiting.to_review)
        yield Matter(
            urgency=urgency(waiting.since or today, today),
            title={language: title},
            url=page,
            why=days_phrase(waiting.since, today) if waiting.since else _("no date"),
            step=_("Look at them"),
            step_url=page,
            due=waiting.since,
        )


def _of_event(event: Event, today: date) -> Matter | None:
    page = url_for("events.show", event_id=event.id)
    step_url = page
    if event.kind is EventKind.DEADLINE:
        why, step, due = _("Due %(day)s", day=day(event.ends_on)), _("See what is due"), event.ends_on
    elif event.state is EventState.HELD:
        why = _("Held %(day)s; nothing is written about it", day=day(event.starts_on))
        step, step_url = _("Write the summary"), url_for("events.edit", event_id=event.id)
        due = event.ends_on + TIME_TO_WRITE
    elif event.ends_on < today:
        why, step, due = _("Was to be on %(day)s", day=day(event.starts_on)), _("Say what happened"), event.ends_on
    elif event.state is EventState.PLANNED:
        why, step, due = _("Planned for %(day)s", day=day(event.starts_on)), _("Confirm it"), event.starts_on
    else:
        return None
    return Matter(
        urgency=urgency(due, today),
        title=event.title,
        url=page,
        why=f"{why} · {days_phrase(due, today)}",
        step=step,
        step_url=step_url,
        due=due,
        country=event.country,
        microcredentials=tuple(event.microcredentials) if len(event.microcredential_links) <= MOST_CHIPS else (),
        is_example=event.is_example,
    )


def _of_design(design: MicroCredential) -> Matter:
    in_review = design.state is MicroCredentialState.INTERNAL_REVIEW
    page = url_for("microcredentials.show", code=design.code)
    return Matter(
        urgency=Urgency.LATER,
        title=design.title,
        url=page,
        why=_("In review") if in_review else str(design.state.label),
        step=_("Review it") if in_review else _("Complete it"),
        step_url=page if in_review else url_for("microcredentials.edit", code=design.code),
        due=None,
        country=design.country,
        microcredentials=(design,),
        is_example=design.is_example,
    )
