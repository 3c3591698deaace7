"""Forms of the progress of commitments: a report, and to whom the link to report by goes."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Email, InputRequired, Optional

from app.core import clock
from app.core.errors import Refused
from app.core.fields import ChoiceField, DayField, LineField, TextField
from app.core.forms import BaseForm
from app.core.mail import normal_email
from app.core.marks import PLACEHOLDER
from app.mou.forms import CountField
from app.mou.models import MouCommitment, MouParty
from app.mou.progress.rules import check_report
from app.mou.progress.services import Contact, Report
from app.mou.signing.queries import in_office
from app.stakeholders.fields import language_choices


class ReportForm(BaseForm):
    """How far a party is with one commitment."""

    amount = CountField(_l("How many so far?"), description=_l("Since the signing, all in all."))
    words = TextField(_l("In words"), longest=2000)
    day = DayField(_l("As of"), [InputRequired(_l("Say on which day."))])

    def __init__(self, *args: Any, commitment: MouCommitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commitment = commitment
        if not self.is_submitted():
            self.day.data = clock.today()

    def foreseen(self) -> None:
        """Ask the rules of reports."""
        said, mou, today = self.report(), self.commitment.mou, clock.today()
        is_counted = self.commitment.amount is not None
        check_report(
            said.amount, said.words, said.day, is_counted=is_counted, signed_on=mou.signed_on or today, today=today
        )

    def report(self) -> Report:
        """What was filled in. Raises ``ValueError`` where the day could not be read."""
        if self.day.data is None:
            raise ValueError("A day is needed.")
        return Report(amount=self.amount.data, words=self.words.data or None, day=self.day.data)


class ReportLinkForm(BaseForm):
    """Who gets the link to report by: one of those who signed for the party, or another mailbox."""

    signatory = ChoiceField(_l("Who reports?"), any_label=_l("Somebody else"))
    email = LineField(
        _l("E-mail"),
        [Optional(), Email(_l("Write an address like name@example.org."))],
        description=_l("For somebody else; of those who signed it is known."),
    )
    language = ChoiceField(_l("Language of mails and pages"), choices=language_choices)

    def __init__(self, *args: Any, party: MouParty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = (one for one in in_office(party.mou) if one.party_id == party.id)
        known = [one for one in people if one.email and one.email != PLACEHOLDER]
        self.signatories = {str(one.id): one for one in known}
        self.signatory.choices = [(key, f"{one.name} <{one.email}>") for key, one in self.signatories.items()]
        if known and not self.is_submitted():
            self.signatory.data, self.language.data = str(known[0].id), known[0].language

    def contact(self) -> Contact:
        """What was filled in. Raises ``Refused`` where there is no mailbox."""
        signatory, typed = self.signatories.get(self.signatory.data or ""), self.email.data
        if typed:
            return Contact(email=normal_email(typed), language=self.language.data)
        if signatory is None or not signatory.email:
            raise Refused(email=_("Write an address like name@example.org."))
        return Contact(email=signatory.email, language=self.language.data, signatory=signatory)
