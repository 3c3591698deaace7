"""The registers that files can be imported into, by what the files hold."""

from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.organisation_register import OrganisationRegister
from app.stakeholders.imports.person_register import PersonRegister
from app.stakeholders.imports.register import Register

REGISTERS: dict[ImportKind, type[Register]] = {
    register.kind: register for register in (OrganisationRegister, PersonRegister)
}
