"""Every page there is, with who opens it: what the checks of the look walk through."""

from app.core.access import Role

PUBLIC = (
    "/",
    "/events/",
    "/events/month?month=2025-05",
    "/events/5",
    "/microcredentials/",
    "/microcredentials/AM-03",
    "/feeds/",
    "/sign-in",
    "/sign-in/link",
    "/nowhere",
)
COORDINATOR = (
    "/",
    "/events/",
    "/events/month?month=2025-05",
    "/events/5",
    "/events/5/edit",
    "/events/new",
    "/events/log",
    "/microcredentials/",
    "/microcredentials/AM-03",
    "/microcredentials/AM-03/edit",
    "/microcredentials/AM-03/retire",
    "/microcredentials/AM-03/concerns/event",
    "/microcredentials/new",
    "/microcredentials/import",
    "/stakeholders/",
    "/stakeholders/2",
    "/stakeholders/2/edit",
    "/stakeholders/new",
    "/stakeholders/duplicates",
    "/stakeholders/29/merge",
    "/stakeholders/29/merge/30",
    "/stakeholders/people/",
    "/stakeholders/people/1",
    "/stakeholders/people/1/edit",
    "/stakeholders/people/new",
    "/feeds/",
    "/account/",
    "/accounts/",
    "/operations/mailbox",
    "/operations/jobs",
)
EVERY_PAGE = [*((None, path) for path in PUBLIC), *((Role.COORDINATOR, path) for path in COORDINATOR)]
