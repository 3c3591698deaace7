"""Forms of memberships: entered, changed, ended, invited and answered."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.clusters.memberships import MemberFacts
from app.clusters.models import ClusterMembership, MemberRole
from app.core import clock, portal
from app.core.access import current_actor
from app.core.fields import ChoiceField, DayField, LineField, SentAs, TextField
from app.core.files import StoredFile, keep
from app.core.forms import BaseForm
from app.core.outside import spoken
from app.core.templating import reader_language
from app.extensions import db
from app.stakeholders.fields import OrganisationsField
from app.stakeholders.models import Organisation

LETTERS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
FIRST_DAY_OUT = _l("The first day on which it is no member.")
ROLES = tuple(role for role in MemberRole if role is not MemberRole.COORDINATOR)
# SQLite names columns where PostgreSQL names the index; the longer name comes first, since both begin alike.
TWICE = {
    "uq_cluster_membership_open": ("organisation", _l("It is invited to this cluster or in it already.")),
    "cluster_membership.organisation_id": ("organisation", _l("It is invited to this cluster or in it already.")),
    "uq_cluster_membership_coordinator": ("role", _l("Somebody else named another coordinator at the same moment.")),
    "cluster_membership.cluster_id": ("role", _l("Somebody else named another coordinator at the same moment.")),
}


class MemberForm(BaseForm):
    """A membership; of a new one also whose it is."""

    constraint_messages = TWICE

    organisation = OrganisationsField(_l("Organisation"), multiple=False, required=_l("Choose the organisation."))
    role = ChoiceField(_l("Role"), choices=MemberRole.choices)
    role_since = DayField(
        _l("In this role since"),
        [Optional()],
        description=_l("Left empty: since it joined, or since today if the role is another than before."),
    )
    joined_on = DayField(_l("Member from"), [InputRequired(_l("Choose a day."))])
    left_on = DayField(_l("Left on"), [InputRequired(_l("Choose a day."))], description=FIRST_DAY_OUT)
    letter = FileField(
        _l("Letter of commitment"),
        [SentAs(LETTERS, _l("Send a PDF, a JPEG or a PNG."))],
        description=_l("PDF or picture."),
    )
    may_be_named = BooleanField(
        _l("The public page may name it"), description=_l("Partners of the consortium are named in any case.")
    )

    @classmethod
    def new(cls, organisation: Organisation | None) -> "MemberForm":
        """An empty form, for an organisation if one is known."""
        form = cls(data={"organisation": organisation, "role": MemberRole.MEMBER.value, "joined_on": clock.today()})
        del form["left_on"]
        return form

    @classmethod
    def of(cls, membership: ClusterMembership) -> "MemberForm":
        """The form as the membership stands."""
        form = cls(obj=membership)
        del form["organisation"]
        if membership.left_on is None:
            del form["left_on"]
        if isinstance(form.letter.data, StoredFile):
            form.letter.data = None  # No new one was sent.
        return form

    def member_facts(self) -> MemberFacts:
        """What was filled in; a letter that was sent is kept."""
        return MemberFacts(
            role=MemberRole(self.role.data),
            joined_on=self.joined_on.data or clock.today(),
            left_on=self.left_on.data if "left_on" in self else None,
            role_since=self.role_since.data,
            letter=self._kept(),
            may_be_named=self.may_be_named.data,
        )

    def _kept(self) -> StoredFile | None:
        sent = self.letter.data
        if not sent:
            return None
        return keep(db.session, portal.files(), sent.stream, sent.filename, current_actor().user_id)


def mail_languages() -> list[tuple[str, str]]:
    """Languages in which people without an account are written to."""
    return [(one.code, one.label) for one in portal.consortium().languages if spoken(one.code)]


class InviteForm(BaseForm):
    """An invitation by mail."""

    constraint_messages = TWICE

    organisation = OrganisationsField(_l("Organisation"), multiple=False, required=_l("Choose the organisation."))
    role = ChoiceField(_l("As what?"), choices=lambda: MemberRole.choices(ROLES))
    email = LineField(
        _l("E-mail"),
        [DataRequired(_l("Write an address like name@example.org."))],
        description=_l("Of the organisation, or of the person who can decide. Whoever has the link can answer."),
    )
    language = ChoiceField(_l("Language"), choices=mail_languages)
    message = TextField(_l("A few words of your own"), longest=2000)

    @classmethod
    def new(cls, organisation: Organisation | None) -> "InviteForm":
        """An empty form, with the mailbox of the organisation if one is known."""
        facts = {"role": MemberRole.MEMBER.value, "language": reader_language().code}
        return cls(data={"organisation": organisation, "email": organisation.email if organisation else None, **facts})


class LeaveForm(BaseForm):
    """The end of a membership."""

    left_on = DayField(_l("Left on"), [InputRequired(_l("Choose a day."))], description=FIRST_DAY_OUT)
    reason = TextField(_l("Why?"), [DataRequired(_l("Write why, in a few words."))], longest=500)


class CorrectRoleForm(BaseForm):
    """Since when a member had a role in truth."""

    since = DayField(_l("In this role since"), [InputRequired(_l("Choose a day."))])
    reason = TextField(_l("Why was the day wrong?"), [DataRequired(_l("Write why, in a few words."))], longest=500)


class AnswerForm(BaseForm):
    """The answer to an invitation, by whoever has the link."""

    constraint_messages = {"cluster_answer": ("", _l("Somebody answered by this link at the same moment."))}

    name = LineField(_l("Your name"), [DataRequired(_l("Write your name."))], render_kw={"autocomplete": "name"})
    function = LineField(
        _l("Your function"),
        [DataRequired(_l("Write what you are there."))],
        render_kw={"autocomplete": "organization-title"},
    )
    may_be_named = BooleanField(_l("The public page of the cluster may name our organisation"))
    reason = TextField(_l("Do you want to add something?"), longest=1000)
