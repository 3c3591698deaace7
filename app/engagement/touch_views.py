"""The page of those with whom we are losing touch."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.web import answer
from app.engagement.contact import PERIODS, USUAL
from app.engagement.listing import TouchListing
from app.extensions import db
from app.microcredentials.listing import Anchor

bp = Blueprint("touch", __name__, url_prefix="/engagement/touch")


@bp.get("/")
@requires(Permission.MAPPING_READ)
def index() -> Response:
    """Organisations that matter and that nobody spoke with for some time."""
    asked = request.args.get("days", "")
    args = request.args.to_dict() | ({} if asked else {"days": str(USUAL)})
    listing = TouchListing().page(db.session, current_actor(), request.path, args)
    if args.get("format") in ("csv", "xlsx"):
        return listing.export(args["format"])
    periods = [
        Anchor(_("%(days)s days", days=days), listing.url(days=days), args["days"] == str(days)) for days in PERIODS
    ]
    return answer(
        "engagement/touch.html",
        "engagement/_touch_results.html",
        listing=listing.load(),
        periods=periods,
        today=clock.today(),
    )
