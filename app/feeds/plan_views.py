"""The page on which one subscribes to the due days of a plan."""

from collections.abc import Mapping
from typing import Any

from flask import request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.queries import feed_secrets_of
from app.accounts.services import create_feed_secret
from app.core import portal
from app.core.access import Actor, Permission, current_actor, requires
from app.core.web import created, form_page
from app.events.scopes import named
from app.extensions import db
from app.feeds.dues import SORT
from app.feeds.fetches import last_of_secrets
from app.feeds.page_views import JUST_MADE, SecretForm, bp
from app.valorisation import queries as plans
from app.valorisation.models import ActionPlan


def offered(actor: Actor, plan: ActionPlan) -> Mapping[str, Any] | None:
    """The way to the page, for whoever may have a feed of one's own."""
    return {"plan": plan} if actor.may(Permission.FEED_OWN) else None


@bp.route("/plan/<int:plan_id>", methods=["GET", "POST"])
@requires(Permission.PLAN_READ)
def plan(plan_id: int) -> BaseResponse:
    """Make a secret address for the due days of one plan; it is shown once, beside those made before."""
    actor, form = current_actor(), SecretForm()
    found, scope = plans.plan(actor, plan_id), named(SORT, plan_id)
    if form.validate_on_submit():
        with form.refusals():
            _secret, token = create_feed_secret(actor, form.label.data or "", scope)
            done = created(
                form, url_for("feeds.plan", plan_id=plan_id), _("Your address is ready; it is shown this once.")
            )
            session[JUST_MADE] = token
            return done
    made = session.pop(JUST_MADE, None) if request.method == "GET" and JUST_MADE in session else None
    secrets = [secret for secret in feed_secrets_of(actor) if secret.scope == scope]
    return form_page(
        "feeds/plan.html",
        form,
        root=portal.settings().public_url,
        plan=found,
        secrets=secrets,
        used=last_of_secrets(db.session, [secret.id for secret in secrets]) if secrets else {},
        own=url_for("calendars.own", secret=made) if made else None,
    )
