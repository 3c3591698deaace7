"""The page and the files of the consultation report."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from app.core import documents
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.export import download, plain
from app.core.templating import country_name
from app.core.web import answer
from app.events import queries as events
from app.events.feedback import report, report_points
from app.events.feedback.models import Stance
from app.events.feedback.report import Report, Scope
from app.events.views import bp
from app.stakeholders.listing import countries


@bp.get("/feedback/report")
@requires(Permission.REPORT_READ)
def feedback_report() -> Response:
    """What was held, with whom and about what, and what was said, over a micro-credential, a country or a period."""
    asked = Asked(request.args)
    scope = _scope(asked)
    found = report.made(current_actor(), scope)
    if request.args.get("format") in ("csv", "xlsx"):
        asked.expect_all(url_for("events.feedback_report"))
        rows = (list(map(plain, report.cells(held))) for held in found.events)
        return download(request.args["format"], "consultations", report.COLUMNS, rows)
    if request.args.get("format") == "pdf":
        asked.expect_all(url_for("events.feedback_report"))
        return documents.shown(report_points.paper(found, _about(scope)), "consultations")
    facts: dict[str, Any] = {
        "told": report_points.told(found),
        "about": _about(scope),
        "left_out": asked.left_out,
        "countries": list(countries()),
    }
    facts |= _bars(found)
    return answer("events/feedback/report.html", report=found, scope=scope, stances=Stance, **facts)


def _scope(asked: Asked) -> Scope:
    code, country = asked.text("mc"), asked.text("country")
    known = events.microcredentials_named(current_actor(), code) if code else []
    if not known:
        asked.miss(_("Micro-credential"), code)
    asked.only("mc", "country", "since", "until", "format")
    since, until = asked.day(_("Since"), "since"), asked.day(_("Until"), "until")
    if since and until and since > until:
        asked.left_out.append(_("“Since” is later than “Until”, so both were left out."))
        since = until = None
    country_code = asked.choice(_("Country"), country, dict(countries())) or None
    return Scope(code=known[0].code if known else None, country=country_code, since=since, until=until)


def _about(scope: Scope) -> str:
    """What the report is about, for its head: on paper the form is not there."""
    days = [
        _("since %(day)s", day=format_date(scope.since, "long")) if scope.since else "",
        _("until %(day)s", day=format_date(scope.until, "long")) if scope.until else "",
    ]
    parts = [scope.code, country_name(scope.country), *days]
    return " · ".join(part for part in parts if part) or _("All consultations and round tables")


def _bars(found: Report) -> dict[str, list[list[Any]]]:
    """How often each stance was taken, and each category took part, for charts and their tables."""
    said = found.said
    return {
        "bars": [[str(stance.label), said.stances.get(stance, 0)] for stance in Stance],
        "categories": [[str(category.label), number] for category, number in found.categories],
    }
