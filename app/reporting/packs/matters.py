"""The sections of a proof pack about what was dealt with: agenda, minutes, decisions, feedback, micro-credentials."""

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import portal
from app.core.access import ANYBODY, SYSTEM, Actor
from app.core.templating import day
from app.events import queries as events
from app.events.agenda.queries import items
from app.events.feedback import queries as feedback
from app.events.models import Event
from app.events.outcomes import queries as outcomes
from app.events.outcomes.models import DecisionState
from app.reporting.packs.parts import data, table, told
from app.reporting.packs.sections import Section, Table, read


def agenda(event: Event, *, is_full: bool, is_approved: bool) -> Section | None:
    """The agenda; with people, who presented and what was said, and whether that was approved."""
    found = items(event)
    if not found:
        return None
    head = [_("Day"), _("Time"), _("Item")] + ([_("Who presents")] if is_full else [])
    rows = [
        [
            day(item.day),
            f"{item.starts:%H:%M}" if item.starts else "",
            read(item.title),
            *([item.presenters or ""] if is_full else []),
        ]
        for item in found
    ]
    widths = ["auto", "auto", "2fr"] + (["1fr"] if is_full else [])
    written = [f"{read(item.title)}\n{read(item.said)}" for item in found if item.said] if is_full else []
    if written:
        approved, open_ = _("What was said, from the approved minutes:"), _("What was said, not approved yet:")
        written.insert(0, approved if is_approved else open_)
    return Section(
        _("Agenda and minutes") if is_full else _("Agenda"), tables=[Table(widths, head, rows)], texts=written
    )


def decided(event: Event, *, is_full: bool) -> Section | None:
    """Decisions and actions; for publishing without what was only proposed."""
    decisions = [one for one in outcomes.decisions(event) if is_full or one.state is not DecisionState.PROPOSED]
    actions = outcomes.actions(SYSTEM if is_full else ANYBODY, event)
    if not decisions and not actions:
        return None
    tables, parts = [], []
    if decisions:
        rows = [[one.code, read(one.text), day(one.decided_on), str(one.state.label)] for one in decisions]
        head = [_("No."), _("Decision"), _("Decided on"), _("State")]
        tables.append(Table(["auto", "3fr", "auto", "auto"], head, rows))
        facts = [
            {**(told(one) or {}), "code": one.code, "text": dict(one.text), "state": one.state.value}
            for one in decisions
        ]
        parts.append(data("outcomes/decisions.json", facts, _("Decisions")))
    if actions:
        rows = [
            [
                outcomes.action_code(one),
                read(one.title),
                one.organiser.name if one.organiser else "",
                day(one.ends_on),
                str(one.state.label),
            ]
            for one in actions
        ]
        head = [_("No."), _("Action"), _("Who"), _("Due"), _("State")]
        tables.append(Table(["auto", "3fr", "1fr", "auto", "auto"], head, rows))
    return Section(_("Decisions and actions"), tables=tables, parts=parts)


def concerned(event: Event, reader: Actor) -> Section | None:
    """The micro-credentials, as far as the reader may know of them."""
    known, others = events.microcredentials_of(reader, event)
    if not known and not others:
        return None
    rows = [[row.code, read(row.title)] for row in known]
    texts = [ngettext("%(num)s that is not published", "%(num)s that are not published", others)] if others else []
    base = portal.settings().public_url
    listed = ((row.code, read(row.title), f"{base}/microcredentials/{row.code}") for row in known)
    parts = [table("microcredentials.csv", ("code", "title", "address"), listed, _("Micro-credentials"))]
    return Section(
        _("Micro-credentials it concerns"),
        tables=[Table(["auto", "1fr"], [_("Code"), _("Title")], rows)] if rows else [],
        texts=texts,
        parts=parts if rows else [],
    )


def said(event: Event) -> Section | None:
    """What organisations said in numbered points, and what became of each."""
    found = feedback.points(SYSTEM, event)
    if not found:
        return None
    head = [_("No."), _("Who"), _("Stance"), _("What was said"), _("What became of it")]
    rows = [
        [
            point.code,
            point.organisation.name if point.organisation else "",
            str(point.stance.label),
            read(point.text),
            "\n".join(text for text in (str(point.state.label), read(point.reason)) if text),
        ]
        for point, _told in found
    ]
    facts = [
        {
            **(told(point) or {}),
            "code": point.code,
            "organisation": point.organisation.name if point.organisation else None,
            "stance": point.stance.value,
            "text": dict(point.text),
            "state": point.state.value,
            "reason": dict(point.reason) if point.reason else None,
        }
        for point, _told in found
    ]
    return Section(
        _("Feedback"),
        tables=[Table(["auto", "1fr", "auto", "2fr", "1.5fr"], head, rows)],
        parts=[data("outcomes/feedback.json", facts, _("Feedback"))],
    )
