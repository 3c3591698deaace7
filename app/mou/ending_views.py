"""Pages of what follows a signed memorandum, and what its page says of it: terminated, renewed, amended."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import Actor, Permission, current_actor, requires
from app.core.web import answer, changed, created, form_page
from app.mou import ending, queries, rules
from app.mou.forms import StepForm, TerminationForm
from app.mou.models import CONCLUDED, Mou
from app.mou.permissions import may_edit
from app.mou.publication import rules as publication
from app.mou.views import bp, own, page_url


@bp.route("/<int:mou_id>/terminate", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def terminate(mou_id: int) -> BaseResponse:
    """Record that a memorandum ends: why, by whose notice, on which day."""
    mou = own(mou_id)
    if request.method != "POST" and (why_not := rules.why_not_terminated(mou)):
        return _not_now(mou, why_not)
    form = TerminationForm(mou=mou, data={"version": mou.version, "notice_on": clock.today()})
    if form.validate_on_submit():
        with form.refusals(mou):
            said = ending.terminate(current_actor(), mou, form.version.data, form.termination_facts())
            message = _("It is recorded that it ends.")
            return changed(form, page_url(said.mou, _anchor="what-follows"), message)
    return form_page("mou/terminate.html", form, mou=mou)


@bp.route("/<int:mou_id>/renew", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def renew(mou_id: int) -> BaseResponse:
    """Draft the memorandum that is to follow this one."""
    mou = own(mou_id)
    successor = queries.renewal(mou)
    why_not = rules.why_not_renewed(mou, queries.reference_of(successor) if successor else None)
    if request.method != "POST" and why_not:
        return _not_now(mou, why_not, successor)
    form = StepForm(data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            draft = ending.renew(current_actor(), mou, form.version.data)
            return created(form, page_url(draft), _("The renewal is drafted. Look through it, then send it."))
    return form_page("mou/renew.html", form, mou=mou)


@bp.route("/<int:mou_id>/amend", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def amend(mou_id: int) -> BaseResponse:
    """Draft an addendum to a memorandum."""
    mou = own(mou_id)
    unfinished = queries.open_addendum(mou)
    why_not = rules.why_not_amended(mou, queries.reference_of(unfinished) if unfinished else None)
    if request.method != "POST" and why_not:
        return _not_now(mou, why_not, unfinished)
    form = StepForm(data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            draft = ending.amend(current_actor(), mou, form.version.data)
            return created(form, page_url(draft), _("The addendum is drafted. Say what changes, then send it."))
    return form_page("mou/amend.html", form, mou=mou)


def next_steps(actor: Actor, mou: Mou) -> dict[str, object] | None:
    """The menu of what may come next, on the page of a signed memorandum, for whoever may do it."""
    if mou.state not in CONCLUDED or not may_edit(actor, mou):
        return None
    successor, unfinished = queries.renewal(mou), queries.open_addendum(mou)
    steps = []
    if rules.why_not_renewed(mou, queries.reference_of(successor) if successor else None) is None:
        steps.append((_("Renew"), url_for("mou.renew", mou_id=mou.id)))
    if rules.why_not_amended(mou, queries.reference_of(unfinished) if unfinished else None) is None:
        steps.append((_("Amend by an addendum"), url_for("mou.amend", mou_id=mou.id)))
    if rules.why_not_terminated(mou) is None:
        steps.append((_("Terminate"), url_for("mou.terminate", mou_id=mou.id)))
    if mou.is_published:
        steps.append((_("Show it to everybody no longer"), url_for("mou.take_back", mou_id=mou.id)))
    elif publication.why_not_published(mou) is None:
        steps.append((_("Show it to everybody"), url_for("mou.publish", mou_id=mou.id)))
    return {"steps": steps} if steps else None


def what_follows(actor: Actor, mou: Mou) -> dict[str, Any] | None:
    """What a memorandum follows and what follows it, as far as the actor may see the others."""
    seen = queries.seen(actor, [mou.renews_id, mou.amends_id])
    addenda = queries.changed_by_addenda(mou) if mou.amends_id is None else []
    followers = queries.followers(actor, mou)
    found: dict[str, Any] = {
        "renews": seen.get(mou.renews_id or 0),
        "amends": seen.get(mou.amends_id or 0),
        "renewed_by": [one for one in followers if one.renews_id == mou.id],
        "amended_by": [one for one in followers if one.amends_id == mou.id],
        "changes": {one.id: (added, taken) for one, added, taken in addenda},
        "termination": mou.termination if queries.is_insider(actor, mou) else None,
        "reference": queries.reference_of,
        "is_internal": actor.is_internal,
    }
    shown = ("renews", "amends", "renewed_by", "amended_by", "termination")
    return found if any(found[name] for name in shown) else None


def _not_now(mou: Mou, why_not: str, other: Mou | None = None) -> Response:
    """Why a form cannot be used, and the ways on from here."""
    other_url = page_url(other) if other else None
    return answer("mou/not_now.html", status=409, mou=mou, why_not=why_not, other=other, other_url=other_url)
