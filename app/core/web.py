"""The request's edge: one transaction, full page or fragment, redirects, security headers, error pages.

A request commits once, when its answer is below 400, and is rolled back otherwise. GET never writes.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, NoResultFound, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from app.core import audit
from app.core.access import current_actor
from app.core.database import LARGEST_KEY, set_writing
from app.core.errors import DomainError, EditConflict, NotAllowed, Refused, StillReferred
from app.core.forms import BaseForm
from app.core.htmx import htmx
from app.core.states import StateTransitionError
from app.core.submissions import AlreadySubmitted, remember
from app.extensions import db

log = logging.getLogger(__name__)

WRITING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Parts of the names of fields that hold secrets or belong to the form itself.
NOT_TOLD = ("token", "password", "secret", "submission_key", "version", "base", "code", "credential", "passkey")
# The names of the fields that take files; any other would take a file for what was typed.
UPLOADS = frozenset({"file", "evidence", "letter"})
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
    app.register_error_handler(NoResultFound, lambda _error: _error_page(404))
    app.register_error_handler(StaleDataError, lambda _error: _error_page(409))
    app.register_error_handler(CSRFError, lambda _error: _session_ended())
    # What PostgreSQL cannot even ask for, such as NUL or a number beyond its column, comes from a forged request.
    app.register_error_handler(DataError, lambda _error: _error_page(400))
    app.register_error_handler(Exception, _unexpected)


def _open() -> None:
    set_writing(request.method in WRITING_METHODS)
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
            db.session.commit()
        else:
            db.session.rollback()
    headers = response.headers
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
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


def form_page(template: str, form: BaseForm, **facts: Any) -> Response:
    """A page with a form: 200 when it is opened, 422 with what is wrong, 409 with both texts after a conflict."""
    return answer(template, status=form.status, form=form, **facts)


def redirect_to(location: str, message: str | None = None, category: str = "done") -> BaseResponse:
    """Go to a page after something was done, telling what; htmx is told to load the whole page."""
    if message:
        flash(message, category)
    if htmx:
        return Response(status=204, headers={"HX-Redirect": location})
    return redirect(location, code=303)


def created(form: BaseForm, location: str, message: str) -> BaseResponse:
    """Answer a form that made a record: remember its key with the record, and go there."""
    remember(db.session, form.submission_key.data, location)
    return redirect_to(location, message)


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
        return _unauthorised()
    if error.code is None or error.code < 400:
        return error
    page = _error_page(error.code)
    page.headers.extend((name, value) for name, value in error.get_headers() if name in TOLD_WITH_ERRORS)
    return page


def _domain_error(error: DomainError) -> Any:
    match error:
        case AlreadySubmitted():
            db.session.rollback()
            return redirect_to(error.location, str(error), "info")
        case NotAllowed():
            return _error_page(403, error)
        case EditConflict() | StateTransitionError() | StillReferred():
            return _error_page(409, error)
        case Refused():
            return _error_page(422, error)
    return _error_page(422, error)


def _unexpected(error: Exception) -> Any:
    if current_app.testing:
        raise error
    # The rule, not the path: an address may hold the secret of a feed or a link.
    log.error("Unexpected error at %s %s", request.method, request.url_rule, exc_info=error)
    try:
        return _error_page(500)
    except SQLAlchemyError:
        return Response(_("The portal cannot reach its database. Try again in a minute."), 500, mimetype="text/plain")


def _session_ended() -> Response:
    """What was typed, for whoever's session ended while a form was open; secrets are not among it."""
    db.session.rollback()
    texts = ((name, text.strip()) for name, values in request.form.lists() for text in values)
    typed = [(name, text) for name, text in texts if text and not any(word in name for word in NOT_TOLD)]
    response = make_response(render_template("errors/session.html", typed=typed, page=_here()), 400)
    if htmx.wants_fragment:
        response.headers["HX-Retarget"] = "#messages"
    return response


def _error_page(status: int, error: DomainError | None = None) -> Response:
    db.session.rollback()
    page = f"errors/{status}.html"
    response = make_response(render_template([page, "errors/error.html"], status=status, error=error), status)
    if htmx.wants_fragment:
        response.headers["HX-Retarget"] = "#messages"
    return response
