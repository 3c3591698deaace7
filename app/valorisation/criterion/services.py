"""A rule is settled, and that is all that happens to rules."""

from collections.abc import Iterable

from app.core import clock
from app.core.access import Actor, Permission
from app.extensions import db
from app.valorisation.criterion import queries, rules
from app.valorisation.criterion.models import ValorisedRule


def settle(actor: Actor, seen: int | None, ways: Iterable[Iterable[str]], reason: str) -> ValorisedRule:
    """Settle by which ways something counts as valorised, from today on; what counted on earlier days stays.

    ``seen`` is the number of the rule that whoever settles has read. Raises ``SettledMeanwhile``, ``NoWay``,
    ``NeverDecides``, ``Unchanged`` and ``NotAllowed``.
    """
    actor.check(Permission.VALORISED_SETTLE)
    now = queries.latest()
    if seen != now.number:
        raise rules.SettledMeanwhile
    said = rules.check_ways(rules.ordered(ways), now.ways)
    made = ValorisedRule(
        number=now.number + 1,
        ways=said,
        holds_from=clock.today(),
        reason=reason,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    return made
