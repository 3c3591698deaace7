"""The request's edge: one transaction, full page or fragment, redirects, security headers, error pages.

A request commits once, when its answer is below 400, and is rolled back otherwise. GET never writes.
"""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, NoResultFound, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized
from werkzeug.routing import IntegerConverter, Map, RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from app.core import audit, marks, outside, portal, presses, veil
from app.core.access import current_actor
from app.core.database import LARGEST_KEY, is_busy, set_one_state, set_writing
from app.core.errors import DomainError, EditConflict, MergedBeyond, NotAllowed, Refused, StillReferred, Withheld
from app.core.files import StoredFile
from app.core.forms import BaseForm
from app.core.htmx import htmx
from app.core.states import StateTransitionError
from app.core.submissions import AlreadySubmitted, SavedOtherwise, refuse_repeat, remember
from app.extensions import db

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

WRITING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Parts of the names of fields that hold secrets or belong to the form itself.
NOT_TOLD = ("token", "password", "secret", "submission_key", "version", "base", "code", "credential", "passkey")
# The names of the fields that take files; any other would take a file for what was typed.
UPLOADS = frozenset({"file", "evidence", "letter"})
TRY_AGAIN_AFTER = 5  # seconds
# Errors of those who may see a record, but not do with it what they asked for.
LEADING_BACK = frozenset({403, 409, 422})
TOLD_WITH_ERRORS = frozenset({"Allow", "Retry-After"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class RecordNumber(IntegerConverter):
    """A record's number in an address; one that no database can hold is not found, rather than an error."""

    def __init__(self, url_map: Map, **limits: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_KEY, **limits})


def init_web(app: Flask) -> None:
    """Attach the edge to the application."""
    app.url_map.converters["int"] = RecordNumber
    # Before every other hook: whatever reads the database first begins the request's one transaction.
    app.before_request_funcs.setdefault(None, []).insert(0, _open)
    app.before_request(_name_actor)
    app.after_request(_close)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(MergedBeyond, _merged_beyond)
    app.register_error_handler(Withheld, _withheld)
    app.register_error_handler(NoResultFound, _gone)
    app.register_error_handler(StaleDataError, lambda _error: _again() or _error_page(409))
    app.register_error_handler(CSRFError, lambda _error: _not_saved("session", 400))
    # What PostgreSQL cannot even ask for, such as NUL or a number beyond its column, comes from a forged request.
    app.register_error_handler(DataError, lambda _error: _error_page(400))
    app.register_error_handler(DBAPIError, lambda error: _busy() if is_busy(error) else _unexpected(error))
    app.register_error_handler(Exception, _unexpected)


def of_one_state(view: View) -> View:
    """Have everything that a request for this view reads come from one state of the database, as figures have to."""
    view.of_one_state = True  # type: ignore[attr-defined]
    return view


def _open() -> None:
    set_writing(request.method in WRITING_METHODS)
    set_one_state(hasattr(current_app.view_functions.get(request.endpoint or ""), "of_one_state"))
    veil.lift()
    if request.method in WRITING_METHODS and request.is_json:  # Forms would take its lists and objects for texts.
        abort(415)
    if not UPLOADS.issuperset(request.files):
        abort(400)
    if "\0" in request.path:  # No record is called that, and PostgreSQL cannot look for it.
        abort(404)


def _name_actor() -> None:
    if request.method in WRITING_METHODS:
        audit.set_acting(current_actor())


def _close(response: Response) -> Response:
    if request.method in WRITING_METHODS:
        if response.status_code < 400:
            presses.remember(db.session, response)
            db.session.commit()
        else:
            db.session.rollback()
    marks.tell(response)
    if response.is_streamed:  # A file is read while it is sent.
        response.call_on_close(veil.lift)
    else:
        veil.lift()
    headers = response.headers
    # Not one by one with setdefault(), which looks through all of them each time: a fiftieth of a page.
    there = {name.lower() for name, _value in headers}
    headers.extend([(name, value) for name, value in HEADERS.items() if name.lower() not in there])
    if response.mimetype == "text/html":
        response.vary.update(("HX-Request", "HX-Request-Type", "Cookie", "Accept-Language"))
        headers.setdefault("Cache-Control", "no-store" if current_actor().is_authenticated else "private, no-cache")
    return response


def answer(template: str, fragment: str | None = None, status: int = 200, **facts: Any) -> Response:
    """The page, or its ``fragment`` alone where htmx asked for a part; both from the same facts."""
    if fragment and htmx.wants_fragment:
        part, messages = render_template([fragment], **facts), render_template("components/_messages.html")
        return make_response(part + messages, status)
    return make_response(render_template(template, **facts), status)


def sent(file: StoredFile | None, name: str, *, inline: str | None = None, as_it_is: bool = False) -> Response:
    """A kept file piece by piece as it is read, and kept by no browser; what is not there is not found.

    It is a download, so that nothing in it is shown as a page of the portal; ``inline`` is the media type of what the
    portal made itself. From whom names are hidden (``core.veil``) a file is withheld, since nothing can be taken out of
    its bytes: ``as_it_is`` is for what binds, what was made to be shown to auditors, and what is for everybody.
    Raises ``Withheld``.
    """
    store = portal.files()
    if file is None or not store.has(file.sha256):
        raise NotFound
    if veil.is_drawn() and not as_it_is:
        raise Withheld(file, name)
    response = Response(store.chunks(file.sha256), mimetype=inline or file.mime)
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=name)
    response.content_length = file.size
    response.headers["Cache-Control"] = "private, no-store"
    return response


