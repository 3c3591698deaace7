"""The page about mails: how often the weekly one, what it would say today, one at once, and reminders or none."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.models import User
from app.core.access import current_actor, signed_in
from app.core.web import changed, form_page, redirect_to
from app.dashboard.digest import services
from app.dashboard.digest.forms import OFF, ON, RhythmForm
from app.dashboard.digest.models import Rhythm
from app.extensions import db

bp = Blueprint("digest", __name__, url_prefix="/account/weekly-mail")


def _me() -> User:
    return db.session.get_one(User, current_actor().user_id)


@bp.route("/", methods=["GET", "POST"])
@signed_in
def show() -> BaseResponse:
    """Choose how often one is written to, beside what a mail would say now."""
    user, wish = _me(), services.wish_of(current_actor().user_id or 0)
    reminded = ON if services.is_reminded(user.id) else OFF
    form = RhythmForm(obj=wish, data={"rhythm": Rhythm.WEEKLY, "reminders": reminded})
    if form.validate_on_submit():
        with form.refusals(wish):
            rhythm, wanted = Rhythm(form.rhythm.data), form.reminders.data == ON
            services.choose(current_actor(), form.version.data, rhythm, reminded=wanted)
            return changed(form, url_for("digest.show"), _("Saved."))
    return form_page(
        "dashboard/digest/show.html", form, digest=services.preview(user, wish), wish=wish, email=user.email
    )


@bp.post("/now")
@signed_in
def send_now() -> BaseResponse:
    """Write the mail at once, to one's own address."""
    sent = services.write(_me())
    message = _("It is on its way.") if sent else _("Nothing waits for you and nothing is new, so nothing was sent.")
    return redirect_to(url_for("digest.show"), message, "done" if sent else "info")
