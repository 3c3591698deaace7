"""Pages of no feature: choosing a language, the health check, robots.txt."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request, session
from sqlalchemy import text
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import public
from app.core.outside import spoken
from app.core.web import redirect_to
from app.extensions import db

bp = Blueprint("web", __name__)


@bp.post("/language")
@public("Everybody reads in a language")
def language() -> BaseResponse:
    """Remember the reader's language in this browser and go back to the page."""
    chosen = spoken(request.form.get("lang"))
    if chosen is not None:
        session["language"] = chosen.code
    # A page behind a personal link tells its address to nobody, and therefore names itself in the form.
    try:
        came_from = urlsplit(request.form.get("here") or request.referrer or "")
    except ValueError:  # no address at all, as "//["
        return redirect_to("/")
    return redirect_to(safe_path(came_from._replace(scheme="", netloc="").geturl()))


def safe_path(wanted: str | None) -> str:
    """``wanted`` when it is a path of this portal, else the front page; never an address elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc else wanted


@bp.get("/health")
@public("Load balancers and operators ask it")
def health() -> Response:
    """Whether the portal reaches its database."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@bp.get("/robots.txt")
@public("Search engines ask it")
def robots() -> Response:
    """Public pages and calendar feeds may be read; what needs an account is not worth trying."""
    return Response("User-agent: *\nDisallow: /account/\nDisallow: /sign/\n", mimetype="text/plain")
