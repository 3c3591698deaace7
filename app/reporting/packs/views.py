"""Pages of proof packs: what is missing, ordering one, watching it being made, downloading and removing it."""

from typing import Any

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.progress import Progress, ended, under_way
from app.core.templating import number
from app.core.web import answer, created, form_page, redirect_to, sent
from app.events.models import Event
from app.reporting.packs import queries, services
from app.reporting.packs.forms import OrderForm, RemoveForm
from app.reporting.packs.gaps import gaps
from app.reporting.packs.models import OrderState, PackLevel, PackOrder
from app.reporting.packs.paper import level_told
from app.reporting.packs.permissions import may_make, may_open

bp = Blueprint("packs", __name__, url_prefix="/events/<int:event_id>/packs")


def list_url(event_id: int, **more: Any) -> str:
    """Where the packs of an event are."""
    return url_for("packs.index", event_id=event_id, **more)


@bp.route("", methods=["GET", "POST"])
@requires(Permission.PACK_READ)
def index(event_id: int) -> BaseResponse:
    """What a pack would lack, the order of one, and the packs that there are."""
    actor = current_actor()
    event = queries.event_of_packs(actor, event_id)
    form = OrderForm()
    if form.validate_on_submit():
        with form.refusals():
            order = services.order(actor, event, PackLevel(form.level.data))
            return created(
                form, url_for("packs.order", event_id=event.id, order_id=order.id), _("The pack is being made.")
            )
    return form_page("reporting/packs/list.html", form, **_facts(event))


def _facts(event: Event) -> dict[str, object]:
    actor = current_actor()
    return {
        "event": event,
        "gaps": gaps(queries.standing(event)),
        "packs": queries.packs(event),
        "orders": queries.orders(event),
        "told": [(level, level_told(level)) for level in PackLevel],
        "may_open": lambda pack: may_open(actor, pack),
        "makes": may_make(actor, event),
    }


@bp.get("/orders/<int:order_id>")
@requires(Permission.PACK_READ)
def order(event_id: int, order_id: int) -> BaseResponse:
    """How far a pack is; once it is made, the pack."""
    wanted = queries.order(current_actor(), event_id, order_id)
    if wanted.state in queries.UNDER_WAY:
        return under_way("reporting/packs/progress.html", _progress(wanted), order=wanted)
    if told := ended():
        return told
    if wanted.state is OrderState.FAILED:
        return answer("reporting/packs/failed.html", order=wanted)
    return redirect_to(list_url(event_id, _anchor=f"pack-{wanted.pack.id}" if wanted.pack else ""))


def _progress(order: PackOrder) -> Progress:
    if not order.parts:
        return Progress(order.state)
    told = _("%(done)s of %(all)s files", done=number(order.done), all=number(order.parts))
    return Progress(order.state, order.done, order.parts, told)


@bp.get("/<int:pack_id>/<any('pack.zip', 'pack.pdf'):name>")
@requires(Permission.PACK_READ)
def download(event_id: int, pack_id: int, name: str) -> Response:
    """The archive or its document, sent as it is read."""
    pack = queries.pack(current_actor(), event_id, pack_id)
    file = pack.file if name == "pack.zip" else pack.paper
    return sent(file, f"{pack.filename}.{name.rpartition('.')[2]}", as_it_is=True)


@bp.route("/<int:pack_id>/remove", methods=["GET", "POST"])
@requires(Permission.PACK_REMOVE)
def remove(event_id: int, pack_id: int) -> BaseResponse:
    """Remove the files of a pack before its time; what is known of it stays."""
    pack = queries.pack(current_actor(), event_id, pack_id)
    if pack.file is None:
        raise NotFound
    form = RemoveForm()
    if form.validate_on_submit():
        with form.refusals():
            services.remove(current_actor(), pack, form.reason.data or "")
            return redirect_to(list_url(event_id, _anchor=f"pack-{pack_id}"), _("The files are removed."))
    return form_page("reporting/packs/remove.html", form, pack=pack)
