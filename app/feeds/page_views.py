"""The page about subscribing, and one's own secret addresses."""

from typing import Any

from flask import Blueprint, Response, abort, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import DataRequired

from app.accounts.queries import feed_secrets_of
from app.accounts.services import create_feed_secret, revoke_feed_secret
from app.core import portal
from app.core.access import Permission, current_actor, public, requires
from app.core.asked import MOST_SHOWN, Asked
from app.core.fields import LineField
from app.core.forms import BaseForm
from app.core.narrowing import LONGEST_QUERY
from app.core.web import created, form_page, redirect_to
from app.events.watching import queries as watching
from app.extensions import db
from app.feeds import directory
from app.feeds.directory import PublicFeed
from app.feeds.fetches import forget_secret, last_of_secrets

bp = Blueprint("feeds", __name__, url_prefix="/feeds")

JUST_MADE = "new_feed"
# The address of each sort of feed, and what it calls the key.
ENDPOINTS = {
    "all": ("calendars.everything", ""),
    "country": ("calendars.country", "code"),
    "kind": ("calendars.kind", "kind"),
    "cluster": ("calendars.cluster", "cluster_id"),
    "series": ("calendars.series", "series_id"),
    "mc": ("calendars.microcredential", "code"),
}
SORT_LABELS = {
    "country": _l("Country"),
    "kind": _l("Kind"),
    "cluster": _l("Cluster"),
    "series": _l("Series"),
    "mc": _l("Micro-credential"),
}
# What the list of events can be narrowed by and no feed is.
OTHER_FILTERS = {"q": _l("Words"), "state": _l("State"), "organiser": _l("Organiser")}


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
        with form.refusals():
            _secret, token = create_feed_secret(current_actor(), form.label.data or "")
            done = created(
                form, url_for("feeds.index", _anchor="own"), _("Your address is ready; it is shown this once.")
            )
            session[JUST_MADE] = token
            return done
    return _page(form)


@bp.post("/my/<int:secret_id>/revoke")
@requires(Permission.FEED_OWN)
def revoke(secret_id: int) -> BaseResponse:
    """Close a secret address; calendars that use it stop being updated."""
    secret = next((entry for entry in feed_secrets_of(current_actor()) if entry.id == secret_id), None)
    if secret is None:
        abort(404)
    revoke_feed_secret(current_actor(), secret)
    forget_secret(db.session, secret.id)
    return redirect_to(url_for("feeds.index", _anchor="own"), _("The address opens nothing any more."))


def path_of(feed: PublicFeed) -> str:
    """The address of a public feed at this portal."""
    endpoint, argument = ENDPOINTS[feed.sort]
    key: dict[str, Any] = {argument: feed.key} if argument else {}
    return url_for(endpoint, **key)


def check_path_of(feed: PublicFeed) -> str:
    """The page that tests a public feed."""
    return url_for("feeds.check", sort=feed.sort, key=feed.key) if feed.key else url_for("feeds.check_everything")


def _page(form: SecretForm) -> Response:
    token = session.pop(JUST_MADE, None) if request.method == "GET" and JUST_MADE in session else None
    actor = current_actor()
    secrets, watched = feed_secrets_of(actor), watching.scopes_watched(actor)
    return form_page(
        "feeds/index.html",
        form,
        root=portal.settings().public_url,
        path_of=path_of,
        check_path_of=check_path_of,
        chosen=_chosen(),
        groups=[
            ("", [directory.everything(_("All public events"))]),
            (_("By country"), directory.countries()),
            (_("By kind"), directory.kinds()),
            (_("By cluster"), directory.clusters()),
            (_("By series"), directory.series()),
        ],
        watched=watched,
        watched_labels=watching.labels(actor, watched),
        secrets=secrets,
        used=last_of_secrets(db.session, [secret.id for secret in secrets]) if secrets else {},
        own=url_for("calendars.own", secret=token) if token else None,
    )


def _chosen() -> dict[str, Any] | None:
    """What the filters of a list or calendar fit, from where somebody came; ``None`` without any."""
    asked = Asked(request.args)
    wanted = {sort: asked.text(sort)[:LONGEST_QUERY] for sort in directory.SORTS}
    others = [label for name, label in OTHER_FILTERS.items() if asked.text(name)]
    if not any(wanted.values()) and not others:
        return None
    feeds, without = directory.fitting(wanted)
    return {
        "feeds": feeds or [directory.everything(_("All public events"))],
        "is_exact": len(feeds) == 1 and not without and not others,
        "is_wider": not feeds,
        "missing": [(SORT_LABELS[sort], wanted[sort][:MOST_SHOWN]) for sort in without],
        "others": [str(label) for label in others],
    }
