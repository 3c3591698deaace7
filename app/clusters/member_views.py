"""Pages for whoever looks after a cluster: finding partners, inviting, entering, changing and ending memberships."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import INVITE, RULES
from app.clusters import (
    erasure,
    invitations,
    member_queries,
    member_roles,
    memberships,
    partners,
    queries,
    role_corrections,
)
from app.clusters.doors import Door
from app.clusters.forms import one_of
from app.clusters.member_forms import CorrectRoleForm, InviteForm, LeaveForm, MemberForm
from app.clusters.models import ClusterInvitation, ClusterMembership, MemberRole
from app.clusters.permissions import check_edit, may_edit
from app.clusters.role_corrections import TrueDay
from app.clusters.views import bp, page_url, show_only_if_open
from app.core import clock
from app.core.access import Permission, current_actor, requires, signed_in
from app.core.asked import Asked, key_of
from app.core.errors import Refused
from app.core.sheets import LONGEST_LINE
from app.core.web import answer, changed, created, form_page, redirect_to, sent
from app.stakeholders.listing import countries
from app.stakeholders.models import Category, Organisation

RULES.update({"clusters.invite": INVITE, "clusters.resend": INVITE})


@bp.get("/<int:cluster_id>/partners")
@requires(Permission.CLUSTER_EDIT)
def find_partners(cluster_id: int) -> Response:
    """Organisations near the cluster's region, theme or countries that have no part in it yet."""
    cluster = queries.cluster(current_actor(), cluster_id)
    show_only_if_open(Door.PARTNERS, cluster)
    wish, left_out = _wish()
    found = partners.suggestions(current_actor(), cluster, wish)
    return answer(
        "clusters/partners.html",
        cluster=cluster,
        found=found,
        wish=wish,
        left_out=left_out,
        most=partners.MOST,
        may_edit=may_edit(current_actor(), cluster),
        countries=countries(),
        categories=Category.choices(),
    )


def _wish() -> tuple[partners.Wish, list[str]]:
    """What the address asks for, and what of it was not understood."""
    asked = Asked(request.args)
    wish = partners.Wish(
        words=asked.text("q")[:LONGEST_LINE],
        country=asked.choice(_("Country"), asked.text("country"), dict(countries())),
        category=asked.choice(_("Category"), asked.text("category"), set(Category)),
        in_region=bool(asked.choice(_("Of its regions"), asked.text("region"), {"1"})),
        in_theme=bool(asked.choice(_("Of its theme"), asked.text("theme"), {"1"})),
    )
    asked.only("q", "country", "category", "region", "theme")
    return wish, asked.left_out


def _asked_for() -> Organisation | None:
    """The organisation that the address names."""
    key = key_of(request.args.get("organisation"))
    return one_of([key]) if key else None


