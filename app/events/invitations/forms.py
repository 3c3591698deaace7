"""Forms of invitations: sent, reminded of, answered."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.clusters.member_forms import mail_languages
from app.core.access import current_actor
from app.core.fields import ChoiceField, TextField
from app.core.forms import BaseForm
from app.core.templating import plain_tr, reader_language
from app.events.forms import CountField
from app.events.invitations import places, queries, services
from app.events.invitations.models import ANSWERS, EventInvitation, EventReply, InvitationState, Way
from app.events.invitations.places import Room
from app.events.invitations.services import Recipient
from app.events.models import Event
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, PeopleField

LONGEST_COMMENT = 1000
LONGEST_LIST = 40_000
MOST_DIGITS = 10


class InviteForm(BaseForm):
    """Whom to invite, and with what words."""

    constraint_messages = {
        "uq_event_invitation_mailbox": ("", _l("Somebody else invited one of them at the same moment. Try again.")),
        "event_invitation.event_id": ("", _l("Somebody else invited one of them at the same moment. Try again.")),
    }

    organisations = OrganisationsField(_l("Organisations"))
    people = PeopleField(_l("People"))
    lines = TextField(
        _l("Others, one address a line"),
        longest=LONGEST_LIST,
        description=_l(
            "Addresses, or names with addresses as mail programs copy them. Nobody sees who else is invited."
        ),
        render_kw={"rows": 4, "spellcheck": "false", "autocapitalize": "none"},
    )
    language = ChoiceField(_l("Language of the mail"), choices=mail_languages)
    message = TextField(_l("A few words of your own"), longest=2000)

    @classmethod
    def new(cls) -> "InviteForm":
        """An empty form in the reader's language."""
        return cls(data={"language": reader_language().code})

    def foreseen(self) -> None:
        """Ask whether everybody chosen has an address."""
        self.recipients()

    def recipients(self) -> list[Recipient]:
        """Everybody who was chosen or written. Raises ``Refused``."""
        actor = current_actor()
        organisations = stakeholders.by_keys(actor, self.organisations.values)
        people = stakeholders.people_by_keys(actor, self.people.values)
        return services.recipients(organisations, people, self.lines.data)


class RemindForm(BaseForm):
    """Which of those who have not answered are reminded now."""

    invitations = SelectMultipleField(
        _l("Who has not answered"),
        coerce=str,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, waiting: Sequence[EventInvitation]) -> "RemindForm":
        """A form with everybody ticked."""
        form = cls(data={"invitations": [str(one.id) for one in waiting]})
        form.invitations.choices = [(str(one.id), f"{one.name} · {one.email or ''}") for one in waiting]
        return form

    @property
    def chosen(self) -> set[int]:
        """The keys of those who were ticked."""
        return {int(key) for key in self.invitations.data or ()}


class ReminderForm(BaseForm):
    """How many days before the event those without an answer are reminded."""

    days = CountField(_l("Days before the event"), description=_l("Leave it empty for no reminder."))

    @classmethod
    def of(cls, event: Event) -> "ReminderForm":
        """The form as the event stands."""
        return cls(data={"days": event.remind_days, "version": event.version})


class WayForm(BaseForm):
    """How whoever accepts takes part; asked only where there are several ways."""

    # A way that is not offered any more is no fault of who answers: the first that is counts then.
    way = RadioField(_l("How do you take part?"), choices=[], validate_choice=False)

    def offer(self, invitation: EventInvitation, asked: Way | None = None) -> None:
        """Offer the ways there are, each with how full it is; chosen first is one with a place."""
        rooms = queries.tally(invitation.event).rooms
        if len(rooms) == 1:
            del self.way
            return
        self.way.choices = [(room.way.value, told(room)) for room in rooms]
        if self.way.data is None:
            free = next((room.way for room in rooms if not room.is_full), None)
            first = asked or (invitation.way if invitation.way or not free else free)
            self.way.data = places.way_of(rooms, first, None).value

    @property
    def chosen_way(self) -> Way | None:
        """The way that was chosen, or ``None`` where there is only one."""
        return way_called(self.way.data) if "way" in self else None


def way_called(value: str | None) -> Way | None:
    """The way of this name, or ``None`` for another text."""
    return next((way for way in Way if way.value == value), None)


def told(room: Room) -> str:
    """A way of taking part with how many places are left."""
    if room.free is None:
        return str(room.way.label)
    if room.is_full:
        return _("%(way)s – full, with a waiting list", way=room.way.label)
    left = ngettext("%(num)d place left", "%(num)d places left", room.free)
    return f"{room.way.label} – {left}"


class AnswerForm(WayForm):
    """An answer of whoever has the link."""

    comment = TextField(_l("Do you want to add something?"), longest=LONGEST_COMMENT)
    read = HiddenField()

    @property
    def was_read(self) -> int | None:
        """The sequence that the event had on the page that was answered."""
        text = self.read.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else None

    def shows(self, event: Event) -> None:
        """Remember as what the page shows the event."""
        self.read.data = str(event.sequence)


class EnterForm(WayForm):
    """An answer as somebody told it to the organiser."""

    answer = RadioField(_l("Answer"), choices=[])
    comment = TextField(_l("What was said along"), longest=LONGEST_COMMENT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer.choices = [(answer.value, answer.label) for answer in ANSWERS]

    @classmethod
    def of(cls, invitation: EventInvitation) -> "EnterForm":
        """The form with what was said last."""
        said = invitation.state.value if invitation.state in ANSWERS else InvitationState.ACCEPTED.value
        form = cls(data={"answer": said, "version": invitation.version})
        form.offer(invitation)
        if "way" in form:
            form.way.label.text = _("How do they take part?")
        return form


class SettleForm(BaseForm):
    """Whose answer a reply is, and what it says."""

    invitation = ChoiceField(_l("Whose answer is it?"), any_label="")
    answer = RadioField(_l("What does it say?"), choices=[])

    @classmethod
    def of(cls, reply: EventReply, candidates: Sequence[EventInvitation]) -> "SettleForm":
        """The form with what could be read out of the reply."""
        said = reply.said.value if reply.said in ANSWERS else None
        chosen = str(reply.invitation_id) if reply.invitation_id else None
        form = cls(data={"invitation": chosen, "answer": said, "version": reply.version})
        form.answer.choices = [(answer.value, answer.label) for answer in ANSWERS]
        by_key = {str(one.id): one for one in candidates}
        form.by_key = by_key
        form.invitation.choices = [
            (key, one.name if reply.event_id else f"{one.name} · {plain_tr(one.event.title)}")
            for key, one in by_key.items()
        ]
        return form

    by_key: dict[str, EventInvitation] = {}
