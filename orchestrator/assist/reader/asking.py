"""What one clause asks: a plan, or nothing. Questions, wishes undone, things past and other systems ask nothing."""

from __future__ import annotations

from orchestrator.assist.plans import Asked, Plan
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.objects import fits
from orchestrator.assist.reader.orders import is_ordered, read_orders
from orchestrator.assist.reader.saying import is_condition
from orchestrator.assist.reader.states import read_states
from orchestrator.assist.reader.systems import is_file


def read_clause(clause: Clause) -> Asked | None:
    """The plan that a clause asks, whatever system it speaks of; None when it asks nothing."""
    if clause.has("MAIL_SEEN") or _is_yours(clause.items):
        return None
    for reader in (read_orders, read_states, _read_movements):
        if (asked := reader(clause)) is not None:
            return asked
    return None


def is_echo(clause: Clause) -> bool:
    """ "Celui de Mme X aussi", "idem pour Mme X": what the clause before asked, for somebody else."""
    also = any(item.fold in ("aussi", "egalement", "idem", "pareil") for item in clause.items)
    return also and len(clause.items) < 9 and clause.has("CELUI", "NAME") and not clause.has("NOT", "OTHER", "THING")


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
    if clause.has("MOVE") and _moves_somebody(clause) and not clause.has("CREATE", "DISABLE"):
        at = clause.first("MOVE")
        return None if is_file(clause) else Asked(Plan.MOVE, 0.8, at)
    return None


def _moves_somebody(clause: Clause) -> bool:
    """Somebody, or an account, moves: not a call, a desk or a file that somebody wants moved."""
    at = clause.first("MOVE")
    if not clause.items[at].fold.startswith(("deplac", "transfer", "bascul")):
        return clause.has("NAME", "STAFF", "JOB", "POSS3", "ACCOUNT", "I")
    return clause.has("ACCOUNT", "CELUI") or any(item.tag == "NAME" for item in clause.items[at + 1 : at + 2])


def reads_arrival(clause: Clause) -> bool:
    """True when the clause says that somebody comes: not the author, nor "arrive plus"."""
    newcomer = any(
        one.fold in ("nouveau", "nouvel", "nouvelle", "nouveaux", "nouvelles") and two.tag in ("JOB", "STAFF", "NAME")
        for one, two in zip(clause.items, clause.items[1:], strict=False)
    )
    comes = clause.has("ARRIVE") and clause.has("NAME", "JOB", "STAFF", "POSS3", "OUR")
    return (newcomer or comes) and not clause.has("CANT", "HOWTO")


def is_for_somebody(clause: Clause) -> bool:
    """ "Il faut un compte pour une remplaçante": one that is not there yet."""
    at = clause.first("ACCOUNT")
    wanted = at >= 0 and clause.items[at].fold in ("compte", "comptes", "session", "sessions", "identifiants")
    if (
        not wanted
        or clause.has("DEVICE", "THING", "OTHER")
        or not any(item.tag == "NEED" for item in clause.items[:at])
    ):
        return False
    new = clause.items[at - 1].tag in ("ART", "w") and clause.items[at - 1].fold not in ("le", "la", "l", "les")
    rest = [item.tag for item in clause.items[at + 1 :]]
    return new and "FOR" in rest and bool({"JOB", "STAFF", "NAME"} & set(rest[rest.index("FOR") :]))


def _has_none(items: tuple[Item, ...]) -> int:
    """Where "n'a pas de compte", "ni session" says so, or ": session + mail" lists it; -1 for nowhere."""
    for at in range(2, len(items)):
        if items[at].tag == "ACCOUNT" and items[at - 1].fold in ("ni", ":"):
            return at
        if (
            items[at].tag == "ACCOUNT"
            and items[at - 1].tag == "OF"
            and items[at - 2].fold in ("pas", "encore", "aucun")
        ):
            return at
    return -1


def read_need(clause: Clause) -> Asked | None:
    """An account that a newcomer needs: "il lui faut une session". Only where the text tells of a newcomer."""
    wants = max(clause.first("NEED", "OPEN", "GIVE", "ASK"), _has_none(clause.items))
    if wants < 0 or not (clause.has("ACCOUNT") or (clause.has("AD") and clause.has("DEVICE", "MAILBOX"))):
        return None
    if clause.has("NOT") and _has_none(clause.items) < 0:
        return None
    if clause.has("GIVE") and any(item.fold.startswith(("identifiant", "login", "code")) for item in clause.items):
        return None  # whoever asks for them may not have them
    if clause.has("MY", "CANT", "HOWTO", "LOCKED", "UNLOCK", "RESET", "DISABLE", "LEAVE", "FORGOT"):
        return None
    if any(item.tag == "ENABLE" and not item.fold.startswith("en ") for item in clause.items):
        return None
    return None if is_condition(clause.items) else Asked(Plan.CREATE_ACCOUNT, 0.7, wants)
