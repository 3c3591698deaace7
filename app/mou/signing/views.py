"""The pages behind a link to sign: what waits, the code, the text, the signature; no account is needed.

GET shows and writes nothing, because programs open links, too. The text is shown only to the browser in which somebody
pressed the button that opens it, and signed only in the one in which the code was given.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import personal_links
from app.core import clock
from app.core.access import public
from app.core.templating import plain_tr, reader_language
from app.core.web import answer, form_page, redirect_to, sent
from app.mou.evidence.services import Origin
from app.mou.proof import queries as proof
from app.mou.queries import reference_of
from app.mou.seals.queries import sealed_of
from app.mou.signing import proposals, queries, rules, services
from app.mou.signing.forms import CodeForm, DeclineForm, ProposeForm, SignForm
from app.mou.signing.mailing import PATH
from app.mou.signing.models import SEALED_FOR, LinkPurpose, MouLink, MouSignature
from app.mou.texts import services as texts
from app.mou.texts.models import MouText

bp = Blueprint("signing", __name__)
ADDRESS = PATH.replace("{token}", "<token>")
WHY = "Who signs has no account; the secret in the address is the key"
# What this browser keeps: links it opened, and when the mailbox of a link was proven in it.
OPENED, PROVEN = "mou_opened", "mou_proven"
MOST = 10

personal_links.guard(bp, "show", "read", "decline", "propose", "pdf", "sealed", "report")


def _link(token: str) -> MouLink | None:
    link = personal_links.behind(MouLink, token, *queries.WITH_TEXT)
    return link if link is not None and link.purpose is LinkPurpose.SIGN else None


def _origin() -> Origin:
    return Origin(request.remote_addr or "", request.user_agent.string)


@bp.route(ADDRESS, methods=["GET", "POST"])
@public(WHY)
def show(token: str) -> BaseResponse:
    """What waits for a signature, from whom; a button opens it. Opening the link itself says nothing."""
    link = _link(token)
    if link is None or _why_not(link):
        return _closed(link)
    here = url_for("signing.read", token=token)
    if request.method != "POST":
        return answer("mou/sign/landing.html", **_shown(link), needs_code=_needs_code(link))
    if _needs_code(link):
        return _code_step(link, url_for("signing.show", token=token))
    services.open_text(link, _origin())
    session[OPENED] = [*session.get(OPENED, [])[1 - MOST :], str(link.uid)]
    return redirect_to(here)


@bp.route(f"{ADDRESS}/read", methods=["GET", "POST"])
@public(WHY)
def read(token: str) -> BaseResponse:
    """The whole text, the code, and the signature beneath."""
    link = _link(token)
    if link is None or _why_not(link):
        return _closed(link)
    if not _is_opened(link):
        return redirect_to(url_for("signing.show", token=token))
    if request.form.get("do") in ("code", "prove"):
        return _code_step(link, url_for("signing.read", token=token, _anchor="sign"))
    form = SignForm(link=link)
    if form.validate_on_submit():
        with form.refusals():
            services.sign(link, form.said(reader_language().code, _proven_at(link)), _origin())
            return redirect_to(url_for("signing.show", token=token))
    page = Markup(texts.page_of(link.text)) if link.text else ""  # noqa: S704 - our own, frozen
    return form_page(
        "mou/sign/read.html", form, **_shown(link), page=page, proven=services.is_proven(link, _proven_at(link))
    )


def _code_step(link: MouLink, back: str) -> BaseResponse:
    """Send a code, or take one; a wrong one is counted, so the answer leads back rather than showing the form again."""
    if request.form.get("do") != "prove":
        try:
            services.send_code(link, _origin())
        except rules.CodeUnfit as unfit:
            return redirect_to(back, str(unfit), "attention")
        return redirect_to(back, _("A code is on its way to %(email)s.", email=_masked(link.email)))
    form = CodeForm()
    wrong = services.prove(link, form.code.data, _origin())
    if wrong is None and link.proven_at is not None:
        kept = {**session.get(PROVEN, {}), str(link.uid): link.proven_at.isoformat()}
        session[PROVEN] = dict(sorted(kept.items(), key=lambda one: one[1])[-MOST:])
    message, category = (str(wrong), "attention") if wrong else (_("Your mailbox is proven."), "done")
    return redirect_to(back, message, category)


@bp.route(f"{ADDRESS}/decline", methods=["GET", "POST"])
@public(WHY)
def decline(token: str) -> BaseResponse:
    """Say no, with a reason or without."""
    link = _link(token)
    if link is None or _why_not(link):
        return _closed(link)
    form = DeclineForm()
    if form.validate_on_submit():
        with form.refusals():
            services.decline(link, form.reason.data, _origin())
            return redirect_to(url_for("signing.show", token=token))
    return form_page("mou/sign/decline.html", form, **_shown(link))


@bp.route(f"{ADDRESS}/other", methods=["GET", "POST"])
@public(WHY)
def propose(token: str) -> BaseResponse:
    """Say that somebody else signs for the organisation."""
    link = _link(token)
    if link is None or _why_not(link):
        return _closed(link)
    form = ProposeForm()
    if form.validate_on_submit():
        with form.refusals():
            facts = {name: form[name].data for name in ("name", "role_title", "email", "reason")}
            proposals.propose(link, **facts, origin=_origin())
            message = _("The sender is told and decides. Until then this link goes on working.")
            return redirect_to(url_for("signing.show", token=token), message)
    return form_page("mou/sign/propose.html", form, **_shown(link))


@bp.get(f"{ADDRESS}/pdf")
@public(WHY)
def pdf(token: str) -> Response:
    """The text as it is to be signed, to be kept or shown to somebody before signing."""
    link = _link(token)
    if link is None or link.text is None or not _is_opened(link):
        raise NotFound
    return sent(link.text.pdf, f"{reference_of(link.text.mou)}.pdf", as_it_is=True)


@bp.get(f"{ADDRESS}/sealed")
@public(WHY)
def sealed(token: str) -> Response:
    """The sealed document, for whoever signed; their link opens it as long as a new one would."""
    text = _sealed_text(token)
    made = sealed_of(text.mou)
    return sent(made.file if made else None, f"{reference_of(text.mou)}.pdf", as_it_is=True)


@bp.get(f"{ADDRESS}/report")
@public(WHY)
def report(token: str) -> Response:
    """The newest evidence report, for whoever signed; as long as the sealed document."""
    text = _sealed_text(token)
    made = proof.newest(text)
    return sent(made.file if made else None, f"{reference_of(text.mou)}-evidence.pdf", as_it_is=True)


def _sealed_text(token: str) -> MouText:
    link = _link(token)
    if link is None or link.text is None or _signature(link) is None or not _opens_sealed(link):
        raise NotFound
    return link.text


def _opens_sealed(link: MouLink) -> bool:
    return link.expires_at + SEALED_FOR > clock.now()


def _signature(link: MouLink) -> MouSignature | None:
    return next((one for one in queries.signatures(link.text) if one.link_id == link.id), None) if link.text else None


def _is_opened(link: MouLink) -> bool:
    """Whether it was opened in this browser, and the code given where that comes first."""
    return str(link.uid) in session.get(OPENED, []) and not _needs_code(link)


def _needs_code(link: MouLink) -> bool:
    return services.needs_code_to_open(link, _proven_at(link))


def _proven_at(link: MouLink) -> datetime | None:
    """When the mailbox of a link was proven in this browser."""
    kept: dict[str, str] = session.get(PROVEN, {})
    moment = kept.get(str(link.uid))
    return datetime.fromisoformat(moment) if moment else None


def _why_not(link: MouLink) -> str | None:
    try:
        services.check_open(link)
    except rules.NotOpen as closed:
        return str(closed)
    return None


def _closed(link: MouLink | None) -> BaseResponse:
    """Why nothing is signed by this link; one whose time ran out is sent anew, to the mailbox it was sent to."""
    onward = (_("Home"), url_for("dashboard.index"))
    if link is None or link.text is None:
        return personal_links.dead(onward=onward)
    signature = _signature(link)
    if signature is not None:
        shown = (sealed_of(link.text.mou), proof.newest(link.text)) if _opens_sealed(link) else (None, None)
        return answer("mou/sign/signed.html", **_shown(link), signature=signature, sealed=shown[0], report=shown[1])
    if request.form.get("do") == "renew":
        services.renew(link, _origin())
        return answer("mou/sign/renewed.html", **_shown(link))
    lede = f"{reference_of(link.text.mou)} {plain_tr(link.text.mou.title)}"
    renewable = services.is_renewable(link)
    return personal_links.dead(_why_not(link) or "", lede=lede, onward=onward, renewable=renewable)


def _shown(link: MouLink) -> dict[str, Any]:
    text, signatory = link.text, link.signatory
    if text is None or signatory is None:
        raise NotFound
    return {
        "link": link,
        "text": text,
        "mou": text.mou,
        "reference": reference_of(text.mou),
        "signatory": signatory,
        "organisation": plain_tr(signatory.party.legal_name),
        "parties": "; ".join(plain_tr(party.legal_name) for party in text.mou.parties),
        "mailbox": _masked(link.email),
        "proposal": queries.open_proposal(signatory, text),
    }


def _masked(email: str) -> str:
    """An address that its owner knows again and nobody else learns."""
    local, _at, domain = email.partition("@")
    return f"{local[:2]}…@{domain}"
