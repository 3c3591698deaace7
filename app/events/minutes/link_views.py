"""The page behind the link of a mail with minutes: read, agree, object or comment, without an account."""

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import personal_links
from app.core import clock
from app.core.access import public
from app.core.templating import day as said_day
from app.events.minutes import mailing, queries
from app.events.minutes.models import MinutesRecipient
from app.events.minutes.views import comment_page, document

bp = Blueprint("minutes", __name__)
ADDRESS = mailing.PATH.replace("{token}", "<token>")

personal_links.guard(bp, "show", "pdf")


def _alive(recipient: MinutesRecipient | None) -> bool:
    return recipient is not None and clock.today(recipient.minutes.event.zone) <= recipient.expires_on


def _dead(recipient: MinutesRecipient | None) -> BaseResponse:
    """Until when the link could be used, and whom to write to."""
    current = recipient.minutes.current if recipient is not None else None
    onward = (_("See the events"), url_for("events.index"))
    if recipient is None or current is None:
        return personal_links.dead(onward=onward)
    day, contact = said_day(recipient.expires_on), current.contact
    why = _("It could be used until %(day)s. Write to %(contact)s.", day=day, contact=contact)
    return personal_links.dead(why, onward=onward)


@bp.route(ADDRESS, methods=["GET", "POST"])
@public("Who was there has no account; the secret in the address is the key")
def show(token: str) -> BaseResponse:
    """Read the minutes and say something of them. Opening the link says nothing: programs open links, too."""
    recipient = personal_links.behind(MinutesRecipient, token, *queries.WITH_VERSIONS)
    if recipient is None or not _alive(recipient):
        return _dead(recipient)
    return comment_page(recipient, is_by_link=True)


@bp.get(f"{ADDRESS}/pdf")
@public("Who was there has no account; the secret in the address is the key")
def pdf(token: str) -> Response:
    """The document, once the minutes are approved."""
    recipient = personal_links.behind(MinutesRecipient, token, *queries.WITH_VERSIONS)
    current = recipient.minutes.current if recipient is not None and _alive(recipient) else None
    if current is None:
        raise NotFound
    return document(current)
