"""Pages of the mailbox and of failed jobs."""

from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import outbox, portal
from app.core.access import Permission, current_actor, public, requires
from app.core.web import answer, redirect_to
from app.extensions import db
from app.mou.seals import ending
from app.operations import queries

bp = Blueprint("operations", __name__, url_prefix="/operations")


def mailbox_reader(view: Any) -> Any:
    """Open to everybody in the demonstration, where mail is made up; else to those who may read the outbox."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not (portal.settings().is_demo or current_actor().may(Permission.OUTBOX_READ)):
            abort(404)
        return view(*args, **kwargs)

    return guarded


@bp.get("/mailbox")
@public("In the demonstration everybody reads it; elsewhere the view itself refuses")
@mailbox_reader
def mailbox() -> Response:
    """Every message the portal sent or would send."""
    recipient = request.args.get("to", "").strip()
    mails = queries.mails(recipient)
    return answer("operations/mailbox.html", mails=mails, failures=queries.failures(mails), recipient=recipient)


@bp.get("/mailbox/<int:mail_id>")
@public("As the mailbox")
@mailbox_reader
def mail(mail_id: int) -> Response:
    """One message as it was written."""
    message = queries.mail(mail_id)
    return answer("operations/mail.html", mail=message, failure=queries.failures([message]).get(mail_id))


@bp.get("/jobs")
@requires(Permission.OUTBOX_READ)
def jobs() -> Response:
    """Jobs that failed, with their errors."""
    unfinished = outbox.unfinished(db.session)
    messages = queries.messages_of(unfinished)
    return answer("operations/jobs.html", jobs=unfinished, messages=messages, seal=ending.certificate())


@bp.post("/jobs/<int:job_id>/again")
@requires(Permission.OUTBOX_READ)
def try_again(job_id: int) -> BaseResponse:
    """Let the worker try a dead job again."""
    outbox.try_again(db.session, db.session.get_one(outbox.Job, job_id))
    return redirect_to(url_for("operations.jobs"), _("The worker tries it again."))
