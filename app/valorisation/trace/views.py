"""Pages on which a reader follows how one thing led to another."""

from flask import Response, abort
from flask_babel import gettext as _

from app.core.access import Permission, current_actor, public, requires
from app.core.web import answer
from app.microcredentials import queries as microcredentials
from app.valorisation.trace import queries
from app.valorisation.trace.chain import StepKind, chains
from app.valorisation.trace.start import MOST
from app.valorisation.views import bp


@bp.get("/trace/<code>")
@public("It shows of a published micro-credential what its reader may see")
def trace(code: str) -> Response:
    """Why a micro-credential looks as it does."""
    actor = current_actor()
    design = microcredentials.by_code(actor, code)
    found = queries.why(actor, design)
    told = chains(found.steps.values(), found.ties)
    is_sure = queries.is_sure(actor, design, told)
    return answer(
        "valorisation/trace/why.html", mc=design, chains=told, is_sure=is_sure, is_cut=found.is_cut, most=MOST
    )


@bp.get("/trace/feedback/<int:point_id>")
@requires(Permission.FEEDBACK_READ)
def trace_point(point_id: int) -> Response:
    """What became of what somebody said."""
    return _became(StepKind.POINT, point_id)


@bp.get("/trace/decisions/<int:decision_id>")
@public("Decisions of public events are for everybody; what followed is shown as far as its reader may see it")
def trace_decision(decision_id: int) -> Response:
    """What became of a decision."""
    return _became(StepKind.DECISION, decision_id)


@bp.get("/trace/items/<int:item_id>")
@requires(Permission.PLAN_READ)
def trace_item(item_id: int) -> Response:
    """What an item of a plan came from, and what became of it."""
    return _became(StepKind.ITEM, item_id)


def _became(kind: StepKind, key: int) -> Response:
    try:
        found = queries.became(current_actor(), kind, key)
    except LookupError:
        abort(404)
    return answer(
        "valorisation/trace/became.html",
        step=found.steps[kind, key],
        chains=chains(found.steps.values(), found.ties),
        is_cut=found.is_cut,
        most=MOST,
        heading=_("What became of it?"),
    )
