"""Pages on which an agenda is made and its minutes are written."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.errors import Refused
from app.core.templating import day_short
from app.core.web import answer, created, form_page, redirect_to
from app.events import queries as events
from app.events.agenda import queries, services
from app.events.agenda.forms import ItemForm, LinesForm, SaidForm
from app.events.agenda.models import AgendaItem
from app.events.models import Event
from app.events.permissions import check_edit
from app.events.views import bp
from app.extensions import db


def facts_of(item: AgendaItem) -> list[str]:
    """What is known of an item besides its title: day, time, how long, kind, who presents, work package."""
    return [
        text
        for text in (
            day_short(item.day),
            f"{item.starts:%H:%M}" if item.starts else "",
            _("%(num)s min", num=item.minutes) if item.minutes else "",
            str(item.kind.label) if item.kind else "",
            item.presenters or "",
            item.work_package or "",
        )
        if text
    ]


def agenda_url(event: Event) -> str:
    """The address of the page on which an event's agenda is made."""
    return url_for("events.agenda", event_id=event.id)


def _own(event_id: int) -> Event:
    event = events.event(current_actor(), event_id)
    check_edit(current_actor(), event)
    return event


def _item(event_id: int, item_id: int) -> AgendaItem:
    item = queries.item(current_actor(), event_id, item_id)
    check_edit(current_actor(), item.event)
    return item


@bp.route("/<int:event_id>/agenda", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def agenda(event_id: int) -> BaseResponse:
    """The agenda to be put together: its items, and several more at once, one a line."""
    event, form = _own(event_id), LinesForm.new()
    if form.validate_on_submit():
        with form.refusals():
            services.add_lines(current_actor(), event, form.language.data, form.lines.data)
            return created(form, agenda_url(event), _("Added to the agenda."))
    return form_page("events/agenda/edit.html", form, event=event, items=queries.items(event))


@bp.route("/<int:event_id>/agenda/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def add_item(event_id: int) -> BaseResponse:
    """Put one item on the agenda."""
    event = _own(event_id)
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
    item = _item(event_id, item_id)
    form = ItemForm.of(item)
    if form.validate_on_submit():
        with form.refusals(item):
            services.edit(current_actor(), item, form.version.data, form.item_facts())
            return redirect_to(agenda_url(item.event), _("Saved."))
    return form_page("events/agenda/item.html", form, event=item.event, item=item)


@bp.post("/<int:event_id>/agenda/<int:item_id>/place")
@requires(Permission.EVENT_EDIT)
def place_item(event_id: int, item_id: int) -> BaseResponse:
    """Move an item up or down, or take it off the agenda."""
    item, wanted = _item(event_id, item_id), request.form.get("do")
    event = item.event
    try:
        if wanted == "remove":
            services.remove(current_actor(), item)
            return redirect_to(agenda_url(event), _("Taken off the agenda."))
        services.shift(current_actor(), item, up=wanted == "up")
    except Refused as refused:
        db.session.rollback()
        return redirect_to(agenda_url(event), str(refused), "attention")
    return redirect_to(f"{agenda_url(event)}#item-{item_id}")


@bp.get("/<int:event_id>/minutes")
@requires(Permission.EVENT_EDIT)
def minutes(event_id: int) -> BaseResponse:
    """Minutes, written item by item; what is typed is kept as one goes along."""
    event = _own(event_id)
    items = queries.items(event)
    forms = {item.id: SaidForm.of(item, formdata=None) for item in items}
    return answer("events/agenda/minutes.html", event=event, items=items, forms=forms)


@bp.post("/<int:event_id>/agenda/<int:item_id>/said")
@requires(Permission.EVENT_EDIT)
def write_item(event_id: int, item_id: int) -> BaseResponse:
    """Keep what was typed at one item; with two writers, the second sees both texts."""
    item = _item(event_id, item_id)
    form = SaidForm.of(item)
    if form.validate_on_submit():
        with form.refusals(item):
            services.write(current_actor(), item, form.version.data, form.said.data)
            form = SaidForm.of(item, formdata=None)
            return answer("events/agenda/said.html", "events/agenda/_said.html", form=form, item=item, is_kept=True)
    facts = {"form": form, "item": queries.item(current_actor(), event_id, item_id), "is_kept": False}
    return answer("events/agenda/said.html", "events/agenda/_said.html", status=form.status, **facts)
