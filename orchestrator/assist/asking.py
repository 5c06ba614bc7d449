"""What one clause asks: a plan, or nothing. Questions, wishes undone, things past and other systems ask nothing."""

from __future__ import annotations

from orchestrator.assist.clauses import Clause, Item
from orchestrator.assist.orders import fits, is_ordered, read_orders
from orchestrator.assist.plans import Asked, Plan
from orchestrator.assist.saying import is_condition
from orchestrator.assist.states import read_states
from orchestrator.assist.systems import is_file


def read_clause(clause: Clause) -> Asked | None:
    """The plan that a clause asks, whatever system it speaks of; None when it asks nothing."""
    if clause.has("MAIL_SEEN") or _is_yours(clause.items):
        return None
    for reader in (read_orders, read_states, _read_movements):
        if (asked := reader(clause)) is not None:
            return asked
    return None


def _is_yours(items: tuple[Item, ...]) -> bool:
    """ "votre mot de passe expire": the words of a mail that we are shown, or of a phisher."""
    yours = [at for at, item in enumerate(items) if item.tag == "YOUR"]
    return any(item.tag in ("SECRET", "ACCOUNT") for at in yours for item in items[at + 1 : at + 3])


def has_second_order(clause: Clause, asked: Asked) -> bool:
    """True when the clause orders another thing too, which is not read: somebody must look at it."""
    orders = {"ENABLE", "CREATE", "DISABLE"} if asked.certainty > 0.8 else set()
    mine = clause.items[asked.at].tag
    return any(
        item.tag in orders and item.tag != mine and is_ordered(clause, at) and fits(clause, at)
        for at, item in enumerate(clause.items)
    )


def _read_movements(clause: Clause) -> Asked | None:
    if clause.has("HOWTO", "NOT") or is_condition(clause.items):
        return None
    if (
        clause.has("MOVE")
        and (clause.has("NAME", "STAFF", "JOB", "POSS3") or clause.has("ACCOUNT"))
        and not clause.has("CREATE", "DISABLE")
    ):
        at = clause.first("MOVE")
        return None if is_file(clause) else Asked(Plan.MOVE, 0.8, at)
    return None


def reads_arrival(clause: Clause) -> bool:
    """True when the clause says that somebody comes: not the author, nor "arrive plus"."""
    newcomer = any(
        one.fold in ("nouveau", "nouvel", "nouvelle", "nouveaux", "nouvelles") and two.tag in ("JOB", "STAFF", "NAME")
        for one, two in zip(clause.items, clause.items[1:], strict=False)
    )
    comes = clause.has("ARRIVE") and clause.has("NAME", "JOB", "STAFF", "POSS3", "OUR")
    return (newcomer or comes) and not clause.has("CANT", "HOWTO")


def read_need(clause: Clause) -> Asked | None:
    """An account that a newcomer needs: "il lui faut une session". Only where the text tells of a newcomer."""
    wants = clause.first("NEED", "OPEN", "GIVE", "ASK")
    if wants < 0 or not (clause.has("ACCOUNT") or (clause.has("AD") and clause.has("DEVICE", "MAILBOX"))):
        return None
    if clause.has("MY", "NOT", "CANT", "HOWTO", "LOCKED", "UNLOCK", "RESET", "DISABLE", "ENABLE", "LEAVE", "FORGOT"):
        return None
    return None if is_condition(clause.items) else Asked(Plan.CREATE_ACCOUNT, 0.7, wants)
