"""Keeps the days on which plan items are due in the calendars, inside the transaction that changes one.

Plans are the consortium's own, so no public feed has them: a plan's items stand in the feed that a person's secret for
this plan opens, and one's own feed has those that one answers for. What is done says so; what is dropped, or whose plan
is archived, is cancelled. A draft that was never shown to anybody is in none.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import InstanceState, Session, joinedload, selectinload

from app.core import clock, portal
from app.core.asked import key_of
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.mentions import after_redaction
from app.events.scopes import named
from app.extensions import db
from app.feeds.entries import MEMBERS, also_renewed, count_up, naming
from app.feeds.models import CalendarEntry
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.items.services import after_change as after_item_change
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.services import after_change as after_plan_change

if TYPE_CHECKING:
    from app.events.ical import CalendarFacts

SORT = "plan"
Status = Literal["tentative", "confirmed", "cancelled"]


def plan_of(scope: str | None) -> int | None:
    """The key of the plan that a scope names; ``None`` for another one."""
    sort, _colon, key = (scope or "").partition(":")
    return key_of(key) if sort == SORT else None


def status_of(item: ItemState, plan: PlanState, is_approved: bool) -> Status:
    """How a calendar shows an item: tentative until its plan was approved once, cancelled with it or by itself."""
    if item is ItemState.CANCELLED or plan is PlanState.ARCHIVED:
        return "cancelled"
    return "confirmed" if is_approved else "tentative"


def follow(item: PlanItem) -> None:
    """Keep the calendars in step with an item that was added, changed, moved, done, dropped or deleted."""
    store(db.session, item.plan_id, [] if _is_gone(item) else [item])


def follow_plan(plan: ActionPlan) -> None:
    """Keep the calendars in step with a plan that was sent into consultation, approved, archived or deleted."""
    store(db.session, plan.id, [] if _is_gone(plan) else db.session.scalars(_items(plan.id)).all())


def follow_redaction(record: object) -> None:
    """Keep the calendars in step with an item out of which somebody's name was taken."""
    if isinstance(record, PlanItem):
        follow(record)


def renew(session: Session, microcredential: int | None) -> None:
    """Render the due days anew, all that there are or those of what concerns one micro-credential."""
    wanted = _items()
    if microcredential is not None:
        wanted = wanted.where(PlanItem.id.in_(_concerning(microcredential)))
    by_plan: dict[int, list[PlanItem]] = {}
    for item in session.scalars(wanted):
        by_plan.setdefault(item.plan_id, []).append(item)
    for plan_id, items in by_plan.items():
        store(session, plan_id, items)


after_item_change.append(follow)
after_plan_change.append(follow_plan)
after_redaction.append(follow_redaction)


def store(session: Session, plan_id: int, items: Sequence[PlanItem]) -> None:
    """Render what calendars show of items of one plan, and count up the feeds they are in.

    An entry whose octets would be the same keeps its sequence and stamp; any other counts its sequence up. The feeds
    are counted up in any case: who answers for an item may change without a word of its entry.
    """
    wanted = select(CalendarEntry).where(CalendarEntry.item_id.in_([item.id for item in items]))
    held = {entry.item_id: entry for entry in session.scalars(wanted)} if items else {}
    for item in items:
        entry = held.get(item.id)
        if entry is not None:
            if _rendered(item, entry) == entry.member_octets:
                continue
            entry.sequence, entry.stamped_at = entry.sequence + 1, clock.now()
        elif item.plan.state is PlanState.DRAFT and not item.plan.versions:
            continue
        else:
            entry = CalendarEntry(uid=item.uid, item_id=item.id, sequence=0, stamped_at=item.updated_at)
        with session.no_autoflush:  # it is whole only with its octets
            entry.member_octets = _rendered(item, entry)
        session.add(entry)
    session.flush()
    count_up(session, named(SORT, plan_id))
    count_up(session, MEMBERS)


def _is_gone(record: PlanItem | ActionPlan) -> bool:
    state: InstanceState[PlanItem | ActionPlan] = inspect(record)
    return state.deleted or state.was_deleted


def _items(plan_id: int | None = None) -> Select[PlanItem]:
    wanted = (
        select(PlanItem)
        .options(
            joinedload(PlanItem.plan).selectinload(ActionPlan.versions),
            joinedload(PlanItem.organisation),
            selectinload(PlanItem.microcredential_links),
        )
        .order_by(PlanItem.id)
    )
    return wanted if plan_id is None else wanted.where(PlanItem.plan_id == plan_id)


def _concerning(key: int) -> Select[tuple[int]]:
    link = PlanItem.link_model
    stored = select(CalendarEntry.item_id).where(CalendarEntry.item_id.is_not(None))
    return select(link.record_id).where(link.microcredential_id == key, link.record_id.in_(stored))


naming.append(_concerning)
also_renewed.append(renew)


def _rendered(item: PlanItem, entry: CalendarEntry) -> bytes:
    from app.events.ical import Audience, vevent

    return vevent(_facts(item, entry), audience=Audience.MEMBER).encode()


def _facts(item: PlanItem, entry: CalendarEntry) -> "CalendarFacts":
    from app.events.ical import CalendarFacts  # icalendar is heavy, and most processes only read

    consortium, plan = portal.consortium(), item.plan
    title = read_in(item.title, SOURCE_LANGUAGE)
    spoken = consortium.by_language.get(title.language) if title else None
    codes = [one.code for one in item.microcredentials]
    word = "Done" if item.state is ItemState.DONE else "Due"
    return CalendarFacts(
        uid=item.uid,
        domain=consortium.uid_domain,
        sequence=entry.sequence,
        created=item.created_at,
        changed=entry.stamped_at or item.updated_at,
        all_day=True,
        starts=item.due_on,
        ends=item.due_on,
        zone=consortium.zone,
        title=f"{word}: {title.text if title else ''}",
        page_url=f"{portal.settings().public_url}/valorisation/items/{item.id}",
        status=status_of(item.state, plan.state, bool(plan.versions)),
        description="\n\n".join(_said(item, consortium.by_country[plan.country].name[SOURCE_LANGUAGE], codes)),
        categories=("Plan item", plan.country, *codes),
        transparent=True,
        language=spoken.html if spoken else SOURCE_LANGUAGE,
    )


def _said(item: PlanItem, country: str, codes: Sequence[str]) -> list[str]:
    """What stands beneath an entry: whose it is, since when it is done, where its day was at first."""
    said = [f"Valorisation plan of {country}, item {item.number}"]
    said += [f"Answers for it: {item.organisation.name}"] if item.organisation else []
    said += [f"Done on {item.done_on}"] if item.done_on else []
    said += [f"First promised for {item.baseline_on}"] if item.baseline_on != item.due_on else []
    said += [f"Micro-credentials: {', '.join(codes)}"] if codes else []
    return said
