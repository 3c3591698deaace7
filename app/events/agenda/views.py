"""Pages on which an agenda is made."""

from collections.abc import Sequence

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.templating import plain_tr
from app.core.web import changed, created, form_page, redirect_to, refusals_at
from app.events import editable
from app.events.agenda import queries, rules, services
from app.events.agenda.forms import ItemForm, LinesForm
from app.events.agenda.models import AgendaItem
from app.events.models import Event
from app.events.views import bp


def facts_of(item: AgendaItem, *, with_people: bool = False) -> list[str]:
    """What is known of an item besides its title and its day: time, how long, kind, room, who presents, work package.

    Names of the register's people are only for who may read them, ``with_people``.
    """
    return [
        text
        for text in (
            f"{item.starts:%H:%M}" if item.starts else "",
            _("%(num)s min", num=item.minutes) if item.minutes else "",
            str(item.kind.label) if item.kind else "",
            item.room or "",
            *((person.name for person in item.people if not person.erased_on) if with_people else ()),
            item.presenters or "",
            item.work_package or "",
        )
        if text
    ]


def remarks_of(event: Event, items: Sequence[AgendaItem]) -> dict[int, list[str]]:
    """What may be wrong with the items of an event, in words, by their keys."""
    slots = [rules.Slot.of(item, plain_tr(item.title), queries.only_day(event)) for item in items]
    return rules.remarks(slots, rules.Days.of(event))


def agenda_url(event: Event) -> str:
    """The address of the page on which an event's agenda is made."""
    return url_for("events.agenda", event_id=event.id)


@bp.route("/<int:event_id>/agenda", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def agenda(event_id: int) -> BaseResponse:
    """The agenda to be put together: its items, and several more at once, one a line."""
    event, form = editable.event(current_actor(), event_id), LinesForm.new()
    if form.validate_on_submit():
        with form.refusals():
            services.add_lines(current_actor(), event, form.language.data, form.lines.data)
            return created(form, agenda_url(event), _("Added to the agenda."))
    items = queries.items(event)
    facts = {"days": rules.by_day(items, queries.only_day(event)), "remarks": remarks_of(event, items)}
    return form_page("events/agenda/edit.html", form, event=event, items=items, **facts)


@bp.route("/<int:event_id>/agenda/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def add_item(event_id: int) -> BaseResponse:
    """Put one item on the agenda."""
    event = editable.event(current_actor(), event_id)
    form = ItemForm(event)
    if form.validate_on_submit():
        with form.refusals():
            services.add(current_actor(), event, form.item_facts())
            return created(form, agenda_url(event), _("Added to the agenda."))
    return form_page("events/agenda/item.html", form, event=event, item=None)


@bp.route("/<int:event_id>/agenda/<int:item_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit_item(event_id: int, item_id: int) -> BaseResponse:
    """Change an item."""
    item = editable.part(current_actor(), queries.item(current_actor(), event_id, item_id))
    form = ItemForm.of(item)
    if form.validate_on_submit():
        with form.refusals(item):
            services.edit(current_actor(), item, form.version.data, form.item_facts())
            return changed(form, agenda_url(item.event), _("Saved."))
    return form_page("events/agenda/item.html", form, event=item.event, item=item)


@bp.post("/<int:event_id>/agenda/<int:item_id>/place")
@requires(Permission.EVENT_EDIT)
def place_item(event_id: int, item_id: int) -> BaseResponse:
    """Move an item up or down, or take it off the agenda."""
    item = editable.part(current_actor(), queries.item(current_actor(), event_id, item_id))
    event, wanted = item.event, request.form.get("do")
    with refusals_at(agenda_url(event)):
        if wanted == "remove":
            services.remove(current_actor(), item)
            return redirect_to(agenda_url(event), _("Taken off the agenda."))
        services.shift(current_actor(), item, up=wanted == "up")
    return redirect_to(f"{agenda_url(event)}#item-{item_id}")
