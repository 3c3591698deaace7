"""What pickers ask about what something came from."""

from flask import render_template, request

from app.core.access import Permission, current_actor, requires
from app.core.options import Offer
from app.valorisation.origins.sources import find_options
from app.valorisation.views import bp


@bp.get("/sources")
@requires(Permission.PLAN_READ)
def sources() -> str:
    """Options of a picker of decisions and feedback."""
    offer = Offer.asked(lambda query: find_options(current_actor(), query), request.args)
    return render_template("components/_options.html", field=offer)
