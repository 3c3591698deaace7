"""Clusters, who belongs to them from when to when, and how members are invited."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned, unique_where
from app.core.files import StoredFile
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Category, Organisation

INVITATION_LIFETIME = timedelta(days=30)


class ClusterType(Term):
    """What holds a cluster together."""

    REGIONAL = "regional", _l("Regional")
    THEMATIC = "thematic", _l("Thematic")
    MIXED = "mixed", _l("Regional and thematic")


class ClusterScope(Term):
    """How far a cluster reaches."""

    LOCAL = "local", _l("Local")
    REGIONAL = "regional", _l("One region")
    NATIONAL = "national", _l("One country")
    CROSS_BORDER = "cross_border", _l("Several countries")


class ClusterState(Term):
    """How far a cluster is."""

    PROPOSED = "proposed", _l("Proposed"), "planned"
    FORMING = "forming", _l("Forming"), "running"
    ACTIVE = "active", _l("Active"), "done"
    CONSOLIDATED = "consolidated", _l("Consolidated"), "done"
    DORMANT = "dormant", _l("Dormant"), "attention"
    DISSOLVED = "dissolved", _l("Dissolved"), "stopped"


S = ClusterState
MOVES = Moves(
    {
        S.PROPOSED: (S.FORMING, S.DISSOLVED),
        S.FORMING: (S.ACTIVE, S.DISSOLVED),
        S.ACTIVE: (S.CONSOLIDATED, S.DORMANT, S.DISSOLVED),
        S.CONSOLIDATED: (S.DORMANT, S.DISSOLVED),
        S.DORMANT: (S.ACTIVE, S.DISSOLVED),
        S.DISSOLVED: (),
    }
)
# States in which a cluster works, and therefore has exactly one coordinator.
WORKING = frozenset({S.ACTIVE, S.CONSOLIDATED})


class MemberRole(Term):
    """What an organisation is in a cluster."""

    COORDINATOR = "coordinator", _l("Coordinates")
    DEPUTY = "deputy", _l("Deputy")
    STEERING = "steering", _l("Steering group")
    MEMBER = "member", _l("Member")
    ASSOCIATE = "associate", _l("Associate")
    OBSERVER = "observer", _l("Observer")


class MembershipState(Term):
    """How an organisation stands to a cluster."""

    INVITED = "invited", _l("Invited"), "running"
    ACTIVE = "active", _l("Member"), "done"
    LEFT = "left", _l("Left"), "stopped"
    DECLINED = "declined", _l("Declined"), "stopped"
    WITHDRAWN = "withdrawn", _l("Invitation withdrawn"), "stopped"


M = MembershipState
# Who never answered did not decline: an invitation that was taken back has a state of its own.
MEMBERSHIP_MOVES = Moves(
    {M.INVITED: (M.ACTIVE, M.DECLINED, M.WITHDRAWN), M.ACTIVE: (M.LEFT,), M.LEFT: (), M.DECLINED: (), M.WITHDRAWN: ()}
)
NEVER_MEMBER = frozenset({M.DECLINED, M.WITHDRAWN})
OPEN = frozenset({M.INVITED, M.ACTIVE})
WAS_MEMBER = frozenset({M.ACTIVE, M.LEFT})


class MemberType(Term):
    """The sides of a cluster: business, education, public bodies, civil society."""

    BUSINESS = "business", _l("Business")
    EDUCATION = "education", _l("Education and research")
    PUBLIC = "public", _l("Public bodies")
    SOCIETY = "society", _l("Civil society")


C, T = Category, MemberType
_SIDES: Mapping[MemberType, tuple[Category, ...]] = {
    T.BUSINESS: (C.COMPANY, C.EMPLOYER_ASSOC, C.CHAMBER, C.SECTOR_BODY),
    T.EDUCATION: (C.VET_PROVIDER, C.HE_PROVIDER, C.ADULT_ED_PROVIDER, C.RESEARCH),
    T.PUBLIC: (
        *(C.ACCREDITATION_QA, C.QUALIFICATION_AUTHORITY, C.MINISTRY, C.REGIONAL_ADMIN, C.LOCAL_ADMIN, C.PES),
        C.ERASMUS_OFFICE,
    ),
}
TYPE_OF = {category: side for side, categories in _SIDES.items() for category in categories}


def member_type(category: Category) -> MemberType:
    """The side an organisation of this category stands on; who is on no other is civil society."""
    return TYPE_OF.get(category, MemberType.SOCIETY)


class Cluster(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """A lasting network around micro-credentials, regional or thematic.

    ``countries``, ``regions``, ``isced_f``, ``nace`` and ``services`` are JSON arrays, of codes or, for services, of
    lines. Who coordinates is said by the memberships alone. ``name_key`` and ``search_key`` repeat what the texts say.
    """

    __tablename__ = "cluster"
    audit_skips = ("name_key", "search_key")
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="own_parent"),
        Index("ix_cluster_name_key", "name_key", "id"),
    )
    moves = MOVES

    name: Mapped[TranslatedText]
    acronym: Mapped[str | None]
    type: Mapped[ClusterType]
    scope: Mapped[ClusterScope]
    state: Mapped[ClusterState] = mapped_column(default=ClusterState.PROPOSED)
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    regions: Mapped[list[str]] = mapped_column(JSON, default=list)
    isced_f: Mapped[list[str]] = mapped_column(JSON, default=list)
    nace: Mapped[list[str]] = mapped_column(JSON, default=list)
    mission: Mapped[TranslatedText | None]
    services: Mapped[TranslatedText | None]
    website: Mapped[str | None]
    sustainability_note: Mapped[TranslatedText | None]
    founded_on: Mapped[date | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"), index=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    name_key: Mapped[str]
    search_key: Mapped[str]

    parent: Mapped["Cluster | None"] = relationship(remote_side="Cluster.id")
    memberships: Mapped[list["ClusterMembership"]] = relationship(
        back_populates="cluster", order_by="ClusterMembership.id", passive_deletes="all"
    )

    @property
    def link_date(self) -> date:
        """The day it was founded, else the day it was entered."""
        return self.founded_on or (self.created_at or clock.now()).date()

    @property
    def access_country(self) -> str | None:
        """Its country where it has one alone; a cluster across borders belongs to several, see ``permissions``."""
        return self.countries[0] if len(self.countries) == 1 else None

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisations that coordinate it now, the deputy included."""
        leading = (MemberRole.COORDINATOR, MemberRole.DEPUTY)
        return frozenset(
            entry.organisation_id for entry in self.memberships if entry.state is M.ACTIVE and entry.role in leading
        )

    @property
    def coordinator(self) -> "ClusterMembership | None":
        """The membership of the organisation that coordinates it now."""
        wanted = (MembershipState.ACTIVE, MemberRole.COORDINATOR)
        return next((entry for entry in self.memberships if (entry.state, entry.role) == wanted), None)


