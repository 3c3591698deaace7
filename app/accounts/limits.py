"""How often one may try: every way of signing in is counted by address, and by the account it aims at.

Counting by account alone would let a stranger lock somebody out of every way in; so each way counts for itself, and a
passkey still opens while passwords are refused. Accounts are counted under a keyed hash: the counters, in memory or in
Redis, name nobody. When Redis does not answer, each process counts for itself.
"""

import hashlib
import logging
import math
from dataclasses import dataclass

from flask import Flask, current_app, request, session
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
    """How often an endpoint answers to POST; ``way`` is what is counted together."""

    way: str
    by_address: str
    by_account: str | None = None


PASSWORD = Rule("password", "30/minute; 200/hour", "10/15 minutes; 50/day")
CODE = Rule("code", "30/minute; 200/hour", "6/15 minutes; 30/day")
MAIL = Rule("mail", "10/minute; 40/hour", "4/15 minutes; 12/day")
LINK = Rule("link", "20/minute; 100/hour")
PASSKEY = Rule("passkey", "40/minute; 300/hour")
CONFIRM = Rule("confirm", "30/minute; 200/hour", "10/15 minutes; 50/day")
INVITE = Rule("invite", "60/minute; 400/hour", "100/hour")

RULES = {
    "security.login": PASSWORD,
    "security.two_factor_token_validation": CODE,
    "security.mf_recovery": CODE,
    "security.forgot_password": MAIL,
    "security.reset_password": LINK,
    "security.wan_signin": PASSKEY,
    "security.wan_signin_response": PASSKEY,
    "security.verify": CONFIRM,
    "security.wan_verify": PASSKEY,
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

_own = FixedWindowRateLimiter(MemoryStorage())


def init_limits(app: Flask) -> None:
    """Count requests before they are answered."""
    app.before_request(_count)


def _count() -> None:
    rule = RULES.get(request.endpoint or "") if request.method == "POST" and limiter.enabled else None
    if rule is None:
        return
    _spend(rule.by_address, rule.way, "address", request.remote_addr or "")
    account = _account() if rule.by_account else None
    if account and rule.by_account:
        _spend(rule.by_account, rule.way, "account", account)


def _account() -> str | None:
    """Whom the attempt aims at: the person signed in, the one halfway in, or the address typed; hashed with our key."""
    if current_user.is_authenticated:
        aim = current_user.get_id()
    else:
        aim = session.get("tf_user_id") or request.form.get("email", "").strip().casefold()
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
        return None
    return max(1, math.ceil(strategy.get_window_stats(item, *name).reset_time - clock.now().timestamp()))
