"""The overview: every country and every micro-credential on four tracks."""

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.export import download
from app.core.templating import country_name
from app.core.web import answer
from app.valorisation.forms import countries
from app.valorisation.overview import FILE_HEAD, FINAL, file_rows
from app.valorisation.overview import countries as standing
from app.valorisation.tracks.models import TRACKS, MilestoneKind
from app.valorisation.views import bp


@bp.get("/progress")
@requires(Permission.PLAN_READ)
def progress() -> Response:
    """Where each country and each micro-credential stands; the countries also as a file."""
    args = Asked(request.args)
    args.only("country", "format")
    choices = countries()
    only = args.choice(_l("Country"), args.text("country"), dict(choices))
    if request.args.get("format") in ("csv", "xlsx"):
        args.expect_all(url_for("valorisation.progress"))
        rows = file_rows(standing(current_actor(), clock.today(), only))
        return download(request.args["format"], "valorisation-progress", FILE_HEAD, rows)
    found = standing(current_actor(), clock.today(), only)
    return answer(
        "valorisation/progress.html",
        countries=sorted(found, key=lambda one: (not one.rows, country_name(one.code))),
        choices=choices,
        only=only,
        left_out=args.left_out,
        tracks=list(TRACKS),
        kinds=list(MilestoneKind),
        final=FINAL,
        today=clock.today(),
    )
