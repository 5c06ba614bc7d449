"""What people say of a thing that fails, and how they ask for something."""

from __future__ import annotations

from enum import StrEnum

from desk.analysis.text import word_set


class Symptom(StrEnum):
    """A way to fail. The order is from the most to the least telling: titles take the first."""

    PAPER_JAM = "paper_jam"
    FORGOTTEN = "forgotten"
    LOCKED = "locked"
    EXPIRED = "expired"
    ENCRYPTED = "encrypted"
    SUSPICIOUS = "suspicious"
    LOST = "lost"
    DELETED = "deleted"
    BROKEN = "broken"
    LEFT_OPEN = "left_open"
    BATTERY = "battery"
    FULL = "full"
    SLOW = "slow"
    CUT_OFF = "cut_off"
    BAD_PRINT = "bad_print"
    BLACK = "black"
    CRASHES = "crashes"
    NOISE = "noise"
    REFUSED = "refused"
    MISSING = "missing"
    ERROR = "error"
    FAILS = "fails"
    IMPOSSIBLE = "impossible"


# Written as in topic_words.py. FAILS is also any verb of FUNCTIONS with a negation behind it.
SYMPTOM_WORDS: dict[Symptom, str] = {
    Symptom.PAPER_JAM: "bourrage|bourre|paper jam|papier coince",
    Symptom.FORGOTTEN: "oublie|forgot|connais plus|souviens plus|rappelle plus",
    Symptom.LOCKED: "verrouille|verouille|bloque|trompe plusieurs|locked",
    Symptom.EXPIRED: "expire|perime",
    Symptom.ENCRYPTED: "crypte|chiffre payer|bitcoin|rancon|rancongiciel",
    Symptom.SUSPICIOUS: "bizarre|suspect|phishing|hameconnage|virus|clique lien|clique sur lien|frauduleux|arnaque|"
    "pirate",
    Symptom.LOST: "perdu|vole|egare",
    Symptom.DELETED: "supprime + erreur|efface|ecrase|supprime + recuperer|disparu|apparait plus",
    Symptom.BROKEN: "casse|fissure|pris eau|tombe + toilette|abime|fendu|hs|mort|chute + tablette",
    Symptom.LEFT_OPEN: "reste ouverte|porte + ouverte|reste bloque ouverte",
    Symptom.BATTERY: "charge plus|charge pas|decharge|batterie|dechargent",
    Symptom.FULL: "plein|pleine|sature|quota",
    Symptom.SLOW: "lent|lente|lentement|lenteur|rame|ramer|met + minute|met + min|tourne sans fin|long ouvrir|mouline",
    Symptom.CUT_OFF: "coupe|coupure|deconnecte|perd connexion|perdent connexion|saute|instable|debranche|raccroche",
    Symptom.BAD_PRINT: "page blanche|illisible|imprime + travers|trace noir|tache|tout noir|plus toner|toner vide|"
    "plus encre",
    Symptom.BLACK: "ecran noir|reste noir|affiche rien|plus image|image noir|pas signal|ecran bleu",
    Symptom.CRASHES: "plante|ferme tout seul|ferme des|redemarre + boucle|bug|bogue|fige|freeze|eteint tout seul|"
    "boucle|ferme + tout",
    Symptom.NOISE: "bruit|gresille|bip|sonne + continue|siffle|entend rien|entend mal",
    Symptom.REFUSED: "refuse|refuser|incorrect|interdit|lecture seule|non reconnu|pas reconnu|plus reconnu|rejete",
    Symptom.MISSING: "trouve plus|vois plus|voit plus|voit pas|vois pas|inaccessible|plus accessible|pas accessible|"
    "introuvable|pas acces|plus acces",
    Symptom.ERROR: "erreur|error|message + affiche|voyant rouge|voyant + rouge|clignote|code erreur",
    Symptom.FAILS: "panne|en panne|ko|nok|hors service|fonctionne mal|not work|no funciona|funciona|n'importe quoi|"
    "dysfonctionne|"
    "probleme|souci|tombe|print anymore|perturbe|defaillant|defectueux|illisible|does not|doesn t",
    Symptom.IMPOSSIBLE: "impossible|arrive plus|arrive pas|peux plus|peut plus|peux pas|peut pas|peu pas|peu plus|"
    "narrive",
}

FUNCTIONS = word_set(
    """
    marche fonctionne repond allume ouvre demarre redemarre imprime scanne charge lit bipe capte sonne affiche
    recoit recois envoie envoient partent parte sort sortent connecte trouve transmet calcule reconnait lance
    synchronise passe prend met declenche genere valide apparait monte tourne emet imprimer scanner ouvrir
    connecter envoyer recevoir acceder repondre vois voit peut peux arrive entend detecte enregistre actualise
    bouge ecrit eteint
    """
)

NEGATIONS = frozenset({"pas", "plu", "rien", "jamai", "aucun"})

# Said before a noun: "plus de toner", "aucune image".
LACKS = frozenset({"plu", "pas", "aucun"})

REQUEST_WORDS = (
    "pouvez vous|pourriez vous|peut-on|pouvez|pourriez|serait possible|besoin|faudrait|faut|"
    "installer|creer|creation|commander|"
    "devis|donner|changer|quel|quelle|comment|voudrais|souhaite|souhaiterais|demande|ajouter|desactiver|supprimer|"
    "reinitialiser|remplacer|renouveler|debloquer|corriger|please|reset|recuperer|restauration|"
    "restaurer|bloquer|depart"
)

# A clause with one of these and no failure says that the thing is all right.
FINE_WORDS = (
    "fonctionne bien|marche bien|c'est bon|ca marche|ok|va bien|nickel|fonctionne correctement|fonctionne normalement"
)
# These say it even beside a failure, unless a negation stands before: "le problème est résolu".
OVER_WORDS = (
    "refonctionne|remarche|resolu|regle|repare|depanne|plus probleme|pas probleme|aucun probleme|aucun souci|pas souci"
)
