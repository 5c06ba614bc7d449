"""How many accounts are changed at most: of one person, on one site, in all. Counted once for each request."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from orchestrator.agent.policy import Code
from orchestrator.assist.action import Action
from orchestrator.assist.confirmations import CONFIRMATION_LIFE
from orchestrator.assist.settings import AssistSettings
from orchestrator.assist.tables import account_write, confirmation, request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE_AT_A_TIME = 0x51DA
"""Key of PostgreSQL's advisory lock: two replicas must not both take the last place."""


def find_over_cap(connection: sa.Connection, action: Action, settings: AssistSettings, now: datetime) -> Code | None:
    """The limit that is used up; None when this request may change an account, or has been counted already.

    Where no site is known all such requests share the limit of one site.
    """
    counted = sa.select(account_write.c.at).where(account_write.c.request_key == action.request_key)
    if connection.execute(counted).scalar() is not None:
        return None
    mine = account_write.c.account == action.account_name
    here = account_write.c.site == action.site if action.site is not None else account_write.c.site.is_(None)
    limits = (
        (Code.CAP_ACCOUNT, mine, DAY, settings.assist_per_account),
        (Code.CAP_SITE, here, HOUR, settings.assist_per_site),
        (Code.CAP_TOTAL, sa.true(), HOUR, settings.assist_per_hour),
        (Code.CAP_TOTAL, sa.true(), DAY, settings.assist_per_day),
    )
    for code, which, period, limit in limits:
        count = sa.select(sa.func.count()).select_from(account_write).where(which, account_write.c.at > now - period)
        if int(connection.execute(count).scalar_one()) >= limit:
            return code
    return Code.CAP_ACCOUNT if _is_asked_too_often(connection, action, settings, now) else None


def _is_asked_too_often(connection: sa.Connection, action: Action, settings: AssistSettings, now: datetime) -> bool:
    """True when nobody answered the links of other requests about this account: the next would be one more mail."""
    asked = sa.select(confirmation.c.id).where(confirmation.c.request_key == action.request_key)
    if connection.execute(asked).first() is not None:
        return False
    about = request.c.action["account"]["object_guid"].as_string() == action.account_name
    unanswered = confirmation.c.confirmed_at.is_(None) & (confirmation.c.expires_at > now + CONFIRMATION_LIFE - DAY)
    joined = sa.select(sa.func.count()).select_from(confirmation).join(request)
    return int(connection.execute(joined.where(about, unanswered)).scalar_one()) >= settings.assist_per_account


def count_write(connection: sa.Connection, action: Action, settings: AssistSettings, now: datetime) -> Code | None:
    """Count this request before its first write, or say which limit is used up: then nothing may be written.

    Checked and counted as one, whoever else does the same; a request that comes again is counted once.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    over = find_over_cap(connection, action, settings, now)
    if over is not None:
        return over
    row = {"request_key": action.request_key, "plan": action.plan, "account": action.account_name}
    known = sa.select(account_write.c.at).where(account_write.c.request_key == action.request_key)
    if connection.execute(known).scalar() is None:
        connection.execute(account_write.insert().values(**row, site=action.site, at=now))
    return None