@bp.route("/<int:cluster_id>/members/invite", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def invite(cluster_id: int) -> BaseResponse:
    """Invite an organisation by mail."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    show_only_if_open(Door.INVITE, cluster)
    form = InviteForm.new(_asked_for())
    if form.validate_on_submit():
        with form.refusals():
            invitations.invite(
                current_actor(),
                cluster,
                _chosen(form),
                role=MemberRole(form.role.data),
                email=form.email.data,
                language=form.language.data,
                message=form.message.data,
            )
            return created(form, page_url(cluster, _anchor="invited"), _("The invitation is on its way."))
    return form_page("clusters/invite.html", form, cluster=cluster)


def _chosen(form: InviteForm | MemberForm) -> Organisation:
    organisation = one_of(form.organisation.values)
    if organisation is None:
        raise Refused(organisation=_("Choose the organisation."))
    return organisation


@bp.route("/<int:cluster_id>/members/new", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def add_member(cluster_id: int) -> BaseResponse:
    """Enter an organisation that agreed already."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    show_only_if_open(Door.ADD, cluster)
    form = MemberForm.new(_asked_for())
    if form.validate_on_submit():
        with form.refusals():
            member = memberships.add(current_actor(), cluster, _chosen(form), form.member_facts())
            message = _("%(name)s is a member.", name=member.organisation.name)
            return created(form, page_url(cluster, _anchor="members"), message)
    return form_page("clusters/member.html", form, cluster=cluster, member=None)


@bp.route("/<int:cluster_id>/members/<int:member_id>/edit", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def edit_member(cluster_id: int, member_id: int) -> BaseResponse:
    """Change a membership."""
    member = _editable(cluster_id, member_id)
    show_only_if_open(Door.EDIT_MEMBER, member.cluster, member)
    form = MemberForm.of(member)
    if form.validate_on_submit():
        with form.refusals(member):
            memberships.edit(current_actor(), member, form.version.data, form.member_facts())
            return changed(form, page_url(member.cluster, _anchor="members"), _("Saved."))
    return form_page("clusters/member.html", form, cluster=member.cluster, member=member)


def _editable(cluster_id: int, member_id: int) -> ClusterMembership:
    member = member_queries.membership(current_actor(), cluster_id, member_id)
    check_edit(current_actor(), member.cluster)
    return member


@bp.route("/<int:cluster_id>/members/<int:member_id>/leave", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def end_member(cluster_id: int, member_id: int) -> BaseResponse:
    """Say that a member left, when and why."""
    member = _editable(cluster_id, member_id)
    show_only_if_open(Door.LEAVE, member.cluster, member)
    form = LeaveForm(data={"left_on": clock.today(), "version": member.version})
    if form.validate_on_submit():
        with form.refusals(member):
            day, reason = form.left_on.data or clock.today(), form.reason.data
            memberships.end(current_actor(), member, form.version.data, day, reason)
            message = _("%(name)s left. Reports of earlier days keep it.", name=member.organisation.name)
            return changed(form, page_url(member.cluster, _anchor="members"), message)
    return form_page("clusters/leave.html", form, cluster=member.cluster, member=member)


@bp.route("/<int:cluster_id>/members/<int:member_id>/roles/<int:role_id>", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def correct_role(cluster_id: int, member_id: int, role_id: int) -> BaseResponse:
    """Put right since when a member had a role."""
    member = _editable(cluster_id, member_id)
    show_only_if_open(Door.EDIT_MEMBER, member.cluster, member)
    wrong = member_roles.held(member, role_id)
    form = CorrectRoleForm(data={"since": wrong.since, "version": member.version})
    if form.validate_on_submit():
        with form.refusals(member):
            true = TrueDay(form.since.data or wrong.since, form.reason.data)
            role_corrections.correct(current_actor(), member, wrong, form.version.data, true)
            back = url_for("clusters.member", cluster_id=cluster_id, member_id=member_id, _anchor="roles")
            return changed(form, back, _("The day is put right."))
    return form_page("clusters/correct_role.html", form, cluster=member.cluster, member=member, wrong=wrong)


@bp.post("/<int:cluster_id>/members/<int:member_id>/resend")
@requires(Permission.CLUSTER_EDIT)
def resend(cluster_id: int, member_id: int) -> BaseResponse:
    """Send an invitation again, with a new link."""
    member = _editable(cluster_id, member_id)
    invitations.resend(current_actor(), _invitation(member))
    message = _("A new link is on its way; the one before no longer works.")
    return redirect_to(page_url(member.cluster, _anchor="invited"), message)


@bp.route("/<int:cluster_id>/members/<int:member_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def withdraw(cluster_id: int, member_id: int) -> BaseResponse:
    """Take an unanswered invitation back, after saying what that means."""
    member = _editable(cluster_id, member_id)
    show_only_if_open(Door.WITHDRAW, member.cluster, member)
    if request.method != "POST":
        return answer("clusters/withdraw.html", cluster=member.cluster, member=member)
    invitations.withdraw(current_actor(), member, member_queries.invitation_for(member))
    return redirect_to(page_url(member.cluster, _anchor="invited"), _("The invitation is withdrawn."))


@bp.post("/<int:cluster_id>/members/<int:member_id>/forget-answerer")
@requires(Permission.PERSON_ERASE)
def forget_answerer(cluster_id: int, member_id: int) -> BaseResponse:
    """Take the name of who answered an invitation out of it."""
    member = member_queries.membership(current_actor(), cluster_id, member_id)
    erasure.forget_answerer(current_actor(), _invitation(member))
    here = url_for("clusters.member", cluster_id=cluster_id, member_id=member_id)
    return redirect_to(here, _("Who answered is no longer named here."))


def _invitation(member: ClusterMembership) -> ClusterInvitation:
    invitation = member_queries.invitation_for(member)
    if invitation is None:
        raise NotFound
    return invitation


@bp.get("/<int:cluster_id>/members/<int:member_id>/letter")
@signed_in
def letter(cluster_id: int, member_id: int) -> Response:
    """A member's letter of commitment, for the consortium's own people."""
    member = member_queries.membership(current_actor(), cluster_id, member_id)
    file = member.letter
    if file is None or not current_actor().is_internal:
        raise NotFound
    return sent(file, file.name)


@bp.get("/<int:cluster_id>/members/<int:member_id>")
@signed_in
def member(cluster_id: int, member_id: int) -> Response:
    """One membership: its days, its letter, the answer to its invitation; for the consortium's own people."""
    found = member_queries.membership(current_actor(), cluster_id, member_id)
    if not current_actor().is_internal:
        raise NotFound
    return answer(
        "clusters/membership.html",
        cluster=found.cluster,
        member=found,
        invitation=member_queries.invitation_for(found),
        history=member_queries.moves_of_member(found),
        roles=member_roles.history(found),
        may_edit=may_edit(current_actor(), found.cluster),
        back=url_for("clusters.show", cluster_id=found.cluster_id),
    )
