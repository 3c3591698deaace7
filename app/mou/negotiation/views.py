"""The page behind a link to a draft: read it, see what changed and what is missing, say something.

No account is needed. GET shows and writes nothing, because programs open links, too.
"""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import personal_links
from app.core.access import public
from app.core.templating import plain_tr
from app.core.web import answer, created, form_page
from app.mou import rules
from app.mou.evidence.services import Origin
from app.mou.models import OPEN
from app.mou.negotiation import queries, services
from app.mou.negotiation.forms import CommentForm, clause_choices
from app.mou.negotiation.mailing import PATH
from app.mou.queries import reference_of
from app.mou.signing.models import LinkPurpose, MouLink
from app.mou.texts import queries as texts
from app.mou.texts import services as versions
from app.mou.texts.differences import by_language
from app.mou.texts.models import MouText

bp = Blueprint("draft", __name__)
ADDRESS = PATH.replace("{token}", "<token>")
WHY = "Who reads a draft has no account; the secret in the address is the key"

personal_links.guard(bp, "show", "version")


def _link(token: str) -> MouLink | None:
    link = personal_links.behind(MouLink, token, *queries.WITH_PARTY)
    return link if link is not None and link.purpose is LinkPurpose.NEGOTIATE else None


@bp.route(ADDRESS, methods=["GET", "POST"])
@public(WHY)
def show(token: str) -> BaseResponse:
    """The present wording, what is missing, what was said; and a form to say something."""
    link = _link(token)
    text = texts.newest(link.party.mou) if link else None
    if link is None or text is None or services.why_dead(link):
        return _dead(link)
    form = CommentForm(text=text)
    if form.validate_on_submit():
        with form.refusals():
            origin = Origin(request.remote_addr or "", request.user_agent.string)
            facts = form.comment_facts(agrees=request.form.get("do") == "agree")
            services.say(link, facts, origin)
            message = _("Thank you. Who sent you the draft is told; answers come to %(mailbox)s.", mailbox=link.email)
            return created(form, url_for("draft.show", token=token, _anchor="said"), message)
    return form_page("mou/draft/read.html", form, **_shown(link, text), missing=rules.missing(link.party.mou))


@bp.get(f"{ADDRESS}/versions/<int:number>")
@public(WHY)
def version(token: str, number: int) -> BaseResponse:
    """A version that was shown, and what it changed."""
    link = _link(token)
    if link is None or services.why_dead(link):
        return _dead(link)
    text = next((one for one in texts.texts(link.party.mou) if one.number == number), None)
    if text is None:
        raise NotFound
    return answer("mou/draft/version.html", **_shown(link, text))


def shown(text: MouText) -> dict[str, Any]:
    """A version as a page shows it: the text, the one before, and what differs in each language."""
    all_of_it = texts.texts(text.mou)
    before = next((one for one in reversed(all_of_it) if one.number < text.number), None)
    return {
        "text": text,
        "before": before,
        "versions": all_of_it,
        "changes": by_language(before.content, text.content) if before else {},
        "page": Markup(versions.page_of(text)),  # noqa: S704 - of our own template, every text in it escaped
    }


def _shown(link: MouLink, text: MouText) -> dict[str, Any]:
    mou = link.party.mou
    return shown(text) | {
        "link": link,
        "mou": mou,
        "reference": reference_of(mou),
        "organisation": plain_tr(link.party.legal_name),
        "said": queries.said_of(mou, link.party),
        "titles": {one.number: dict(clause_choices(one)) for one in texts.texts(mou)},
        "is_open": mou.state in OPEN,
        "token": (request.view_args or {})["token"],
    }


def _dead(link: MouLink | None) -> BaseResponse:
    """Why a link opens nothing; one whose time ran out is sent anew, to the mailbox it was sent to."""
    onward = (_("Home"), url_for("dashboard.index"))
    if link is None:
        return personal_links.dead(onward=onward)
    mou = link.party.mou
    lede = f"{reference_of(mou)} {plain_tr(mou.title)}"
    if request.form.get("do") == "renew" and services.is_renewable(link):
        services.renew(link, Origin(request.remote_addr or "", request.user_agent.string))
        return answer("mou/sign/renewed.html", mou=mou, reference=reference_of(mou))
    return personal_links.dead(
        services.why_dead(link) or "", lede=lede, onward=onward, renewable=services.is_renewable(link)
    )
