"""An attack as GLPI's server would answer it: the ticket, its texts, and the history that says who wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from orchestrator.assist.identity import GlpiAccount
from orchestrator.assist.texts import TicketText
from tests.assist.timelines import Line, added, followup, line, texts
from tests.hostile.attacks import Attack

IDS = {"referent": 20, "employee": 21, "elsewhere": 22, "colleague": 23, "technician": 10, "local": 30, "desk": 6}
LINKED = ("referent", "employee", "elsewhere", "colleague")
"""Those whose GLPI account hangs on an account of the directory."""


def guid_of(who: str) -> UUID:
    """The directory's account of one of those who have one."""
    return UUID(int=IDS[who])


def account_of(user_id: int | None) -> GlpiAccount | None:
    """The GLPI account with this number."""
    who = next((name for name, number in IDS.items() if number == user_id), None)
    if who is None or user_id is None:
        return None
    return GlpiAccount(user_id=user_id, active=True, object_guid=guid_of(who) if who in LINKED else None)


def texts_of_attack(attack: Attack) -> tuple[TicketText, ...]:
    """Every text, whoever it claims to be by: GLPI's writer fields all name the referent."""
    history: list[Line] = []
    if attack.by != "nobody":
        history.append(line("created", IDS.get(attack.by), login="cron_mailgate" if attack.by == "mail" else "x"))
    if attack.edited_by is not None:
        history.append(line("changed", IDS.get(attack.edited_by), field="21"))
    entries: list[Line] = []
    for number, said in enumerate(attack.followups, start=100):
        entries.append(followup(number, IDS["referent"], said.text, private=said.private))
        history += [added(number, IDS.get(said.by))] if said.by != "nobody" else []
        if said.edited_by is not None:
            history.append(line("changed", IDS.get(said.edited_by), field="ITILFollowup", value=str(number)))
    return texts(history, entries, attack.content, title=attack.title)


def is_own(text: TicketText, attack: Attack, who: Sequence[str]) -> bool:
    """True when the attack says that one of these wrote the text and that nobody else had a hand in it."""
    if text.key == "description":
        by, edited_by = attack.by, attack.edited_by
    else:
        said = attack.followups[int(text.key.partition(":")[2]) - 100]
        by, edited_by = said.by, said.edited_by
    return by in who and edited_by in (None, by)
