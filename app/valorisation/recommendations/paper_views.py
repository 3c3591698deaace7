"""The policy paper of a country, as a page to be printed and as a PDF."""

from flask import Response, abort, request, url_for
from flask_babel import lazy_gettext as _l

from app.core import documents
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.web import answer
from app.microcredentials.names import credential_countries
from app.valorisation.recommendations import paper
from app.valorisation.views import bp


@bp.get("/recommendations/paper/<country>")
@requires(Permission.PLAN_READ)
def policy_paper(country: str) -> Response:
    """What was recommended in a country; with the drafts, too, where somebody asks for them."""
    args = _asked(country)
    with_drafts = _with_drafts(args)
    return answer(
        "valorisation/recommendations/paper.html",
        country=country,
        heading=paper.title_of(country),
        parts=paper.parts(current_actor(), country, with_drafts=with_drafts),
        with_drafts=with_drafts,
        left_out=args.left_out,
    )


@bp.get("/recommendations/paper/<country>/paper.pdf")
@requires(Permission.PLAN_READ)
def policy_paper_document(country: str) -> Response:
    """The same on paper."""
    args = _asked(country)
    found = paper.parts(current_actor(), country, with_drafts=_with_drafts(args))
    args.expect_all(url_for("valorisation.policy_paper", country=country))
    return documents.shown(paper.document(country, found), f"recommendations-{country}")


def _asked(country: str) -> Asked:
    """What of the address was understood; a country that develops no micro-credentials has no paper."""
    if country not in dict(credential_countries()):
        abort(404)
    args = Asked(request.args)
    args.only("drafts")
    return args


def _with_drafts(args: Asked) -> bool:
    return args.choice(_l("Drafts"), args.text("drafts"), {"yes"}) == "yes"
