"""Pages on which two entries of one person become one, and one becomes two again."""

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.asked import key_of
from app.core.web import answer, form_page, redirect_to
from app.stakeholders import namesakes, people_merging, queries
from app.stakeholders.consent import scope_of
from app.stakeholders.merge_forms import KeepPeopleApartForm, MergeForm
from app.stakeholders.merging import UNDO_DAYS
from app.stakeholders.namesakes import Typed
from app.stakeholders.people_merging import Same
from app.stakeholders.people_views import bp

LONGEST_SEARCH = 200


@bp.get("/alike")
@requires(Permission.PERSON_READ)
def alike() -> Response:
    """People who have the name or the mailbox that is being written."""
    said = {
        name: request.args.get(name, "").strip()[:LONGEST_SEARCH] for name in ("given_name", "family_name", "email")
    }
    typed = Typed(**said, without=key_of(request.args.get("without")))
    found = namesakes.like(current_actor(), typed)
    return answer(
        "stakeholders/people/alike.html", "stakeholders/people/_alike.html", alike=found, ask=typed.without is None
    )


@bp.get("/duplicates")
@requires(Permission.PERSON_EDIT)
def duplicates() -> Response:
    """People of the register who share a name."""
    return answer(
        "stakeholders/people/duplicates.html", groups=namesakes.groups(current_actor()), form=KeepPeopleApartForm()
    )


@bp.post("/duplicates/keep-apart")
@requires(Permission.PERSON_EDIT)
def keep_apart() -> BaseResponse:
    """Remember that people who share a name are different people."""
    form = KeepPeopleApartForm()
    if not form.validate_on_submit():
        abort(400)
    people = [queries.person(current_actor(), key) for key in form.people.data or []]
    people_merging.keep_apart(current_actor(), people)
    return redirect_to(url_for("people.duplicates"), _("They are different people; they are not shown again."))


@bp.get("/<int:person_id>/merge")
@requires(Permission.PERSON_EDIT)
def choose_other(person_id: int) -> Response:
    """Choose which entry is of the same person: those of the same name, or whom one looks for."""
    actor = current_actor()
    person = queries.person(actor, person_id)
    actor.check(Permission.PERSON_EDIT, scope_of(person))
    words = request.args.get("q", "")[:LONGEST_SEARCH]
    found = namesakes.candidates(actor, person, words)
    return answer("stakeholders/people/choose_other.html", person=person, words=words, found=found)


@bp.route("/<int:survivor_id>/merge/<int:absorbed_id>", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def merge(survivor_id: int, absorbed_id: int) -> BaseResponse:
    """Look at two entries side by side, choose of each field whose it is to be, and make them one."""
    actor = current_actor()
    survivor, absorbed = queries.person(actor, survivor_id), queries.person(actor, absorbed_id)
    same = Same(survivor, absorbed)
    people_merging.check(actor, same)
    form = MergeForm.of(survivor, absorbed)
    if form.validate_on_submit():
        with form.refusals():
            people_merging.merge(actor, same, form.versions, form.chosen)
            message = _("They are one now. You can undo this for %(count)s days.", count=UNDO_DAYS)
            return redirect_to(url_for("people.show", person_id=survivor_id), message)
    moving = queries.moving_along(people_merging.PEOPLE, absorbed_id, survivor_id)
    return form_page("stakeholders/people/merge.html", form, survivor=survivor, absorbed=absorbed, moving=moving)


@bp.post("/merges/<int:merge_id>/undo")
@requires(Permission.PERSON_EDIT)
def undo_merge(merge_id: int) -> BaseResponse:
    """Make two of one again."""
    actor = current_actor()
    absorbed = people_merging.undo(actor, queries.person_merge(actor, merge_id))
    message = _("“%(name)s” stands by itself again.", name=absorbed.name)
    return redirect_to(url_for("people.show", person_id=absorbed.id), message)
