"""Pages of the mapping: the list, the picture of a scope, one entry and its judgements."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import Actor, Permission, current_actor, requires
from app.core.asked import Asked
from app.core.templating import country_name
from app.core.web import answer, changed, created, form_page
from app.engagement import contact, picture, queries, services, timeline
from app.engagement.forms import DescribeForm, JudgeForm, MapForm
from app.engagement.listing import MappingListing
from app.engagement.models import Attitude, MappingEntry
from app.extensions import db
from app.stakeholders.listing import countries

bp = Blueprint("engagement", __name__, url_prefix="/engagement")


@bp.get("/")
@requires(Permission.MAPPING_READ)
def index() -> Response:
    """Everybody who is mapped."""
    listing = MappingListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("engagement/list.html", "engagement/_results.html", listing=listing.load())


@bp.get("/picture")
@requires(Permission.MAPPING_READ)
def show_picture() -> Response:
    """Influence and interest of one scope, as a picture and as a table."""
    actor = current_actor()
    offered, clusters = queries.microcredentials_mapped(actor), queries.clusters_mapped(actor)
    asked = Asked(request.args)
    asked.only("of", "country", "cluster", "mc")
    scope = _scope_asked(actor, asked, [row.code for row in offered], {row.id for row in clusters})
    rows = queries.of_scope(actor, scope)
    return answer(
        "engagement/picture.html",
        scope=scope,
        left_out=asked.left_out,
        offered=offered,
        clusters=clusters,
        countries=countries(),
        picture=picture.draw(rows),
        is_full=len(rows) == queries.MOST_ENTRIES,
        attitudes=Attitude,
        may_judge=partial(queries.may_judge, actor),
    )


def _scope_asked(actor: Actor, asked: Asked, codes: Sequence[str], clusters: Collection[int]) -> queries.Scope:
    """What the picture is to be of; without a scope that somebody is mapped for, a country at hand, which is said.

    Links say ``country``, ``cluster`` or ``mc``; the page's own choice says one of them in ``of``, as ``cluster:3``.
    """
    kind, _colon, chosen = asked.text("of").partition(":")
    wanted = {kind: chosen} if chosen else {name: asked.text(name) for name in ("country", "cluster", "mc")}
    if wanted.get("country") in dict(countries()):
        return queries.Scope(country=wanted["country"])
    if wanted.get("cluster", "") in {str(key) for key in clusters}:
        return queries.Scope(cluster=int(wanted["cluster"]))
    if wanted.get("mc", "").upper() in codes:
        return queries.Scope(code=wanted["mc"].upper())
    at_hand = next(iter([*sorted(actor.countries), *sorted(queries.countries_mapped(actor))]), "")
    named = next((name for name in wanted if wanted[name]), "")
    labels = {"country": _("Country"), "cluster": _("Cluster"), "mc": _("Micro-credential")}
    text = wanted[named] if named in labels else asked.text("of")
    asked.miss(labels.get(named, _("For what?")), text, country_name(at_hand) if at_hand else "")
    return queries.Scope(country=at_hand)


@bp.get("/<int:entry_id>")
@requires(Permission.MAPPING_READ)
def show(entry_id: int) -> Response:
    """One entry: how it stands, why, and what moved it."""
    actor = current_actor()
    entry = queries.entry(actor, entry_id)
    judgements, held = queries.judgements(actor, entry), contact.held_with(actor, entry.organisation)
    return answer(
        "engagement/show.html",
        entry=entry,
        judgements=judgements,
        timeline=timeline.draw(list(reversed(judgements)), held, clock.today()),
        picture_url=_picture_of(entry),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MAPPING_EDIT)
def create() -> BaseResponse:
    """Map an organisation, with the first judgement."""
    asked = Asked(request.args)
    form = MapForm.new(asked)
    if form.validate_on_submit():
        with form.refusals():
            entry = services.map_organisation(current_actor(), form.entry_facts(), form.judgement_facts())
            location = url_for("engagement.show", entry_id=entry.id)
            return created(form, location, _("%(name)s is mapped.", name=entry.organisation.name))
    return form_page("engagement/map.html", form, left_out=asked.left_out)


@bp.route("/<int:entry_id>/judge", methods=["GET", "POST"])
@requires(Permission.MAPPING_EDIT)
def judge(entry_id: int) -> BaseResponse:
    """Judge anew, by hand or where the picture's pointer dropped it."""
    entry = queries.entry(current_actor(), entry_id)
    current_actor().check(Permission.MAPPING_EDIT, entry)
    form = JudgeForm.of(entry, request.args.get("influence"), request.args.get("interest"))
    if form.validate_on_submit():
        with form.refusals(entry):
            services.judge(current_actor(), entry, form.version.data, form.facts_of_judgement())
            return changed(form, _back(form, entry), _("Judged: %(name)s.", name=entry.organisation.name))
    return form_page("engagement/judge.html", form, entry=entry)


@bp.route("/<int:entry_id>/edit", methods=["GET", "POST"])
@requires(Permission.MAPPING_EDIT)
def edit(entry_id: int) -> BaseResponse:
    """Change what surrounds the judgements."""
    entry = queries.entry(current_actor(), entry_id)
    current_actor().check(Permission.MAPPING_EDIT, entry)
    form = DescribeForm.of(entry)
    if form.validate_on_submit():
        with form.refusals(entry):
            services.describe(current_actor(), entry, form.version.data, **form.description())
            return changed(form, url_for("engagement.show", entry_id=entry.id), _("Saved."))
    return form_page("engagement/describe.html", form, entry=entry)


def _back(form: JudgeForm, entry: MappingEntry) -> str:
    """The picture somebody came from, and nothing outside of it; else the entry's page."""
    pictures = url_for("engagement.show_picture")
    sent = form.back.data or ""
    asked, _question, query = sent.partition("?")
    return f"{pictures}?{query}" if asked == pictures else url_for("engagement.show", entry_id=entry.id)


def _picture_of(entry: MappingEntry) -> Any:
    if entry.country:
        return url_for("engagement.show_picture", country=entry.country)
    if entry.cluster_id:
        return url_for("engagement.show_picture", cluster=entry.cluster_id)
    codes = [microcredential.code for microcredential in entry.microcredentials]
    return url_for("engagement.show_picture", mc=codes[0]) if codes else None
