"""Pages on which reporting periods are frozen and read, with what was corrected since."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import portal
from app.core.access import Permission, current_actor, requires
from app.core.asked import Asked
from app.core.canonical import canonical
from app.core.export import download
from app.core.web import answer, created, form_page, of_one_state
from app.valorisation.periods import queries, services, tables
from app.valorisation.periods.forms import PeriodForm
from app.valorisation.views import bp


@bp.get("/periods")
@requires(Permission.PLAN_READ)
def periods() -> Response:
    """The reporting periods whose figures are frozen."""
    return answer("valorisation/periods/list.html", periods=queries.periods(current_actor()))


@bp.route("/periods/new", methods=["GET", "POST"])
@of_one_state
@requires(Permission.PERIOD_FREEZE)
def freeze_period() -> BaseResponse:
    """Freeze the figures of a period."""
    form = PeriodForm.new()
    if form.validate_on_submit():
        with form.refusals():
            made = services.freeze(current_actor(), form.period_facts(), portal.consortium())
            location = url_for("valorisation.period", period_id=made.id)
            return created(form, location, _("The figures are frozen."))
    return form_page("valorisation/periods/form.html", form)


@bp.get("/periods/<int:period_id>")
@of_one_state
@requires(Permission.PLAN_READ)
def period(period_id: int) -> Response:
    """One period: what was frozen, what the records say today, and why; also as a file."""
    actor, args = current_actor(), Asked(request.args)
    args.only("format")
    found = queries.period(actor, period_id)
    compared = queries.compared(found, portal.consortium())
    told = queries.told(actor, compared)
    if request.args.get("format") in ("csv", "xlsx"):
        args.expect_all(url_for("valorisation.period", period_id=found.id))
        name = f"reporting-period-{found.starts_on}-{found.ends_on}"
        return download(request.args["format"], name, tables.HEAD, tables.rows(compared, told))
    return answer(
        "valorisation/periods/show.html",
        period=found,
        is_intact=queries.is_intact(found),
        is_whole=queries.figures_for(actor, found)[1],
        countries=tables.by_country(compared),
        corrections=[one for one in compared if one.is_corrected],
        told=told,
        left_out=args.left_out,
    )


@bp.get("/periods/<int:period_id>/figures.json")
@requires(Permission.PLAN_READ)
def period_figures(period_id: int) -> Response:
    """The frozen figures, byte for byte what was hashed, or without the records that are not open to the reader."""
    found = queries.period(current_actor(), period_id)
    content, is_whole = queries.figures_for(current_actor(), found)
    name = f"reporting-period-{found.starts_on}-{found.ends_on}.json"
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    if is_whole:
        head["X-Content-SHA256"] = found.sha256
    return Response(canonical(content), content_type="application/json", headers=head)