def form_page(template: str, form: BaseForm, **facts: Any) -> Response:
    """A page with a form: 200 when it is opened, 422 with what is wrong, 409 with both texts after a conflict.

    Of two presses at once, the first may be what the second is refused for, such as a name that is there already.
    Raises ``AlreadySubmitted`` then, or ``SavedOtherwise``.
    """
    if form.status >= 400:
        with db.session.no_autoflush:
            refuse_repeat(db.session, form.press, form.content)
    return answer(template, status=form.status, form=form, **facts)


def redirect_to(location: str, message: str | None = None, category: str = "done") -> BaseResponse:
    """Go to a page after something was done, telling what; htmx is told to load the whole page.

    Script that sends a form by itself stays where it is, and gets address and message to show them there.
    """
    if request.accept_mimetypes.best == "application/json":
        return jsonify(location=location, message=message)
    if message:
        flash(message, category)
    if htmx:
        return Response(status=204, headers={"HX-Redirect": location})
    return redirect(location, code=303)


@contextmanager
def refusals_at(location: str) -> Iterator[None]:
    """Undo what the enclosed service refuses and say it on the page at ``location``.

    For buttons that have no form of their own to show it (``BaseForm.refusals``).
    """
    try:
        yield
    except Refused as refused:
        db.session.rollback()
        abort(redirect_to(location, str(refused), "attention"))


def created(form: BaseForm, location: str, message: str) -> BaseResponse:
    """Answer a form that made a record: remember the press of its button with the record, and go there."""
    remember(db.session, form.press, location, form.content)
    presses.is_known()
    return redirect_to(location, message)


def changed(form: BaseForm, location: str, message: str) -> BaseResponse:
    """Answer a form that changed a record; the same sent again leads there, too, and is no second editor."""
    return created(form, location, message)


def _unauthorised() -> BaseResponse:
    return redirect_to(url_for("security.login", next=_here()), _("Sign in to see this page."), "info")


def _here() -> str:
    """The page the person is on; an address that only takes forms could not be opened after signing in."""
    came_from = urlsplit(request.referrer or "")
    if htmx:
        return htmx.current_path
    if request.method in WRITING_METHODS and came_from.netloc == request.host:
        return f"{came_from.path}?{came_from.query}".rstrip("?")
    return request.full_path.rstrip("?")


def _http_error(error: HTTPException) -> Any:
    if isinstance(error, Unauthorized):
        return _not_saved("session", 401) if _typed() else _unauthorised()
    if error.code is None or error.code < 400:
        return error
    page = _error_page(error.code, seconds=getattr(error, "retry_after", None))
    page.headers.extend((name, value) for name, value in error.get_headers() if name in TOLD_WITH_ERRORS)
    return page


def _domain_error(error: DomainError) -> Any:
    match error:
        case AlreadySubmitted():
            return _led_to(error)
        case SavedOtherwise():
            return _not_saved("otherwise", 409, error.location)
        case NotAllowed():
            return _error_page(403, error)
        case EditConflict() | StateTransitionError() | StillReferred():
            return _again() or _error_page(409, error)
        case Refused():
            return _error_page(422, error)
    return _error_page(422, error)


