"""What stays of a person in memoranda when the person is erased: what was agreed, and what proves it."""

from app.core import mentions

# A contract names who signed it, and its evidence is chained: one text changed, and nothing of it proves anything.
# Signatories, links and proposals, with their mailboxes, are for the work at hand and go with the rest.
mentions.binding |= {
    "mou_text",
    "mou_closing",
    "mou_comment",
    "mou_answer",
    "mou_original",
    "mou_claim",
    "mou_validation",
    "mou_signature",
    "mou_event",
    "mou_termination",
}
