"""Asking to be told, and not to be told any more."""

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.access import current_actor, signed_in
from app.core.asked import key_of
from app.core.web import redirect_to, refusals_at
from app.events.views import SUBSCRIBING, bp, has_page
from app.events.watching import queries, services


@bp.post("/watch")
@signed_in
def watch() -> Response:
    """Begin or stop to tell the person by mail of a choice of events."""
    actor, scope = current_actor(), request.form.get("scope", "").replace("\0", "")
    if request.form.get("wanted") != "1":
        services.stop(actor, scope)
        return redirect_to(_back(scope), _("You get no more mails about it."))
    if scope not in queries.labels(actor, [scope]):
        abort(404)
    with refusals_at(_back(scope)):
        services.watch(actor, scope)
    return redirect_to(_back(scope), _("You will be told by mail when it is cancelled or moved."))


def _back(scope: str) -> str:
    """The page of the event, else the page on which everything one is told of stands."""
    sort, _colon, key = scope.partition(":")
    if sort == "event" and (number := key_of(key)) is not None and request.form.get("back") != "feeds":
        return url_for("events.show", event_id=number)
    return url_for(SUBSCRIBING, _anchor="mail") if has_page(SUBSCRIBING) else url_for("events.index")
