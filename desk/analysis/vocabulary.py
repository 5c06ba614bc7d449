"""The words we know, and typing errors brought back to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from desk.analysis.text import is_little, stem, word_set, words_of

_SHORTEST = 5  # letters of a stem that may be mistyped
_LONGEST = 24
_LONG = 8  # letters from which two errors are forgiven
_MOST_CORRECTED = 400  # different unknown words of one message that are looked at: a bound on the work
_GLUED = ("l", "d", "j", "n", "s", "m", "c", "qu", "jai", "la", "le")

# French words that are one letter from a word of ours and mean something else.
_ORDINARY = word_set(
    """
    banque masque panier porter poster passer casser classe chasse compter conter comptoir cabine cadre salle
    malade sortie service semaine premier dernier matin personne personnel directeur direction residence resident
    chambre etage bureau accueil infirmerie famille docteur jardin repas sortir partir parler tableau table
    tablier souvent souris chariots charger changer chercher marche manche bonne toner tonner entrer enfant envie
    equipe lingerie cuisine animation question reunion medecin pharmacie sociale visite lundi mardi mercredi jeudi
    vendredi samedi dimanche photo poste pause piece place plaque plainte plante paire partie pompe commande
    commun comme avant apres depuis pendant propos prochain problemes lettre litre livre vitre titre titane
    article boutique bouton
    """
)


class Vocabulary:
    """The stems that patterns are made of."""

    def __init__(self, stems: Iterable[str]) -> None:
        self._known = frozenset(stems)
        self._kept = self._known | {stem(word) for word in _ORDINARY}
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for known in sorted(self._known):
            if len(known) >= _SHORTEST:
                self._by_letter[known[0]].append(known)

    def read(self, clauses: list[str]) -> tuple[list[list[str]], frozenset[str]]:
        """The stems of each simplified clause, without little words, and those that were guessed from short words.

        A short word that is one letter from ours may well be another word: `pointer`, `printer`.
        """
        seen: dict[str, str] = {}
        guessed: set[str] = set()
        stems = [
            [self._read_word(word, seen, guessed) for word in words_of(clause) if not is_little(word)]
            for clause in clauses
        ]
        return stems, frozenset(guessed)

    def _read_word(self, word: str, seen: dict[str, str], guessed: set[str]) -> str:
        if word not in seen:
            found = stem(word)
            if found not in self._kept and len(seen) < _MOST_CORRECTED:
                found = self._unglue(word) or self._guess(word, found, guessed)
            seen[word] = found
        return seen[word]

    def _unglue(self, word: str) -> str | None:
        for glue in _GLUED:
            rest = stem(word.removeprefix(glue))
            if word.startswith(glue) and len(rest) > 2 and rest in self._known:
                return rest
        return None

    def _guess(self, word: str, unknown: str, guessed: set[str]) -> str:
        found = self._nearest(unknown) or self._nearest_unglued(word)
        if found and len(found) < _LONG:
            guessed.add(found)
        return found or unknown

    def _nearest_unglued(self, word: str) -> str | None:
        return self._nearest(stem(word[1:])) if word[0] in _GLUED else None

    def _nearest(self, unknown: str) -> str | None:
        if not _SHORTEST <= len(unknown) <= _LONGEST:
            return None
        allowed = 2 if len(unknown) >= _LONG else 1
        best = process.extractOne(
            unknown, self._by_letter.get(unknown[0], ()), scorer=OSA.distance, score_cutoff=allowed
        )
        return str(best[0]) if best else None
