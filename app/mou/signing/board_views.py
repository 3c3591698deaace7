"""Pages of whoever looks after a memorandum: send it, see who has signed, remind, recall, decide on proposals."""

from tempfile import SpooledTemporaryFile

from flask import Response, request, send_file, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import INVITE, RULES
from app.core.access import Actor, Permission, current_actor, requires
from app.core.files import SPOOLED
from app.core.web import answer, changed, form_page, redirect_to, refusals_at, sent
from app.mou import queries as memoranda
from app.mou import rules
from app.mou.forms import ReasonForm
from app.mou.models import CONCLUDED, OUT, Mou
from app.mou.originals import queries as originals
from app.mou.permissions import may_edit, may_prove
from app.mou.proof import exporting
from app.mou.proof import jobs as reports
from app.mou.proof import queries as proof
from app.mou.seals.ending import why_sealing_waits
from app.mou.seals.printing import evidence_of
from app.mou.seals.queries import sealed_of
from app.mou.signing import proposals, queries, services
from app.mou.texts import content, paper
from app.mou.texts import queries as texts
from app.mou.views import bp, editable, own, page_url

RULES.update({"mou.send": INVITE, "mou.send_again": INVITE})


@bp.route("/<int:mou_id>/send", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def send(mou_id: int) -> BaseResponse:
    """Read once more what is to be signed, and send it: from then on nobody changes it."""
    mou = editable(mou_id)
    missing = rules.missing(mou)
    if request.method == "POST" and not missing:
        services.send(current_actor(), mou, request.form.get("version", type=int))
        return redirect_to(page_url(mou, _anchor="signing"), _("It is out for signature; nobody changes it now."))
    before = texts.newest(mou)
    said = content.frozen(mou, before.number + 1 if before else 1)
    page = Markup(paper.html(said))  # noqa: S704 - of our own template, every text in it escaped
    status = 422 if request.method == "POST" else 200
    people = queries.in_office(mou)
    return answer("mou/send.html", status=status, mou=mou, missing=missing, page=page, people=people)


@bp.route("/<int:mou_id>/recall", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def recall(mou_id: int) -> BaseResponse:
    """Take back what not everybody has signed; everybody who was asked is told."""
    mou = own(mou_id)
    form = ReasonForm(data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.recall(current_actor(), mou, form.version.data, form.reason.data)
            return changed(form, page_url(mou), _("It is recalled. Change it and send it as another version."))
    return form_page("mou/recall.html", form, mou=mou)


@bp.post("/<int:mou_id>/signatories/<int:signatory_id>/again")
@requires(Permission.MOU_EDIT)
def send_again(mou_id: int, signatory_id: int) -> BaseResponse:
    """Send somebody a new link; the one before ends."""
    mou = own(mou_id)
    with refusals_at(page_url(mou, _anchor="signing")):
        services.send_again(current_actor(), mou, signatory_id)
    message = _("A new link is on its way; the one before no longer works.")
    return redirect_to(page_url(mou, _anchor="signing"), message)


@bp.route("/<int:mou_id>/proposals/<int:proposal_id>", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def decide(mou_id: int, proposal_id: int) -> BaseResponse:
    """Let a proposed person sign, or ask whoever was asked first to do so."""
    proposal = queries.proposal(current_actor(), mou_id, proposal_id)
    mou = own(mou_id)
    if request.method != "POST":
        return answer("mou/decide.html", mou=mou, proposal=proposal)
    version, back = request.form.get("version", type=int), page_url(mou, _anchor="signing")
    if request.form.get("answer") == "approve":
        successor = proposals.approve(current_actor(), proposal, version)
        return redirect_to(back, _("%(name)s is asked to sign.", name=successor.name))
    proposals.refuse(current_actor(), proposal, version, request.form.get("why", "").strip()[:1000] or None)
    return redirect_to(back, _("%(name)s is asked to sign after all.", name=proposal.signatory.name))


@bp.get("/<int:mou_id>/texts/<int:number>.pdf")
@requires(Permission.MOU_READ)
def text_pdf(mou_id: int, number: int) -> Response:
    """A version of the text as it was frozen."""
    text = texts.text(current_actor(), mou_id, number)
    if text.pdf is None:
        raise NotFound
    return sent(text.pdf, f"{memoranda.reference_of(text.mou_id)}-{number}.pdf", as_it_is=True)


@bp.get("/<int:mou_id>/sealed.pdf")
@requires(Permission.MOU_READ)
def sealed_pdf(mou_id: int) -> Response:
    """The sealed document."""
    mou = memoranda.inside(current_actor(), mou_id)
    made = sealed_of(mou)
    return sent(made.file if made else None, f"{memoranda.reference_of(mou)}.pdf", as_it_is=True)


@bp.get("/<int:mou_id>/report.pdf")
@requires(Permission.MOU_READ)
def report_pdf(mou_id: int) -> Response:
    """The newest evidence report."""
    mou = memoranda.inside(current_actor(), mou_id)
    made = proof.newest_of(mou)
    return sent(made.file if made else None, f"{memoranda.reference_of(mou)}-evidence.pdf", as_it_is=True)


@bp.post("/<int:mou_id>/report")
@requires(Permission.MOU_READ)
def report_anew(mou_id: int) -> BaseResponse:
    """Have an evidence report made of what happened since the newest one."""
    mou = memoranda.mou(current_actor(), mou_id)
    text = texts.signed(mou)
    if text is None or not sealed_of(mou) or not may_prove(current_actor(), mou):
        raise NotFound
    is_ordered = reports.order_anew(text)
    message = (
        _("It is being made, and sent to everybody who signed.") if is_ordered else _("The newest one says it all.")
    )
    return redirect_to(page_url(mou, _anchor="signing"), message, "done" if is_ordered else "info")


@bp.get("/<int:mou_id>/evidence.json")
@requires(Permission.MOU_PROVE)
def evidence_file(mou_id: int) -> Response:
    """What happened, as it is put into the sealed document, and what happened since."""
    mou = memoranda.mou(current_actor(), mou_id)
    text = texts.signed(mou)
    if text is None or not may_prove(current_actor(), mou):
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{memoranda.reference_of(mou)}-evidence.json"'}
    return Response(evidence_of(text), mimetype="application/json", headers=headers)


@bp.get("/<int:mou_id>/export.zip")
@requires(Permission.MOU_READ)
def export(mou_id: int) -> Response:
    """Everything that proves the memorandum, with a program that checks it without the portal."""
    mou = memoranda.mou(current_actor(), mou_id)
    if not (texts.newest(mou) or originals.kept(mou)) or not may_prove(current_actor(), mou):
        raise NotFound
    copy = SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - it is read while it is sent, and closed with the answer
    exporting.write_archive(copy, exporting.members([mou]))
    copy.seek(0)
    name = f"{memoranda.reference_of(mou)}.zip"
    response = send_file(copy, "application/zip", as_attachment=True, download_name=name, max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def board(actor: Actor, mou: Mou) -> dict[str, object] | None:
    """The panel of a memorandum's page: who has signed, who is asked, what was proposed."""
    text = texts.signed(mou)
    if text is None or not actor.is_internal:
        return None
    report, sealed, signatures = proof.newest(text), sealed_of(mou), queries.signatures(text)
    is_concluded = mou.state in CONCLUDED and bool(signatures)
    return {
        "mou": mou,
        "text": text,
        "people": queries.signing(mou, text),
        "signatures": {one.signatory_id: one for one in signatures},
        "links": queries.newest_links(text),
        "proposals": queries.proposals(text),
        "sealed": sealed,
        "waits": why_sealing_waits() if is_concluded and sealed is None else None,
        "report": report,
        "is_report_old": report is not None and report.tells < proof.to_tell(mou),
        # What is signed on paper, or elsewhere, is asked of nobody by link and not sealed.
        "on_paper": not queries.links(text),
        "is_concluded": is_concluded,
        "is_out": mou.state in OUT,
        "may_edit": may_edit(actor, mou),
        "may_prove": may_prove(actor, mou),
        "pdf_url": url_for("mou.text_pdf", mou_id=mou.id, number=text.number),
    }
