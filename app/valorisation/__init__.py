"""Valorisation: what each country does so that its micro-credentials are used, and what was reached."""

from collections.abc import Mapping, Sequence

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.access import Permission
from app.core.navigation import Entry, add
from app.core.panels import Panel
from app.core.panels import add as add_panels
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages and say what its records are called."""
    from app.microcredentials.names import credential_countries
    from app.valorisation import overview_views, views  # noqa: F401 - the overview puts its page into the blueprint
    from app.valorisation.criterion.views import ways_told
    from app.valorisation.evidence import queries as evidence
    from app.valorisation.forms import PlanForm
    from app.valorisation.items import roadmap_views as _roadmap  # noqa: F401 - as above
    from app.valorisation.items import views as _items  # noqa: F401 - it puts its pages into the blueprint
    from app.valorisation.items.forms import ItemForm
    from app.valorisation.origins import sources
    from app.valorisation.origins import views as _origins  # noqa: F401 - as above
    from app.valorisation.periods import views as _periods  # noqa: F401 - as above
    from app.valorisation.periods.forms import PeriodForm
    from app.valorisation.pictures import views as _pictures  # noqa: F401 - as above
    from app.valorisation.recommendations import paper_views as _papers  # noqa: F401 - as above
    from app.valorisation.recommendations import views as _recommendations  # noqa: F401 - as above
    from app.valorisation.recommendations.forms import RecommendationForm
    from app.valorisation.reminders import jobs  # noqa: F401 - the worker knows them once they are imported
    from app.valorisation.slips import panels as slips
    from app.valorisation.slips import views as _slips  # noqa: F401 - as above
    from app.valorisation.slips.listing import person_of
    from app.valorisation.trace import views as _trace  # noqa: F401 - as above
    from app.valorisation.tracks import panels
    from app.valorisation.tracks import views as _tracks  # noqa: F401 - as above
    from app.valorisation.tracks.forms import MilestoneForm

    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(
        recommendation_countries=credential_countries, slip_person=person_of, ways_told=ways_told
    )
    add_panels(
        app,
        Panel("microcredential", "valorisation/tracks/_of_microcredential.html", panels.tracks, order=10),
        Panel("action_plan", "valorisation/slips/_of_plan.html", slips.of_plan, place="wide", order=10),
        Panel("plan_item", "valorisation/slips/_of_item.html", slips.of_item, order=10),
    )
    records.add(
        app,
        Kind("action_plan", _l("Action plan"), _pages, PlanForm),
        Kind("action_plan_version", _l("Approved version of an action plan")),
        Kind("plan_item", _l("Plan item"), _pages_of_items, ItemForm),
        Kind("plan_item_slip", _l("Moved day of a plan item")),
        Kind("plan_item_stakeholder", _l("Stakeholder of a plan item")),
        Kind("reminder_wish", _l("Reminders of plan items and milestones")),
        Kind("milestone", _l("Milestone"), _pages_of_milestones, MilestoneForm),
        Kind("milestone_slip", _l("Moved day of a milestone")),
        Kind("valorised_rule", _l("Rule for what counts as valorised"), _pages_of_rules),
        Kind("reporting_period", _l("Reporting period"), _pages_of_periods, PeriodForm),
        Kind("origin", _l("Where something came from"), lambda keys: _pages_of_origins(sources.owners_of(keys))),
        Kind("recommendation", _l("Recommendation"), _pages_of_recommendations, RecommendationForm),
        Kind("evidence", _l("Evidence"), lambda keys: _pages_of_evidence(evidence.owners_of(keys))),
    )
    add(
        app,
        Entry(
            "overview",
            "valorisation.progress",
            _l("Where valorisation stands"),
            "grid-3x3",
            order=20,
            shows=lambda actor: actor.may(Permission.PLAN_READ),
        ),
        Entry(
            "today",
            "valorisation.slips",
            _l("What slips"),
            "hourglass-split",
            order=41,
            shows=lambda actor: actor.may(Permission.PLAN_READ),
        ),
        Entry(
            "today",
            "valorisation.index",
            _l("Valorisation"),
            "flag",
            order=40,
            shows=lambda actor: actor.may(Permission.PLAN_READ),
        ),
        Entry(
            "today",
            "valorisation.recommendations",
            _l("Recommendations"),
            "megaphone",
            order=45,
            shows=lambda actor: actor.may(Permission.PLAN_READ),
        ),
    )


def _pages(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"/valorisation/{key}" for key in keys}


def _pages_of_items(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"/valorisation/items/{key}" for key in keys}


def _pages_of_recommendations(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"/valorisation/recommendations/{key}" for key in keys}


def _pages_of_origins(owners: Mapping[int, tuple[str, int]]) -> Mapping[int, str]:
    return {key: f"/valorisation/{place}/{owner}#origins" for key, (place, owner) in owners.items()}


def _pages_of_evidence(owners: Mapping[int, tuple[str, int]]) -> Mapping[int, str]:
    return {key: f"/valorisation/{place}/{owner}#evidence" for key, (place, owner) in owners.items()}


def _pages_of_milestones(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"/valorisation/milestones/{key}" for key in keys}


def _pages_of_periods(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"/valorisation/periods/{key}" for key in keys}


def _pages_of_rules(keys: Sequence[int]) -> Mapping[int, str]:
    return dict.fromkeys(keys, "/valorisation/rule")
