"""Pages on which a person saves, renames and removes views of lists."""

from flask import Blueprint, Response, abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import DataRequired

from app.accounts import saved
from app.accounts.saved import ViewFacts
from app.core.access import current_actor, signed_in
from app.core.fields import LineField
from app.core.forms import BaseForm
from app.core.listing import titles
from app.core.web import answer, changed, created, form_page, redirect_to

bp = Blueprint("saved_views", __name__, url_prefix="/account/views")

LONGEST_NAME = 60


class ViewForm(BaseForm):
    """The name of a view."""

    name = LineField(_l("Name"), [DataRequired(_l("Write a name."))], longest=LONGEST_NAME)


@bp.get("/")
@signed_in
def index() -> Response:
    """All of one's views, list by list."""
    return answer("accounts/saved_views.html", views=saved.of_person(current_actor()), titles=titles())


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def create() -> BaseResponse:
    """Save the filters of an address under a name."""
    listing, path, query = (request.args.get(name, "") for name in ("list", "path", "query"))
    if listing not in titles() or not _is_page(path):
        abort(404)
    back = f"{path}?{query}"
    form = ViewForm()
    if form.validate_on_submit():
        with form.refusals():
            saved.save(current_actor(), ViewFacts(form.name.data or "", listing, path, query.replace("\0", "")))
            return created(form, back, _("Saved. The view stands above the list."))
    return form_page("accounts/save_view.html", form, view=None, list_title=titles()[listing], back=back)


@bp.route("/<int:view_id>", methods=["GET", "POST"])
@signed_in
def edit(view_id: int) -> BaseResponse:
    """Rename a view."""
    view = saved.one(current_actor(), view_id)
    form = ViewForm(obj=view)
    if form.validate_on_submit():
        with form.refusals(view):
            saved.rename(current_actor(), view, form.version.data, form.name.data or "")
            return changed(form, url_for("saved_views.index"), _("Saved."))
    title = titles().get(view.listing, "")
    return form_page("accounts/save_view.html", form, view=view, list_title=title, back=url_for("saved_views.index"))


@bp.post("/<int:view_id>/remove")
@signed_in
def remove(view_id: int) -> BaseResponse:
    """Remove a view."""
    view = saved.one(current_actor(), view_id)
    name = view.name
    saved.remove(view)
    return redirect_to(url_for("saved_views.index"), _("“%(name)s” is removed.", name=name))


def _is_page(path: str) -> bool:
    """Whether the portal has a page at ``path``: nobody is sent anywhere else."""
    try:
        current_app.url_map.bind("").match(path)
    except HTTPException:
        return False
    return path.startswith("/") and not path.startswith(("//", "/\\"))