def _withheld(error: Withheld) -> Response:
    """What is known of a file that is not sent; whether its bytes are still those of its hash is looked up now."""
    is_intact = portal.files().is_intact(error.file.sha256)
    facts = {"error": error, "file": error.file, "is_intact": is_intact, "way_back": _way_back()}
    return make_response(render_template("errors/withheld.html", **facts), 403)


def _led_to(again: AlreadySubmitted) -> BaseResponse:
    db.session.rollback()
    presses.is_known()
    return redirect_to(again.location, str(again), "info")


def _again() -> BaseResponse | None:
    """Where the same press led before, if it was carried out and therefore does not fit any more."""
    db.session.rollback()
    try:
        presses.refuse_again(db.session)
    except AlreadySubmitted as again:
        return _led_to(again)
    return None


def _gone(_error: NoResultFound) -> BaseResponse:
    return _again() or (_not_saved("gone", 404) if _typed() else _error_page(404))


def _merged_beyond(error: MergedBeyond) -> Any:
    if error.typed:
        return _not_saved("merged", 403, error.location, [(row.label, row.mine) for row in error.typed])
    db.session.rollback()
    return redirect_to(error.location, str(error), "info")


def _unexpected(error: Exception) -> Any:
    if current_app.testing:
        raise error
    # The rule, not the path: an address may hold the secret of a feed or a link.
    log.error("Unexpected error at %s %s", request.method, request.url_rule, exc_info=error)
    try:
        return _error_page(500)
    except SQLAlchemyError:
        return Response(_("The portal cannot reach its database. Try again in a minute."), 500, mimetype="text/plain")


def _busy() -> Response:
    """Somebody else's work held the database for too long; the page that says so only reads."""
    set_writing(False)
    response = _not_saved("busy", 503)
    response.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
    return response


def _typed() -> list[tuple[str, str]]:
    """What was typed into the form that was sent; secrets are not among it."""
    texts = ((name, text.strip()) for name, values in request.form.lists() for text in values)
    return [(name, text) for name, text in texts if text and not any(word in name for word in NOT_TOLD)]


def _not_saved(
    why: str, status: int, page: str | None = None, typed: Sequence[tuple[str, str]] | None = None
) -> Response:
    """What was typed, for whoever's form could not be taken; ``page`` is where to go on, or the form's own.

    Why: the ``session`` ended, the portal is ``busy``, what the form is about is ``gone``, it was ``merged`` into
    what the actor may not change, or the form was saved ``otherwise`` at the same moment.
    """
    db.session.rollback()
    outside.go_on()
    facts = {"why": why, "typed": _typed() if typed is None else typed, "page": page or _here()}
    response = make_response(render_template("errors/not_saved.html", **facts), status)
    if htmx.wants_fragment:
        response.headers["HX-Retarget"] = "#messages"
    return response


def _way_back() -> tuple[str, bool] | None:
    """The page above the address that was refused, which for most is the record's, and whether it is a record's.

    ``/events/5/move`` leads to ``/events/5``. Where the person came from may be the very form that was refused.
    """
    adapter = current_app.create_url_adapter(request)
    above = request.path.rstrip("/")
    while adapter and (above := above.rpartition("/")[0]):
        for path in (above, f"{above}/"):
            try:
                _endpoint, arguments = adapter.match(path, method="GET")
            except (HTTPException, RequestRedirect):
                continue
            return f"{request.script_root}{path}", bool(arguments)
    return None


def _error_page(status: int, error: DomainError | None = None, seconds: Any = None) -> Response:
    """``seconds`` are to be waited before the same is asked again."""
    db.session.rollback()
    if error is None:  # What a rule says is in the catalogues of the portal alone.
        outside.go_on()
    minutes = math.ceil(seconds / 60) if isinstance(seconds, int) else None
    way_back = _way_back() if status in LEADING_BACK else None
    facts = {"status": status, "error": error, "way_back": way_back, "minutes": minutes}
    response = make_response(render_template([f"errors/{status}.html", "errors/error.html"], **facts), status)
    if htmx.wants_fragment:
        response.headers["HX-Retarget"] = "#messages"
    return response
