"""The overview: every country and every micro-credential on four tracks."""

from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import clock, portal
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.export import download
from app.core.templating import country_name
from app.core.templating import day as said_day
from app.core.web import answer
from app.microcredentials.names import credential_countries
from app.valorisation.asof import AsOf
from app.valorisation.overview import FILE_HEAD, FINAL, file_rows
from app.valorisation.overview import countries as standing
from app.valorisation.tracks.models import TRACKS, MilestoneKind
from app.valorisation.views import bp

AS_OF = _l("As of")
# No plan says anything of later days.
LATEST = date(2100, 12, 31)


@bp.get("/progress")
@requires(Permission.PLAN_READ)
def progress() -> Response:
    """Where each country and each micro-credential stands on a day; the countries also as a file."""
    args, choices = Asked(request.args), credential_countries()
    args.only("as_of", "country", "format")
    only = args.choice(_l("Country"), args.text("country"), dict(choices))
    asked = asked_day(args)
    if request.args.get("format") in ("csv", "xlsx"):
        args.expect_all(url_for("valorisation.progress"))
        name = f"valorisation-progress-{asked.day}"
        return download(
            request.args["format"], name, FILE_HEAD, file_rows(standing(current_actor(), asked.day, only), asked)
        )
    found = standing(current_actor(), asked.day, only)
    return answer(
        "valorisation/progress.html",
        countries=sorted(found, key=lambda one: (not one.rows, country_name(one.code))),
        choices=choices,
        only=only,
        left_out=args.left_out,
        tracks=list(TRACKS),
        kinds=list(MilestoneKind),
        final=FINAL,
        **day_facts(asked),
    )


def asked_day(args: Asked) -> AsOf:
    """The day that an address asks figures for; today, where it names none or none that can be understood."""
    today = clock.today()
    found = args.day(AS_OF, "as_of", said_day(today))
    if found is not None and not clock.EARLIEST <= found <= LATEST:
        args.left_out.append(_beyond(found, said_day(today)))
        found = None
    return AsOf.on(found)


def _beyond(day: date, instead: str) -> str:
    if day < clock.EARLIEST:
        return _("%(day)s is too early to ask for, so this is shown instead: %(instead)s.", day=day, instead=instead)
    return _("%(day)s is too late to ask for, so this is shown instead: %(instead)s.", day=day, instead=instead)


def day_facts(asked: AsOf) -> dict[str, Any]:
    """What a page says of the day its figures are of; ``as_of_day`` is for its links, empty for today."""
    is_today = not asked.is_past and not asked.is_ahead
    return {
        "asked": asked,
        "as_of_day": None if is_today else asked.day.isoformat(),
        "began": portal.consortium().start,
    }
