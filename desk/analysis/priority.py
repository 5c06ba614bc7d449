"""How soon a ticket must be looked at, on GLPI's scale of 1 to 5."""

from __future__ import annotations

from collections.abc import Mapping

from desk.analysis.evidence import Evidence
from desk.analysis.models import HIGH_PRIORITY, HIGHEST_PRIORITY, LOWEST_PRIORITY, NORMAL_PRIORITY
from desk.analysis.patterns import Patterns, build_patterns, grams_of
from desk.analysis.reading import Clause
from desk.analysis.symptoms import Symptom
from desk.analysis.topics import Topic

# Care in danger: residents cannot call, leave, or be treated.
_DANGER = (
    "danger|resident + sortir|fugue|appeler 15|samu|pompier|oxygene|vital|traitement + acceder|traitement + ouvre|"
    "plus traitement|plus soigner|tour + medicament + impossible|resident + appeler|urgence vitale"
)
_EVERYWHERE = (
    "tout site|tout le monde|tout monde|tt monde|tout etablissement|tout maison|tout residence|"
    "tout clinique|tout ehpad|tous postes|"
    "tou poste|aucun poste|aucun telephone|nul part|nulle part|tout reseau|partout|tous bloques|toute structure"
)
_MANY = "equipe|collegues|tout etage|plusieurs personnes|tout service|tous etage|standard|telephone + accueil|aucun"
_FLOOR = "tout etage|tous etage|tout service|tout unite|tout aile"
_PRESSING = "urgent|urgence|urgemment|vite|immediatement|peux plus travailler|peut plus travailler|asap"
_RELAXED = "pas urgent|quand aurez temps|aucune urgence|pas presse|pas pressant"

SIGNS: Patterns[str] = build_patterns(
    [
        ("danger", _DANGER),
        ("everywhere", _EVERYWHERE),
        ("many", _MANY),
        ("floor", _FLOOR),
        ("pressing", _PRESSING),
        ("relaxed", _RELAXED),
    ]
)
# A whole site without one of these is stopped; without another thing it is only slowed.
_VITAL = frozenset(
    {Topic.INTERNET, Topic.NETWORK, Topic.TELEPHONY, Topic.LANDLINE, Topic.CARE_SOFTWARE, Topic.NETSOINS, Topic.TITAN}
)
_STOPS = frozenset({Symptom.FAILS, Symptom.IMPOSSIBLE, Symptom.ERROR, Symptom.MISSING, Symptom.LOCKED})
_CALL_STOPS = frozenset({Symptom.FAILS, Symptom.IMPOSSIBLE, Symptom.BROKEN, Symptom.BATTERY, Symptom.LEFT_OPEN})
_SAID = 0.6


def choose_priority(clauses: list[Clause], evidence: Evidence) -> int:
    """2 to 5; the author's own word for haste raises by one at most."""
    signs = frozenset(sign for clause in clauses for sign, _, _ in SIGNS.find(grams_of(clause.words)))
    symptoms = {symptom for clause in clauses for symptom in clause.symptoms}
    if _endangers_care(signs, symptoms, evidence) or _stops_the_site(signs, symptoms, evidence):
        return HIGHEST_PRIORITY
    if "relaxed" in signs:
        return LOWEST_PRIORITY
    if signs & {"many", "floor", "everywhere", "pressing"} or evidence.get(Topic.MALWARE, 0) >= _SAID:
        return HIGH_PRIORITY
    asks_only = not symptoms and any(clause.asks for clause in clauses)
    return LOWEST_PRIORITY if asks_only else NORMAL_PRIORITY


def _endangers_care(signs: frozenset[str], symptoms: set[Symptom], evidence: Evidence) -> bool:
    calls = evidence.get(Topic.NURSE_CALL, 0) >= _SAID
    return (
        ("danger" in signs and bool(symptoms))
        or (calls and bool(symptoms & _CALL_STOPS))
        or Symptom.ENCRYPTED in symptoms
    )


def _stops_the_site(signs: frozenset[str], symptoms: set[Symptom], evidence: Mapping[Topic, float]) -> bool:
    speaks_of = {topic for topic, proof in evidence.items() if proof >= _SAID}
    return (
        "everywhere" in signs
        and "floor" not in signs
        and bool(symptoms & _STOPS)
        and Symptom.SLOW not in symptoms
        and bool(speaks_of & _VITAL)
    )
