"""The page about subscribing, and one's own secret addresses."""

from flask import Blueprint, Response, abort, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import DataRequired

from app.accounts.queries import feed_secrets_of
from app.accounts.services import create_feed_secret, revoke_feed_secret
from app.core import portal
from app.core.access import ANYBODY, Permission, current_actor, public, requires
from app.core.fields import LineField
from app.core.forms import BaseForm
from app.core.templating import country_name, plain_tr
from app.core.web import form_page, redirect_to
from app.events.models import EventKind
from app.events.queries import microcredentials_named

bp = Blueprint("feeds", __name__, url_prefix="/feeds")

JUST_MADE = "new_feed"


class SecretForm(BaseForm):
    """What a secret address is for, so that the right one can be revoked later."""

    label = LineField(
        _l("Where will you use it?"),
        [DataRequired(_l("Write where you will use it, such as “my phone”."))],
        longest=60,
        description=_l("For example “my phone” or “office computer”: each program its own address."),
    )


@bp.get("/")
@public("Everybody may subscribe")
def index() -> Response:
    """Which feeds there are, and how to subscribe in each calendar program."""
    return _page(SecretForm())


@bp.post("/my")
@requires(Permission.FEED_OWN)
def create() -> BaseResponse:
    """Make a secret address for one's own calendar; it is shown once."""
    form = SecretForm()
    if form.validate_on_submit():
        _secret, token = create_feed_secret(current_actor(), form.label.data or "")
        session[JUST_MADE] = token
        return redirect_to(url_for("feeds.index", _anchor="own"), _("Your address is ready; it is shown this once."))
    return _page(form)


@bp.post("/my/<int:secret_id>/revoke")
@requires(Permission.FEED_OWN)
def revoke(secret_id: int) -> BaseResponse:
    """Close a secret address; calendars that use it stop being updated."""
    secret = next((entry for entry in feed_secrets_of(current_actor()) if entry.id == secret_id), None)
    if secret is None:
        abort(404)
    revoke_feed_secret(current_actor(), secret)
    return redirect_to(url_for("feeds.index", _anchor="own"), _("The address opens nothing any more."))


def _page(form: SecretForm) -> Response:
    token = session.pop(JUST_MADE, None) if request.method == "GET" and JUST_MADE in session else None
    countries = portal.consortium().countries
    return form_page(
        "feeds/index.html",
        form,
        root=portal.settings().public_url,
        feeds=[
            *_of_microcredential(request.args.get("mc", "")),
            (_("All public events"), url_for("calendars.everything")),
            *((country_name(entry.code), url_for("calendars.country", code=entry.code)) for entry in countries),
            *((kind.label, url_for("calendars.kind", kind=kind.value)) for kind in EventKind),
        ],
        secrets=feed_secrets_of(current_actor()),
        own=url_for("calendars.own", secret=token) if token else None,
    )


def _of_microcredential(code: str) -> list[tuple[str, str]]:
    """The feed of the micro-credential from whose page somebody came, where everybody may see it."""
    return [
        (f"{found.code} {plain_tr(found.title)}", url_for("calendars.microcredential", code=found.code))
        for found in microcredentials_named(ANYBODY, code)
    ]
