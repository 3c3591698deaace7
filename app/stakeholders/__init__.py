"""Organisations and people: who takes part, under which names, and who spoke for whom."""

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.access import Permission
from app.core.navigation import Entry, add
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages and its entries in the frame."""
    from app.stakeholders import (
        duplicate_views,  # noqa: F401 - it puts its pages into the blueprint
        forms,
        merge_views,  # noqa: F401 - as above
        people_forms,
        people_merge_views,  # noqa: F401 - as above
        people_views,
        privacy_views,
        views,
    )
    from app.stakeholders.imports import forgetting as _forgetting  # noqa: F401 - what happens to files on erasure
    from app.stakeholders.imports import jobs as _jobs  # noqa: F401 - the worker has to know its kind of job
    from app.stakeholders.imports import views as import_views
    from app.stakeholders.imports.organisation_register import OrganisationRegister
    from app.stakeholders.listing import OrganisationListing, region_name
    from app.stakeholders.merging import can_be_undone

    OrganisationRegister.listing = OrganisationListing
    app.jinja_env.globals.update(region_name=region_name, can_be_undone=can_be_undone)
    app.register_blueprint(people_views.bp)
    app.register_blueprint(privacy_views.bp)
    app.register_blueprint(views.bp)
    app.register_blueprint(import_views.bp)
    add(
        app,
        Entry(
            "registers",
            "stakeholders.index",
            _l("Stakeholders"),
            "people",
            order=40,
            shows=lambda actor: actor.may(Permission.STAKEHOLDER_READ),
        ),
        Entry(
            "registers",
            "people.index",
            _l("People"),
            "person-vcard",
            order=45,
            shows=lambda actor: actor.may(Permission.PERSON_READ),
        ),
        Entry("foot", "privacy.index", _l("Privacy"), order=20),
    )
    records.add(
        app,
        Kind(
            "organisation",
            _l("Organisation"),
            lambda keys: {k: url_for("stakeholders.show", organisation_id=k) for k in keys},
            forms.OrganisationForm,
        ),
        Kind("organisation_name", _l("Name of an organisation")),
        Kind(
            "person",
            _l("Person"),
            lambda keys: {k: url_for("people.show", person_id=k) for k in keys},
            people_forms.PersonForm,
        ),
        Kind("affiliation", _l("Function at an organisation"), form=people_forms.AffiliationForm),
        Kind("consent_entry", _l("Consent")),
        Kind("organisation_merge", _l("Merged entries")),
        Kind("organisation_not_same", _l("Found to be different")),
        Kind("person_merge", _l("Merged entries")),
        Kind("person_not_same", _l("Found to be different")),
        Kind("import_batch", _l("Imported file")),
        Kind("import_row", _l("Row of an import")),
        Kind("import_mapping", _l("Columns of an import")),
    )
