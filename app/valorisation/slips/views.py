"""The page about what slips in all countries, and why."""

from flask import Response, request

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.web import answer
from app.extensions import db
from app.valorisation.slips.listing import SlipListing
from app.valorisation.views import bp


@bp.get("/slips")
@requires(Permission.PLAN_READ)
def slips() -> Response:
    """What slips and why, across all countries."""
    listing = SlipListing(clock.today()).page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer(
        "valorisation/slips/list.html",
        "valorisation/slips/_results.html",
        listing=listing.load(),
        today=clock.today(),
    )
