"""Forms that are filled in without a network: which pages have them, and what a device asks once there is one.

The rest is script: what is typed stays on the device, and is sent with the form's submission key, which is why a second
sending makes no second record.
"""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, jsonify, request, url_for

from app.core.access import Permission, current_actor, public
from app.core.submissions import locations
from app.core.templating import csrf_token
from app.extensions import db

MOST_KEYS = 100

bp = Blueprint("offline", __name__)


@dataclass(frozen=True)
class OfflinePage:
    """A page whose form can be filled in without a network, for who has ``permission``."""

    endpoint: str
    permission: Permission


def init_offline(app: Flask) -> None:
    """Give templates the pages that the reader's device keeps a copy of."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(offline_pages=urls)


def add(app: Flask, *pages: OfflinePage) -> None:
    """Let devices keep a copy of these pages of ``app``; the service worker has to name their paths, too."""
    app.extensions.setdefault("offline", []).extend(pages)


def urls() -> list[str]:
    """Addresses of the pages that the reader can fill in without a network."""
    actor = current_actor()
    pages: list[OfflinePage] = current_app.extensions.get("offline", [])
    return [url_for(page.endpoint) for page in pages if actor.may(page.permission)]


@bp.get("/device")
@public("A page that a device kept asks who is signed in; it is told of records by unguessable keys alone")
def device() -> Response:
    """Who is signed in, a token to send a form with, and where the records stand that forms with these keys made."""
    actor = current_actor()
    keys = request.args.getlist("key")[:MOST_KEYS]
    saved = locations(db.session, keys) if actor.is_authenticated else {}
    response = jsonify(person=actor.user_id, token=csrf_token() if actor.is_authenticated else None, saved=saved)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/service-worker.js")
@public("Browsers ask for it by themselves, also after somebody signed out")
def worker() -> Response:
    """The service worker, from the root so that its scope is the portal; browsers look for a new one each time."""
    script = Path(current_app.static_folder or "") / "service-worker.js"
    response = Response(script.read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
