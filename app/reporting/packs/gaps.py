"""What a proof pack of an event would lack, as sentences with the page on which it is mended.

Facts in, gaps out: each says what an auditor would ask for and not find. A gap never keeps a pack from being made; it
stands in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext


@dataclass(frozen=True)
class Gap:
    """One thing that is missing: its code, for the manifest; what to say; the endpoint of the page that mends it."""

    code: str
    text: str
    mend: str | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What there is of an event, in numbers."""

    is_over: bool
    invited: int = 0
    unanswered: int = 0
    listed: int = 0
    signed_on_paper: bool = False
    unmarked: int = 0
    unsigned: int = 0
    undeclared: int = 0
    contradicted: str = ""
    people: int | None = None
    count_faults: tuple[str, ...] = ()
    agenda: int = 0
    said: int = 0
    minutes_approved: bool = False
    decisions: int = 0
    documents: int = 0
    photos_without_consent: int = 0
    microcredentials: int = 0


def gaps(standing: Standing) -> list[Gap]:
    """Everything that is missing, in the order of the pack."""
    found = [*_invited(standing)]
    if standing.is_over:
        found += [*_attended(standing), *_written(standing)]
    else:
        found.insert(0, Gap("not_over", _("The event is not over yet. What it will leave behind is not in the pack.")))
    return [*found, *_documented(standing)]


def _invited(standing: Standing) -> Iterator[Gap]:
    if not standing.invited:
        yield Gap("no_invitation", _("Nobody was invited through the portal."), "events.invitations")
    elif standing.unanswered:
        text = ngettext("%(num)d invitation has no answer.", "%(num)d invitations have no answer.", standing.unanswered)
        yield Gap("unanswered", text, "events.invitations")


def _attended(standing: Standing) -> Iterator[Gap]:
    page = "events.attendance"
    if not standing.listed:
        if not standing.signed_on_paper:
            yield Gap("no_list", _("There is no attendance list."), page)
        return
    counted = (
        (
            "unmarked",
            standing.unmarked,
            ngettext(
                "Of %(num)d on the list nobody said whether they were there.",
                "Of %(num)d on the list nobody said whether they were there.",
                standing.unmarked,
            ),
        ),
        (
            "unsigned",
            # Whoever signed on paper stands on the list that was scanned.
            0 if standing.signed_on_paper else standing.unsigned,
            ngettext(
                "%(num)d who was on site has not signed the list.",
                "%(num)d who were on site have not signed the list.",
                standing.unsigned,
            ),
        ),
        (
            "undeclared",
            standing.undeclared,
            ngettext(
                "%(num)d who took part online is not declared yet.",
                "%(num)d who took part online are not declared yet.",
                standing.undeclared,
            ),
        ),
    )
    yield from (Gap(code, text, page) for code, count, text in counted if count)
    if standing.contradicted:
        yield Gap("contradicted", standing.contradicted, page)
    if standing.people is None:
        yield Gap("no_counts", _("Nobody counted how many were there, by gender and by country."), page)
    for fault in standing.count_faults:
        yield Gap("counts_differ", fault, page)


def _written(standing: Standing) -> Iterator[Gap]:
    if not standing.agenda:
        yield Gap("no_agenda", _("There is no agenda."), "events.agenda")
    if not standing.said:
        yield Gap("no_minutes", _("There are no minutes."), "events.minutes")
    elif not standing.minutes_approved:
        yield Gap("minutes_not_approved", _("The minutes are not approved."), "events.minutes_approval")
    if not standing.decisions:
        yield Gap("no_decisions", _("No decision and no action is written down."), "events.show")


def _documented(standing: Standing) -> Iterator[Gap]:
    if not standing.documents:
        yield Gap("no_documents", _("No document and no photo is kept with the event."), "events.documents")
    if standing.photos_without_consent:
        text = ngettext(
            "%(num)d photo is left out, because nobody noted that those on it agreed.",
            "%(num)d photos are left out, because nobody noted that those on them agreed.",
            standing.photos_without_consent,
        )
        yield Gap("photos_without_consent", text, "events.documents")
    if not standing.microcredentials:
        yield Gap("no_microcredentials", _("The event concerns no micro-credential."), "events.show")
