"""Memoranda of understanding: drafted, negotiated, frozen, signed by link, sealed, kept and proved."""

from collections.abc import Mapping, Sequence

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.navigation import Entry, add
from app.core.panels import Panel
from app.core.panels import add as add_panels
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages and say what its records are called."""
    from app.mou import (  # noqa: F401 - what stays, jobs, pages of the blueprint
        ahead,
        ending_views,
        erasure,
        keeping,
        part_views,
        template_views,
        views,
    )
    from app.mou.batches import views as batches
    from app.mou.evidence import models as _evidence  # noqa: F401 - tables
    from app.mou.forms import CommitmentForm, MouForm, PartyForm, SignatoryForm
    from app.mou.listing import called, days_left, parties_of
    from app.mou.negotiation import board_views as negotiation
    from app.mou.negotiation import models as _negotiation  # noqa: F401 - tables
    from app.mou.negotiation import views as drafts
    from app.mou.originals import models as _originals  # noqa: F401 - tables
    from app.mou.originals import views as originals
    from app.mou.panels import of_cluster, of_organisation
    from app.mou.progress import link_views as reporting
    from app.mou.progress.views import progress
    from app.mou.proof import jobs as _proof  # noqa: F401 - what follows a seal
    from app.mou.proof import models as _reports  # noqa: F401 - tables
    from app.mou.publication import views as _publication  # noqa: F401 - pages of the blueprint
    from app.mou.seals import jobs  # noqa: F401 - what follows the last signature
    from app.mou.signing import board_views
    from app.mou.signing import models as _signing  # noqa: F401 - tables
    from app.mou.signing import views as signing
    from app.mou.texts import models as _texts  # noqa: F401 - tables
    from app.mou.verifying import views as verifying

    app.register_blueprint(views.bp)
    app.register_blueprint(template_views.bp)
    app.register_blueprint(batches.bp)
    app.register_blueprint(signing.bp)
    app.register_blueprint(drafts.bp)
    app.register_blueprint(reporting.bp)
    app.register_blueprint(verifying.bp)
    add(app, Entry("foot", "verify.show", _l("Check a memorandum"), order=30))
    add_panels(
        app,
        Panel("mou", "mou/_next.html", ending_views.next_steps, place="actions", order=10),
        Panel("mou", "mou/batches/_of_mou.html", batches.batch_of, place="actions", order=15),
        Panel("mou", "mou/_follows.html", ending_views.what_follows, order=5),
        Panel("mou", "mou/_board.html", board_views.board, order=10),
        Panel("mou", "mou/originals/_originals.html", originals.originals, order=15),
        Panel("mou", "mou/_negotiation.html", negotiation.negotiation, order=20),
        Panel("mou", "mou/_progress.html", progress, order=8),
        Panel("organisation", "mou/_agreements.html", of_organisation, order=45),
        Panel("cluster", "mou/_agreements.html", of_cluster, order=30),
    )
    app.jinja_env.globals.update(mou_parties=parties_of, mou_days_left=days_left)
    add(app, Entry("registers", "mou.index", _l("Memoranda"), "pen", order=44))
    records.add(
        app,
        Kind("mou", _l("Memorandum"), _pages, MouForm, called),
        Kind("mou_party", _l("Party to a memorandum"), form=PartyForm),
        Kind("mou_signatory", _l("Signatory"), form=SignatoryForm),
        Kind("mou_commitment", _l("Commitment"), form=CommitmentForm),
        Kind("mou_batch", _l("Batch of memoranda")),
        Kind("mou_template", _l("Template of memoranda")),
        Kind("mou_template_version", _l("Version of a template")),
        Kind("mou_text", _l("Text of a memorandum")),
        Kind("mou_closing", _l("End of a text to be signed")),
        Kind("mou_comment", _l("Comment on a memorandum")),
        Kind("mou_answer", _l("Answer to a comment on a memorandum")),
        Kind("mou_original", _l("Original signed elsewhere")),
        Kind("mou_claim", _l("What is claimed of an original")),
        Kind("mou_finding", _l("What was found in an original")),
        Kind("mou_validation", _l("Check of an original")),
        Kind("mou_link", _l("Link to a memorandum")),
        Kind("mou_signature", _l("Signature on a memorandum")),
        Kind("mou_proposal", _l("Another signatory proposed")),
        Kind("mou_sealed", _l("Sealed document")),
        Kind("mou_evidence_report", _l("Evidence report")),
        Kind("mou_event", _l("Event of a memorandum")),
        Kind("mou_event_private", _l("Origin of an event of a memorandum")),
        Kind("mou_commitment_report", _l("Report on a commitment")),
        Kind("mou_termination", _l("End of a memorandum")),
        Kind("mou_anchor", _l("Anchor of the evidence")),
    )


def _pages(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"/mou/{key}" for key in keys}
