"""Whether somebody has left already: then nobody needs to be asked for the day."""

from __future__ import annotations

import re

from orchestrator.assist.reader.clauses import Clause

_GONE = re.compile(
    r"\b(?:est|sont) (?:deja |definitivement )?partie?s?\b"
    r"(?! (?:en(?! retraite)|pour|a(?! la retraite)|au|aux|chez|dans|de|du|manger|voir)\b)"
    r"|\b(?:a|ont) (?:deja |definitivement )?(?:quitte|demissionne|fini|termine)\b"
    r"|\b(?:est|sont|n est|ne sont|n a|ne fait|ne font|ne travaille(?:nt)?) plus"
    r" (?:la|des notres|chez nous|partie|dans (?:les|nos) effectifs|en poste|salariee?s?|employee?s?)\b"
    r"|\btravaille(?:nt)? plus\b|\b(?:a|ont) ete (?:licencie|remercie)e?s?\b|\best decedee?\b"
    r"|\b(?:immediatement|sans delai|tout de suite|des maintenant|des a present|sur le champ)\b(?! apres\b)"
)
_NOT_YET = re.compile(
    r"\b(?:quand|lorsqu|lorsque|des qu|des que|si|s|apres que|une fois que)\b|\b(?:n est|ne sont) pas\b"
)


def says_gone(clause: Clause) -> bool:
    """True for "a quitté l'établissement", "ne travaille plus ici", "à couper immédiatement"."""
    said = " ".join(re.findall(r"[a-z]+", " ".join(item.fold for item in clause.items)))
    found = _GONE.search(said)
    return found is not None and not _NOT_YET.search(said[: found.start()])
