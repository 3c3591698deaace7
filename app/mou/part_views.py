"""Pages on which the parts of a memorandum are written: parties, those who sign, promises."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.templating import plain_tr
from app.core.web import answer, changed, created, form_page, redirect_to
from app.mou import parties, queries
from app.mou.forms import CommitmentForm, PartyForm, SignatoryForm
from app.mou.models import MouCommitment, MouParty, MouSignatory
from app.mou.views import bp, editable, page_url


@bp.route("/<int:mou_id>/parties/new", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def add_party(mou_id: int) -> BaseResponse:
    """Make an organisation a party."""
    mou = editable(mou_id)
    form = PartyForm()
    if form.validate_on_submit():
        with form.refusals():
            party = parties.add_party(current_actor(), mou, form.party_facts())
            message = _("%(name)s is a party. Say who signs for it.", name=plain_tr(party.legal_name))
            return created(form, page_url(mou, _anchor="parties"), message)
    return form_page("mou/party.html", form, mou=mou, party=None)


@bp.route("/<int:mou_id>/parties/<int:party_id>/edit", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def edit_party(mou_id: int, party_id: int) -> BaseResponse:
    """Change how an organisation stands in the agreement."""
    party = _party(mou_id, party_id)
    form = PartyForm(obj=party)
    del form["organisation"]
    if form.validate_on_submit():
        with form.refusals(party):
            parties.edit_party(current_actor(), party, form.version.data, form.party_facts(party))
            return changed(form, page_url(party.mou, _anchor="parties"), _("Saved."))
    return form_page("mou/party.html", form, mou=party.mou, party=party)


@bp.route("/<int:mou_id>/parties/<int:party_id>/remove", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def remove_party(mou_id: int, party_id: int) -> BaseResponse:
    """Take a party out, after asking."""
    party = _party(mou_id, party_id)
    if request.method != "POST":
        return answer("mou/remove_party.html", mou=party.mou, party=party)
    mou = party.mou
    parties.remove_party(current_actor(), party, request.form.get("version", type=int))
    return redirect_to(page_url(mou, _anchor="parties"), _("It is no party any more."))


@bp.route("/<int:mou_id>/parties/<int:party_id>/signatories/new", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def add_signatory(mou_id: int, party_id: int) -> BaseResponse:
    """Say who signs for a party."""
    party = _party(mou_id, party_id)
    form = SignatoryForm(party=party, data={"language": queries.language_of(party.organisation.country) or "en"})
    if form.validate_on_submit():
        with form.refusals():
            signatory = parties.add_signatory(current_actor(), party, form.signatory_facts())
            message = _("%(name)s signs for it.", name=signatory.name)
            return created(form, page_url(party.mou, _anchor="parties"), message)
    return form_page("mou/signatory.html", form, mou=party.mou, party=party, signatory=None)


@bp.route("/<int:mou_id>/signatories/<int:signatory_id>/edit", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def edit_signatory(mou_id: int, signatory_id: int) -> BaseResponse:
    """Change who signs, or how."""
    signatory = _signatory(mou_id, signatory_id)
    party = signatory.party
    form = SignatoryForm(party=party, signatory=signatory)
    if form.validate_on_submit():
        with form.refusals(signatory):
            parties.edit_signatory(current_actor(), signatory, form.version.data, form.signatory_facts())
            return changed(form, page_url(party.mou, _anchor="parties"), _("Saved."))
    return form_page("mou/signatory.html", form, mou=party.mou, party=party, signatory=signatory)


@bp.post("/<int:mou_id>/signatories/<int:signatory_id>/remove")
@requires(Permission.MOU_EDIT)
def remove_signatory(mou_id: int, signatory_id: int) -> BaseResponse:
    """Take somebody out of those who sign."""
    signatory = _signatory(mou_id, signatory_id)
    mou, name = signatory.party.mou, signatory.name
    parties.remove_signatory(current_actor(), signatory, request.form.get("version", type=int))
    return redirect_to(page_url(mou, _anchor="parties"), _("%(name)s does not sign any more.", name=name))


@bp.route("/<int:mou_id>/commitments/new", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def add_commitment(mou_id: int) -> BaseResponse:
    """Write down what a party promises."""
    mou = editable(mou_id)
    form = CommitmentForm(mou=mou)
    if form.validate_on_submit():
        with form.refusals():
            parties.add_commitment(current_actor(), mou, form.commitment_facts())
            return created(form, page_url(mou, _anchor="commitments"), _("The commitment is written down."))
    return form_page("mou/commitment.html", form, mou=mou, commitment=None)


@bp.route("/<int:mou_id>/commitments/<int:commitment_id>/edit", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def edit_commitment(mou_id: int, commitment_id: int) -> BaseResponse:
    """Change a promise that is not signed yet."""
    commitment = _commitment(mou_id, commitment_id)
    form = CommitmentForm(mou=commitment.mou, commitment=commitment)
    if form.validate_on_submit():
        with form.refusals(commitment):
            parties.edit_commitment(current_actor(), commitment, form.version.data, form.commitment_facts())
            return changed(form, page_url(commitment.mou, _anchor="commitments"), _("Saved."))
    return form_page("mou/commitment.html", form, mou=commitment.mou, commitment=commitment)


@bp.post("/<int:mou_id>/commitments/<int:commitment_id>/remove")
@requires(Permission.MOU_EDIT)
def remove_commitment(mou_id: int, commitment_id: int) -> BaseResponse:
    """Take a promise out that is not signed yet."""
    commitment = _commitment(mou_id, commitment_id)
    mou = commitment.mou
    parties.remove_commitment(current_actor(), commitment, request.form.get("version", type=int))
    return redirect_to(page_url(mou, _anchor="commitments"), _("It is promised no more."))


def _party(mou_id: int, party_id: int) -> MouParty:
    editable(mou_id)
    return queries.party(current_actor(), mou_id, party_id)


def _signatory(mou_id: int, signatory_id: int) -> MouSignatory:
    editable(mou_id)
    return queries.signatory(current_actor(), mou_id, signatory_id)


def _commitment(mou_id: int, commitment_id: int) -> MouCommitment:
    editable(mou_id)
    return queries.commitment(current_actor(), mou_id, commitment_id)
