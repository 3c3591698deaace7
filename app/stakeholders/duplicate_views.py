"""Pages of organisations that look alike: a warning while one is written, and pairs of the register."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked, key_of
from app.core.web import answer, redirect_to
from app.stakeholders import abroad, lookalikes, merging, queries
from app.stakeholders.forms import KeepApartForm
from app.stakeholders.listing import countries
from app.stakeholders.views import bp

MOST_TYPED = 20


@bp.get("/alike")
@requires(Permission.STAKEHOLDER_READ)
def alike() -> Response:
    """Organisations that look like the one whose names and country are being written."""
    typed = [value.strip()[:500] for name, value in request.args.items() if name.endswith(("text", "name"))]
    country = next((value for name, value in request.args.items() if name.endswith("country")), "")
    country = country if country in dict(countries()) else ""
    without = key_of(request.args.get("without"))
    asked = current_actor(), [name for name in typed if name][:MOST_TYPED], country, without
    kind = "_choose_alike" if "choose" in request.args else "_alike"
    return answer(
        "stakeholders/alike.html",
        f"stakeholders/{kind}.html",
        alike=lookalikes.similar(*asked),
        abroad=abroad.called_so(*asked),
        ask=without is None,
    )


@bp.get("/duplicates")
@requires(Permission.STAKEHOLDER_MERGE)
def duplicates() -> Response:
    """Pairs of organisations that look alike, each with why."""
    known, asked = dict(countries()), Asked(request.args)
    country = asked.choice(_("Country"), asked.text("country"), known) or None
    asked.only("country")
    pairs, more = lookalikes.pairs(current_actor(), country)
    across, more_across = abroad.pairs(current_actor(), country)
    return answer(
        "stakeholders/duplicates.html",
        pairs=pairs,
        more=more,
        across=across,
        more_across=more_across,
        countries=known,
        country=country,
        left_out=asked.left_out,
        form=KeepApartForm(),
    )


@bp.post("/duplicates/<int:one_id>/<int:other_id>/keep-apart")
@requires(Permission.STAKEHOLDER_MERGE)
def keep_apart(one_id: int, other_id: int) -> BaseResponse:
    """Remember that two organisations are not the same."""
    actor = current_actor()
    one, other = queries.organisation(actor, one_id), queries.organisation(actor, other_id)
    merging.keep_apart(actor, one, other)
    message = _("“%(one)s” and “%(other)s” are not the same; they are not shown again.", one=one.name, other=other.name)
    return redirect_to(url_for("stakeholders.duplicates", country=request.args.get("country") or None), message)
