"""What can happen with a memorandum: the vocabulary of its chain."""

from flask_babel import lazy_gettext as _l

from app.core.vocabulary import Term


class Happening(Term):
    """A kind of event. Codes stay for good: they are part of what is hashed."""

    SHARED = "shared", _l("Shared to be negotiated")
    DRAFT_SENT = "draft_sent", _l("Draft sent to a party")
    COMMENTED = "commented", _l("Commented on by a party")
    ANSWERED = "answered", _l("Comment answered")
    FROZEN = "frozen", _l("Text frozen")
    INVITED = "invited", _l("Asked to sign")
    OPENED = "opened", _l("Text opened")
    CODE_SENT = "code_sent", _l("Code sent to the mailbox")
    CODE_RIGHT = "code_right", _l("Mailbox proven by the code")
    CODE_WRONG = "code_wrong", _l("Wrong code")
    REMINDED = "reminded", _l("Reminded")
    LINK_RENEWED = "link_renewed", _l("New link sent to the mailbox on file")
    LINK_REVOKED = "link_revoked", _l("Link ended")
    UNDELIVERED = "undelivered", _l("Mail could not be delivered")
    PROPOSED = "proposed", _l("Another signatory proposed")
    REPLACED = "replaced", _l("Signatory replaced")
    KEPT = "kept", _l("Proposal refused")
    SIGNED = "signed", _l("Signed")
    DECLINED = "declined", _l("Declined")
    RECALLED = "recalled", _l("Recalled by the sender")
    EXPIRED = "expired", _l("Time to sign ran out")
    CONCLUDED = "concluded", _l("Signed by everybody")
    SEALED = "sealed", _l("Sealed")
    STAMPED = "stamped", _l("Time stamp added")
    REPORT_MADE = "report_made", _l("Evidence report made")
    DELIVERED = "delivered", _l("Sealed copy sent")
    ORIGINAL_ADDED = "original_added", _l("Original signed elsewhere added")
    VALIDATED = "validated", _l("Original checked")
    IN_FORCE = "in_force", _l("In force")
    ENDED = "ended", _l("Ended")
    RENEWED = "renewed", _l("Renewed")
    AMENDED = "amended", _l("Amended")
    TERMINATED = "terminated", _l("Terminated")
    REPORTED = "reported", _l("Commitment reported on")
    PUBLISHED = "published", _l("Shown to everybody")
    UNPUBLISHED = "unpublished", _l("Shown to everybody no longer")
    CONSENT_WITHDRAWN = "consent_withdrawn", _l("Consent to be shown to everybody taken back")
    ORIGINS_ERASED = "origins_erased", _l("Addresses and programs erased")
