"""What the analysis says in French."""

from __future__ import annotations

from desk.analysis.symptoms import Symptom
from desk.analysis.topics import Topic

TOPIC_LABELS: dict[Topic, str] = {
    Topic.HARDWARE: "Matériel",
    Topic.PRINTER: "Imprimante",
    Topic.WORKSTATION: "Ordinateur",
    Topic.PERIPHERAL: "Écran ou périphérique",
    Topic.TABLET: "Tablette ou chariot de soins",
    Topic.NETWORK: "Réseau",
    Topic.WIFI: "Wifi",
    Topic.INTERNET: "Accès Internet",
    Topic.SOFTWARE: "Logiciel",
    Topic.CARE_SOFTWARE: "Logiciel de soins",
    Topic.NETSOINS: "Netsoins",
    Topic.TITAN: "Titan",
    Topic.OFFICE: "Bureautique",
    Topic.PLANNING: "Planning",
    Topic.PAYROLL: "Paie ou comptabilité",
    Topic.ACCOUNT: "Compte",
    Topic.PASSWORD: "Mot de passe ou session",
    Topic.ARRIVAL: "Arrivée ou départ d'une personne",
    Topic.ACCESS: "Droits d'accès",
    Topic.TELEPHONY: "Téléphonie",
    Topic.LANDLINE: "Téléphone fixe",
    Topic.DECT: "Téléphone DECT",
    Topic.MOBILE: "Téléphone mobile",
    Topic.MAIL: "Messagerie",
    Topic.SECURE_MAIL: "Messagerie sécurisée",
    Topic.NURSE_CALL: "Appel malade",
    Topic.SECURITY: "Sécurité informatique",
    Topic.MALWARE: "Virus ou message suspect",
    Topic.TELEVISION: "Télévision",
    Topic.SURVEILLANCE: "Caméra, porte ou badge",
    Topic.FILES: "Fichiers partagés",
    Topic.PURCHASE: "Demande de matériel",
}

SYMPTOM_LABELS: dict[Symptom, str] = {
    Symptom.PAPER_JAM: "bourrage papier",
    Symptom.FORGOTTEN: "mot de passe oublié",
    Symptom.LOCKED: "bloqué",
    Symptom.EXPIRED: "expiré",
    Symptom.ENCRYPTED: "fichiers chiffrés, rançon demandée",
    Symptom.SUSPICIOUS: "message ou comportement suspect",
    Symptom.LOST: "perdu ou volé",
    Symptom.DELETED: "données supprimées ou disparues",
    Symptom.BROKEN: "cassé ou hors service",
    Symptom.LEFT_OPEN: "reste ouvert",
    Symptom.BATTERY: "problème de charge ou de batterie",
    Symptom.FULL: "plein",
    Symptom.SLOW: "lent",
    Symptom.CUT_OFF: "coupures",
    Symptom.BAD_PRINT: "impression défectueuse",
    Symptom.BLACK: "pas d'affichage",
    Symptom.CRASHES: "plante ou se ferme",
    Symptom.NOISE: "bruit ou son anormal",
    Symptom.REFUSED: "refusé ou non reconnu",
    Symptom.MISSING: "introuvable ou inaccessible",
    Symptom.ERROR: "message d'erreur ou voyant",
    Symptom.FAILS: "ne fonctionne pas",
    Symptom.IMPOSSIBLE: "opération impossible",
}

EQUIPMENT_LABELS: dict[Topic, str] = {
    Topic.PRINTER: "imprimante",
    Topic.WORKSTATION: "ordinateur",
    Topic.PERIPHERAL: "périphérique",
    Topic.TABLET: "tablette ou chariot",
    Topic.LANDLINE: "téléphone fixe",
    Topic.DECT: "téléphone DECT",
    Topic.MOBILE: "téléphone mobile",
    Topic.TELEPHONY: "téléphone",
    Topic.NURSE_CALL: "appel malade",
    Topic.TELEVISION: "télévision",
    Topic.SURVEILLANCE: "caméra, porte ou badge",
}

REQUEST_LABEL = "demande"
TITLE_SEPARATOR = " : "
SITE_SEPARATOR = " – "
SEVERAL_TITLE = "Plusieurs problèmes : "
UNKNOWN_TITLE = "Demande à préciser"

MISSING_SUBJECT = "ce qui est concerné"
MISSING_SYMPTOM = "ce qui se passe exactement"
MISSING_EQUIPMENT = "l'équipement concerné (numéro ou emplacement)"
MISSING_PERSON = "la personne concernée"
MISSING_SITE = "l'établissement"

ASK_SUBJECT = (
    "Qu'est-ce qui est concerné : ordinateur, imprimante, téléphone, logiciel, wifi, mot de passe ou autre chose ?"
)
ASK_SYMPTOM = "Que se passe-t-il exactement, et quel message voyez-vous à l'écran ?"
ASK_IS_IT = "Votre demande concerne-t-elle l'informatique ou la téléphonie ? Si oui, quel appareil ou quel logiciel ?"
ASK_BETWEEN = "De quoi s'agit-il plutôt : {first} ou {second} ?"
ASK_ABOUT = "Que se passe-t-il avec ceci : {subject} ? Décrivez ce que vous voyez ou ce que vous demandez."
ASK_WHICH = "Où se trouve l'équipement (bâtiment, étage, pièce), ou quel numéro porte son étiquette ?"
ASK_LANGUAGE = "Pouvez-vous décrire le problème en français, en une phrase ?"

SUBJECT_QUESTIONS: dict[Topic, str] = {
    Topic.PRINTER: "Que fait l'imprimante : bourrage, plus d'encre, mauvaise impression, ou rien ne sort ?",
    Topic.WORKSTATION: "Que fait l'ordinateur : ne s'allume pas, est lent, affiche un message ?",
    Topic.WIFI: "Le wifi est-il absent, lent ou refusé, et sur quels appareils ?",
    Topic.INTERNET: "Internet est-il coupé pour tout le monde ou sur un seul poste ?",
    Topic.PASSWORD: "De quel mot de passe s'agit-il : la session de l'ordinateur ou un logiciel, et lequel ?",
    Topic.ACCOUNT: "Que faut-il faire, et pour le compte de quelle personne ?",
    Topic.TELEPHONY: "Quel téléphone est concerné (fixe, DECT, mobile), et peut-il appeler ou recevoir ?",
    Topic.MAIL: "Est-ce l'envoi, la réception ou l'ouverture de la messagerie qui pose problème ?",
    Topic.SOFTWARE: "Quel est le nom du logiciel, et quel message affiche-t-il ?",
    Topic.NURSE_CALL: "Quelles chambres sont touchées, et les résidents peuvent-ils encore appeler ?",
}


def label_of(symptom: Symptom) -> str:
    """A symptom as a summary says it."""
    return SYMPTOM_LABELS[symptom]
