"""The mail queue: what POST /QueuedNotification accepts and what a run makes of it (sheet, section 8)."""

from __future__ import annotations

import json
import re
import secrets
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formataddr, formatdate

import aiosmtplib

from simulators.glpi.access import NO_PERMISSION
from simulators.glpi.call import Call
from simulators.glpi.columns import default_row
from simulators.glpi.errors import RefusedError
from simulators.glpi.fields import given_columns
from simulators.glpi.notices import thread_id
from simulators.glpi.state import DATE_FORMAT, GlpiState, Row
from simulators.glpi.text import is_address

SMTP_TIMEOUT_S = 5


def create_queued(call: Call, given: Row) -> Row:
    """Anybody logged in may queue anything; nothing but `mode` is asked for."""
    state = call.state
    row = default_row(state.version, "queued")
    row |= given_columns(state, "queued", given, without=("is_deleted", "sent_try", "sent_time", "create_time"))
    if not row["mode"]:
        raise RefusedError("Le champ 'mode' n'a pas de valeur par défaut")
    if isinstance(given.get("headers"), dict):
        row["headers"] = state.stored(json.dumps(given["headers"], ensure_ascii=False))
    due = (state.clock() + timedelta(seconds=state.mail_delay_s)).strftime(DATE_FORMAT)
    return state.insert("queued", row | {"id": None, "create_time": state.now(), "send_time": row["send_time"] or due})


def update_queued(call: Call, row: Row, given: Row) -> str:
    """PUT /QueuedNotification."""
    row.update(given_columns(call.state, "queued", given))
    return ""


def delete_queued(call: Call, row: Row, *, purge: bool) -> None:
    """To the bin (it will not leave), or gone."""
    if not call.profile.sees_all:
        raise RefusedError(NO_PERMISSION)
    if purge:
        del call.state.queued[row["id"]]
    else:
        row["is_deleted"] = 1


async def run_mail_queue(state: GlpiState) -> int:
    """One run of the automatic action: try every row that is due; how many left. Nothing in internal mode."""
    if state.queue_mode != "cli":
        return 0
    async with state.queue_lock:
        now = state.now()
        due = [row for row in state.queued.values() if not row["is_deleted"] and row["send_time"] <= now]
        return sum([await _try_row(state, row) for row in due])


async def _try_row(state: GlpiState, row: Row) -> bool:
    if state.version != "9.5" and (row["sendername"] is None or row["recipientname"] is None):
        _count_failure(state, row, tries=2, is_postponed=False)
        return False
    if not is_address(row["recipient"] or "") or not await _is_accepted(state, row):
        _count_failure(state, row, tries=1, is_postponed=True)
        return False
    row |= {"is_deleted": 1, "sent_time": state.now()}
    return True


def _count_failure(state: GlpiState, row: Row, *, tries: int, is_postponed: bool) -> None:
    row["sent_try"] += tries
    if row["sent_try"] > state.smtp_max_retries:
        row["is_deleted"] = 1
    elif is_postponed:
        row["send_time"] = (state.clock() + timedelta(minutes=state.smtp_retry_minutes)).strftime(DATE_FORMAT)


async def _is_accepted(state: GlpiState, row: Row) -> bool:
    """Whether the relay took the mail; without a relay everything counts as taken."""
    if state.smtp is None:
        return True
    host, port = state.smtp
    try:
        await aiosmtplib.send(
            build_mail(state, row),
            sender=row["sender"] or "",
            recipients=[row["recipient"]],
            hostname=host,
            port=port,
            start_tls=False,
            timeout=SMTP_TIMEOUT_S,
        )
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def build_mail(state: GlpiState, row: Row) -> EmailMessage:
    """The message a queued row becomes."""
    real = {key: state.real(value) for key, value in row.items()}
    mail = EmailMessage()
    mail["Subject"] = _one_line(real["name"])
    mail["From"] = formataddr((_one_line(real["sendername"]), row["sender"] or ""))
    mail["To"] = formataddr((_one_line(real["recipientname"]), row["recipient"]))
    if real["replyto"]:
        mail["Reply-To"] = formataddr((_one_line(real["replytoname"]), real["replyto"]))
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{_message_id(state, real['messageid'])}>"
    parent = _parent_id(state, row)
    if parent:
        mail["In-Reply-To"] = mail["References"] = f"<{parent}>"
    for key, value in json.loads(real["headers"] or "{}").items():
        if key not in mail:
            mail[key] = _one_line(value)
    _fill_body(mail, real)
    return mail


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())


def _message_id(state: GlpiState, wanted: str | None) -> str:
    """The caller's, if it reads left@right without brackets; else a random one."""
    if wanted and re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", wanted):
        return wanted
    return f"{secrets.token_hex(12)}@{state.mail_host}"


def _parent_id(state: GlpiState, row: Row) -> str | None:
    """The mail this one answers to: the item's first notification, or the older form without an event."""
    event = row.get("event")
    if not row["itemtype"] or not row["items_id"] or event == "new":
        return None
    if event is None:
        return f"GLPI-{row['itemtype']}-{row['items_id']}@{state.mail_host}"
    return thread_id(state, row["itemtype"], row["items_id"])


def _fill_body(mail: EmailMessage, real: Row) -> None:
    if real["body_text"] or not real["body_html"]:
        mail.set_content(real["body_text"] or "")
    if real["body_html"] and real["body_text"]:
        mail.add_alternative(real["body_html"], subtype="html")
    elif real["body_html"]:
        mail.set_content(real["body_html"], subtype="html")
