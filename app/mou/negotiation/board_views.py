"""Pages of whoever looks after a draft: share it, see what was said, answer; versions with what they changed."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import INVITE, RULES
from app.core.access import Actor, Permission, current_actor, requires
from app.core.web import answer, changed, created, form_page, redirect_to
from app.mou import queries as memoranda
from app.mou import rules
from app.mou.models import OPEN, Mou
from app.mou.negotiation import queries, services
from app.mou.negotiation.forms import AnswerForm, ShareForm, clause_choices
from app.mou.negotiation.views import shown
from app.mou.permissions import check_edit, may_edit
from app.mou.texts import queries as texts
from app.mou.texts.models import Purpose
from app.mou.views import bp, editable, page_url

RULES.update({"mou.share": INVITE})


@bp.route("/<int:mou_id>/share", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def share(mou_id: int) -> BaseResponse:
    """Keep the wording as a version, and send it to be read and commented on."""
    mou = editable(mou_id)
    form = ShareForm(mou=mou, data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            text = services.share(current_actor(), mou, form.version.data, form.contacts(), form.reason.data)
            message = _("Version %(number)s is on its way.", number=text.number)
            return changed(form, page_url(mou, _anchor="negotiation"), message)
    return form_page("mou/share.html", form, mou=mou, missing=rules.missing(mou))


@bp.get("/<int:mou_id>/texts/<int:number>")
@requires(Permission.MOU_READ)
def text(mou_id: int, number: int) -> BaseResponse:
    """A version of the text as it was shown, and what it changed."""
    found = texts.text(current_actor(), mou_id, number)
    reference = memoranda.reference_of(found.mou)
    return answer("mou/version.html", mou=found.mou, reference=reference, **shown(found))


@bp.route("/<int:mou_id>/comments/<int:comment_id>", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def answer_comment(mou_id: int, comment_id: int) -> BaseResponse:
    """Answer what was said of a draft, or mark it as settled."""
    comment = queries.comment(current_actor(), mou_id, comment_id)
    check_edit(current_actor(), comment.text.mou)
    form = AnswerForm()
    if form.validate_on_submit():
        with form.refusals():
            settles = request.form.get("do") == "settle"
            services.answer(current_actor(), comment, form.words.data, settles=settles)
            message = _("It is answered; whoever said it is told.")
            return created(form, page_url(comment.text.mou, _anchor="negotiation"), message)
    facts: dict[str, Any] = {"mou": comment.text.mou, "comment": comment, "answers": queries.answers_to(comment)}
    return form_page("mou/answer.html", form, titles=dict(clause_choices(comment.text)), **facts)


@bp.post("/<int:mou_id>/drafts/<int:link_id>/end")
@requires(Permission.MOU_EDIT)
def end_draft_link(mou_id: int, link_id: int) -> BaseResponse:
    """End a link to the draft."""
    link = queries.link(current_actor(), mou_id, link_id)
    services.end_link(current_actor(), link)
    message = _("The link of %(mailbox)s opens nothing any more.", mailbox=link.email)
    return redirect_to(page_url(link.party.mou, _anchor="negotiation"), message)


def negotiation(actor: Actor, mou: Mou) -> dict[str, Any] | None:
    """The panel of a memorandum's page: versions, who has the draft, what was said and answered."""
    found = texts.texts(mou) if actor.is_internal else ()
    if all(text.purpose is Purpose.SIGNATURE for text in found):
        return None
    said = queries.said_of(mou)
    return {
        "mou": mou,
        "texts": found[::-1],
        "links": queries.links(mou),
        "alive": {one.id for one in queries.links(mou) if queries.is_alive(one)},
        "said": said,
        "open": sum(1 for one in said if not one.is_settled and not one.comment.is_agreement),
        "titles": {text.number: dict(clause_choices(text)) for text in found},
        "may_edit": may_edit(actor, mou),
        "is_open": mou.state in OPEN,
    }