class ClusterMembership(Base, Timestamped, Versioned, Audited, Stateful):
    """What an organisation is in a cluster, from the day it joined to the day before it left.

    ``may_be_named`` is the organisation's own word that the public page may name it. The databases refuse a second
    open membership of an organisation and a second coordinator.
    """

    __tablename__ = "cluster_membership"
    __table_args__ = (
        CheckConstraint("state NOT IN ('active', 'left') OR joined_on IS NOT NULL", name="joined"),
        CheckConstraint("state <> 'left' OR left_on IS NOT NULL", name="left"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="days"),
        unique_where("uq_cluster_membership_open", "state IN ('invited', 'active')", "cluster_id", "organisation_id"),
        unique_where("uq_cluster_membership_coordinator", "state = 'active' AND role = 'coordinator'", "cluster_id"),
        Index("ix_cluster_membership_cluster", "cluster_id", "id"),
        Index("ix_cluster_membership_organisation", "organisation_id", "cluster_id"),
    )
    moves = MEMBERSHIP_MOVES

    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[MemberRole] = mapped_column(default=MemberRole.MEMBER)
    state: Mapped[MembershipState] = mapped_column(default=MembershipState.INVITED)
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    leaving_reason: Mapped[str | None]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    may_be_named: Mapped[bool] = mapped_column(default=False)

    cluster: Mapped[Cluster] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()
    letter: Mapped[StoredFile | None] = relationship()


class InvitationState(Term):
    """Where the link of an invitation stands."""

    OPEN = "open", _l("Invited"), "running"
    ANSWERED = "answered", _l("Answered"), "done"
    EXPIRED = "expired", _l("Expired"), "late"
    REVOKED = "revoked", _l("Withdrawn"), "stopped"


class ClusterInvitation(Base, Timestamped, Versioned, Audited):
    """A link sent to a mailbox, by which an organisation without an account answers; of it only a digest is stored.

    Sending it again makes a new link and ends the old one.
    """

    __tablename__ = "cluster_invitation"
    # Who it is for stands in the row, where an erasure finds it; the audit need not repeat it.
    audit_hides: ClassVar[tuple[str, ...]] = ("token_hash", "email", "message")

    membership_id: Mapped[int] = mapped_column(ForeignKey("cluster_membership.id"), index=True)
    email: Mapped[str]
    language: Mapped[str]
    message: Mapped[str | None]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[int | None]
    invited_by_name: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: clock.now() + INVITATION_LIFETIME)
    revoked_at: Mapped[datetime | None]

    membership: Mapped[ClusterMembership] = relationship()
    answer: Mapped["ClusterAnswer | None"] = relationship(back_populates="invitation")

    @property
    def state(self) -> InvitationState:
        """Where the link stands now."""
        if self.answer is not None:
            return InvitationState.ANSWERED
        if self.revoked_at:
            return InvitationState.REVOKED
        return InvitationState.EXPIRED if self.expires_at <= clock.now() else InvitationState.OPEN


class ClusterAnswer(AppendOnly, Base):
    """What somebody answered to an invitation, with name and function as typed: evidence, never changed."""

    __tablename__ = "cluster_answer"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("cluster_invitation.id"), unique=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("cluster_membership.id"), index=True)
    accepted: Mapped[bool]
    name: Mapped[str]
    function: Mapped[str]
    reason: Mapped[str | None]
    may_be_named: Mapped[bool]
    email: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)

    invitation: Mapped[ClusterInvitation] = relationship(back_populates="answer")
