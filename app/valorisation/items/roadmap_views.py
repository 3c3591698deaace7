"""The page of the items of all plans: how far each plan is, and every item if one asks for them."""

from flask import Response, request
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.web import answer
from app.microcredentials.names import credential_countries
from app.valorisation.items.roadmap import Roadmap
from app.valorisation.views import bp


@bp.get("/items/")
@requires(Permission.PLAN_READ)
def roadmap() -> Response:
    """How far the items of each plan are; with ``items=all`` every item, too."""
    args, choices = Asked(request.args), credential_countries()
    args.only("country", "items")
    only = args.choice(_l("Country"), args.text("country"), dict(choices))
    listed = args.choice(_l("Items"), args.text("items"), ("all",))
    return answer(
        "valorisation/items/roadmap.html",
        roadmap=Roadmap(current_actor(), clock.today(), only),
        choices=choices,
        only=only,
        listed=listed,
        left_out=args.left_out,
    )
