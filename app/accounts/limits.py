"""How often one may try: every way of signing in is counted by address, and by the account it aims at.

Counting by account alone would let a stranger lock somebody out of every way in; so each way counts for itself, and a
passkey still opens while passwords are refused. What turned out to be right gives back what it cost, and no more, so
that a school behind one address is not shut out by its own success, while whoever guesses gains nothing by signing in
to an account of their own. Accounts are counted under a keyed hash: the counters, in memory or in Redis, name nobody.
When Redis does not answer, each process counts for itself.
"""

import hashlib
import logging
import math
from dataclasses import dataclass

from flask import Flask, current_app, g, request, session
from flask_login import current_user
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests

from app.core import clock
from app.extensions import limiter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """How often an endpoint answers to POST; ``way`` is what is counted together.

    ``reads`` counts GET as well, where an address alone may be guessed. The account is that of whoever is signed in or
    halfway in, or the one whose address is ``typed``.
    """

    way: str
    by_address: str
    by_account: str | None = None
    typed: bool = False
    reads: bool = False


PASSWORD = Rule("password", "30/minute; 200/hour", "10/15 minutes; 50/day", typed=True)
CODE = Rule("code", "30/minute; 200/hour", "6/15 minutes; 30/day")
RECOVERY = Rule("recovery code", "30/minute; 200/hour", "6/15 minutes; 30/day")
MAIL = Rule("mail", "10/minute; 40/hour", "4/15 minutes; 12/day", typed=True)
LINK = Rule("link", "20/minute; 100/hour")
PERSONAL = Rule("personal link", "30/minute; 200/hour", reads=True)
CHALLENGE = Rule("challenge", "120/minute; 900/hour")
PASSKEY = Rule("passkey", "40/minute; 300/hour")
CONFIRM = Rule("confirm", "30/minute; 200/hour", "10/15 minutes; 50/day")
INVITE = Rule("invite", "60/minute; 400/hour", "100/hour")

RULES = {
    "security.login": PASSWORD,
    "security.two_factor_token_validation": CODE,
    "security.mf_recovery": RECOVERY,
    "security.forgot_password": MAIL,
    "security.reset_password": LINK,
    "security.wan_signin": CHALLENGE,
    "security.wan_signin_response": PASSKEY,
    "security.verify": CONFIRM,
    "security.wan_verify": CHALLENGE,
    "security.wan_verify_response": PASSKEY,
    "security.change_password": CONFIRM,
    "security.wan_register": CONFIRM,
    "security.wan_register_response": CONFIRM,
    "security.mf_recovery_codes": CONFIRM,
    "account.authenticator": CODE,
    "entry.ask_link": MAIL,
    "entry.use_link": LINK,
    "entry.invitation": LINK,
    "accounts.invite": INVITE,
    "accounts.resend": INVITE,
}

# Where a request notes what it was counted for.
SPENT = "portal.spent"

_own = FixedWindowRateLimiter(MemoryStorage())


def init_limits(app: Flask) -> None:
    """Count requests before they are answered."""
    app.before_request(_count)


def _count() -> None:
    rule = RULES.get(request.endpoint or "") if limiter.enabled else None
    if rule is None or not (rule.reads or request.method == "POST"):
        return
    _spend(rule.by_address, rule.way, "address", request.remote_addr or "")
    account = _account(rule) if rule.by_account else None
    if account and rule.by_account:
        _spend(rule.by_account, rule.way, "account", account)


def give_back() -> None:
    """Undo what this request was counted for, because what it brought was right; a second time it does nothing."""
    for strategy, item, name in g.pop(SPENT, ()):
        key = item.key_for(*name)
        try:
            if strategy.storage.get(key) > 0:
                strategy.storage.incr(key, item.get_expiry(), amount=-1)
        except strategy.storage.base_exceptions:
            log.warning("The store of rate limits does not answer; an attempt that was right stays counted.")


def _account(rule: Rule) -> str | None:
    """Whom the attempt aims at, hashed with our key."""
    aim: str | None
    if rule.typed:
        aim = request.form.get("email", "").strip().casefold()
    elif current_user.is_authenticated:
        aim = current_user.get_id()
    else:
        aim = session.get("tf_user_id")
    if not aim:
        return None
    key = str(current_app.config["SECRET_KEY"]).encode()[:64]
    return hashlib.blake2b(aim.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


def _spend(allowance: str, *name: str) -> None:
    for item in parse_many(allowance):
        wait = _hit(item, *name)
        if wait is not None:
            log.warning("Too many attempts: %s by %s, %s.", name[0], name[1], item)
            raise TooManyRequests(retry_after=wait)


def _hit(item: RateLimitItem, *name: str) -> int | None:
    """Count one attempt; answers the seconds to wait when it was one too many."""
    try:
        return _wait(limiter.limiter, item, *name)
    except limiter.storage.base_exceptions:
        log.warning("The store of rate limits does not answer; this process counts for itself.")
        return _wait(_own, item, *name)


def _wait(strategy: RateLimiter, item: RateLimitItem, *name: str) -> int | None:
    if strategy.hit(item, *name):
        g.setdefault(SPENT, []).append((strategy, item, name))
        return None
    return max(1, math.ceil(strategy.get_window_stats(item, *name).reset_time - clock.now().timestamp()))
