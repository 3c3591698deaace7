"""Pages with pictures: a plan in time; countries, milestones and delays side by side."""

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.export import download
from app.core.templating import country_name
from app.core.web import answer
from app.microcredentials.names import credential_countries
from app.valorisation import overview, queries
from app.valorisation.actuals import figures
from app.valorisation.overview_views import asked_day, day_facts
from app.valorisation.pictures import delays, funnel, tables, then, timeline
from app.valorisation.tracks.models import Track
from app.valorisation.views import bp

TABLES = ("milestones", "delays")


@bp.get("/pictures")
@requires(Permission.PLAN_READ)
def pictures() -> Response:
    """Countries side by side, milestones on their tracks, delays over time; each table also as a file."""
    args, choices = Asked(request.args), credential_countries()
    args.only("as_of", "country", "format", "table")
    only = args.choice(_l("Country"), args.text("country"), dict(choices))
    table = args.choice(_l("Table"), args.text("table"), TABLES)
    asked, actor = asked_day(args), current_actor()
    found = [one for one in overview.countries(actor, asked.day, only) if one.rows]
    bars = funnel.bars([row for one in found for row in one.rows])
    late = delays.draw(then.items_of(actor, asked, country=only), asked.day)
    if request.args.get("format") in ("csv", "xlsx"):
        args.expect_all(url_for("valorisation.pictures"))
        head, rows = tables.delays(late) if table == "delays" else tables.milestones(bars, asked.day)
        return download(request.args["format"], f"valorisation-{table or 'milestones'}-{asked.day}", head, rows)
    return answer(
        "valorisation/pictures/show.html",
        countries=sorted(found, key=lambda one: country_name(one.code)),
        tracks=list(Track),
        bars=bars,
        parts=list(funnel.Part),
        delays=late,
        choices=choices,
        only=only,
        left_out=args.left_out,
        **day_facts(asked),
    )


@bp.get("/<int:plan_id>/timeline")
@requires(Permission.PLAN_READ)
def show_timeline(plan_id: int) -> Response:
    """The items of a plan in time, and what was reached in the country, on a day; the items also as a file."""
    plan, args = queries.plan(current_actor(), plan_id), Asked(request.args)
    args.only("as_of", "format")
    asked = asked_day(args)
    items = then.items_of(current_actor(), asked, plan=plan)
    if request.args.get("format") in ("csv", "xlsx"):
        args.expect_all(url_for("valorisation.show_timeline", plan_id=plan.id))
        name = f"action-plan-{plan.country}-{plan.id}-{asked.day}"
        return download(request.args["format"], name, *tables.items(items, asked.day))
    return answer(
        "valorisation/pictures/timeline.html",
        plan=plan,
        timeline=timeline.draw(items, asked.day) if items else None,
        standings=list(then.Standing),
        reached=figures(plan.country, plan.starts_on, min(plan.ends_on, asked.day)).items(),
        left_out=args.left_out,
        **day_facts(asked),
    )


@bp.get("/<int:plan_id>/reached")
@requires(Permission.PLAN_READ)
def reached(plan_id: int) -> Response:
    """What was reached in the country of a plan, for its page; counting takes longer than all else on it."""
    plan = queries.plan(current_actor(), plan_id)
    counted = figures(plan.country, plan.starts_on, min(plan.ends_on, clock.today()))
    return answer("valorisation/_reached.html", reached=counted.items())
