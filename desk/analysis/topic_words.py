"""The words of each topic: in GLPI's category names, and in what employees write.

A line is a list of words or short phrases separated by `|`; accents, endings and little words do not count.
`a + b` is both words anywhere in one clause. Products are not in `names`: a category named after one is found by its
own words.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.analysis.topics import Topic


@dataclass(frozen=True, slots=True)
class Words:
    """names: in a category. sure, likely, weak: in a message, by what they prove."""

    names: str = ""
    sure: str = ""
    likely: str = ""
    weak: str = ""


_THINGS = (
    "ecran souris clavier tablette imprimante ordinateur pc portable casque telephone webcam douchette materiel dect"
)
_WISHES = "nouvel nouveau nouvelle commander supplementaire acheter faudrait racheter"
_PURCHASES = "|".join(f"{wish} + {thing}" for wish in _WISHES.split() for thing in _THINGS.split())
_NEEDS = "|".join(f"{wish} + {thing}" for wish in ("besoin", "avoir") for thing in _THINGS.split())
_LOCKED = "bloque verrouille verouille verrouillage debloquer deverrouiller expire desactive"
_LOCKS = "|".join(f"{what} + {state}" for what in ("compte", "session") for state in _LOCKED.split())
_NEWCOMERS = (
    "ide aide-soignante infirmiere salarie collegue medecin remplacant stagiaire interimaire employe agent cadre"
)
_NEW_PEOPLE = "|".join(f"{new} {who}" for new in ("nouvelle", "nouveau", "nouvel") for who in _NEWCOMERS.split())
_DRIVES = "|".join(f"lecteur {letter}" for letter in "fghikopqrvwxz")
_NEWCOMER_NEEDS = "|".join(
    f"{new} + {need}"
    for new in ("nouvelle", "nouveau", "nouvel")
    for need in ("compte", "session", "acces", "mail", "arrive")
)
_ENDS = "|".join(
    f"{act} + {what}"
    for act in ("creer", "creation", "supprimer", "suppression", "desactiver", "fermer", "fermeture", "cloturer")
    for what in ("compte", "session", "acces")
)

TOPIC_WORDS: dict[Topic, Words] = {
    Topic.HARDWARE: Words("materiel|equipement|hardware", likely="materiel"),
    Topic.PRINTER: Words(
        "imprimante|impression|copieur|photocopieur|multifonction|reprographie|scanner|scan",
        "imprimante|imprimer|imprime|imprimons|impression|photocopieur|photocopieuse|photocopie|copieur|"
        "toner|printer|"
        "bourrage papier|paper jam|impresora|impressora|drucker|cartouche encre|scanner vers|imprimante etiquette",
        "bourrage|cartouche|scanner|numeriser|bac papier|bourre papier|imprim",
        "papier|encre|scan|bourre|ricoh|kyocera|brother|file attente|bac",
    ),
    Topic.WORKSTATION: Words(
        "poste travail|poste|ordinateur|pc|portable|unite centrale|laptop|micro-informatique",
        "ordinateur|ordi|pc|unite centrale|poste travail|poste informatique|ecran bleu|computer|laptop|pc portable|"
        "windows + mise a jour|ordinateur portable",
        "portable + batterie",
        "poste|portable|windows|ventilateur",
    ),
    Topic.PERIPHERAL: Words(
        "ecran|peripherique|clavier|souris|moniteur|accessoire|webcam|casque",
        "clavier|souris|webcam|lecteur carte|lecteur vitale|douchette|ecran noir|ecran + signal|ecran reste noir|"
        "videoprojecteur|retroprojecteur|station accueil|cle usb|casque + ordinateur|micro casque|ecran + allume",
        "ecran|casque|moniteur|haut-parleur|enceinte|code barre|carte vitale|visio",
        "micro|camera visio|hdmi",
    ),
    Topic.TABLET: Words(
        "tablette|chariot|chariot soin|ipad",
        "tablette|ipad|chariot informatique|chariot + batterie|chariot + ordinateur",
        "chariot soin|chariot",
    ),
    Topic.NETWORK: Words(
        "reseau|lan|infrastructure|switch|vpn",
        "prise reseau|cable reseau|switch|plus reseau|pas reseau|tout reseau|baie brassage|baie informatique|vpn|"
        "reseau + tombe|reseau + panne|network",
        "reseau|rj45",
        "connexion|serveur|cable",
    ),
    Topic.WIFI: Words("wifi|wi-fi|sans fil", "wifi|wi-fi|wiffi|borne wifi|wlan", "borne"),
    Topic.INTERNET: Words(
        "internet|acces internet|wan|fibre|box|operateur|adsl|navigateur",
        "internet|box + voyant|fibre + panne|fibre + coupe|plus connexion|box internet|box fibre|coupure fibre",
        "fibre|box|navigateur|site web",
        "site|page web|chrome|firefox|edge|ameli|adsl|connexion|google",
    ),
    Topic.SOFTWARE: Words(
        "logiciel|application|applicatif|progiciel|software",
        "",
        "logiciel|application|appli|programme|teams|zoom|antivirus",
        "licence|installer|adobe|teamviewer|mise a jour",
    ),
    Topic.CARE_SOFTWARE: Words(
        "logiciel soin|dossier soin|dossier patient|dossier resident|dui|logiciel medical|soin|logiciel medico-social",
        "logiciel soin|dossier soin|dossier patient|logiciel medical|dui",
        "plan soin|transmission|dossier resident|osiris|hestia",
        "prescription|traitement|soin|medicament|ordonnance",
    ),
    Topic.NETSOINS: Words("netsoins|net soins", "netsoins|netsoin|net soins"),
    Topic.TITAN: Words("titan", "titan"),
    Topic.OFFICE: Words(
        "bureautique|office|microsoft 365|word|excel|suite office|pdf",
        "word|excel|powerpoint|office|libreoffice|pdf|tableur|onenote",
        "adobe reader|acrobat",
        "licence|adobe|document|macro",
    ),
    Topic.PLANNING: Words(
        "planning|gestion temps|pointage|temps travail|badgeage",
        "planning|octime|badgeuse|pointage|plus pointer|pas pointer|gestion temps|planings",
        "pointeuse",
        "roulement|horaire|heure nuit",
    ),
    Topic.PAYROLL: Words(
        "paie|paye|comptabilite|compta|facturation|finance|gestion administrative",
        "logiciel paie|dsn|sage|ebp|logiciel facturation|logiciel compta|logiciel comptabilite|cegid|bulletin paie",
        "paie|facturation|comptabilite",
        "facture|salaire",
    ),
    Topic.ACCOUNT: Words(
        "compte|identite|utilisateur|active directory|identification|authentification",
        "",
        "compte windows|session windows|identifiant|login",
        "compte|session|connecter",
    ),
    Topic.PASSWORD: Words(
        "mot passe|mdp|verrouillage|deblocage|reinitialisation",
        "mot passe|mots passe|mdp|password|passwd|mot pass|ouvrir session|rentrer session|ouvre session|" + _LOCKS,
        "acceder session|connecter session|entrer session",
    ),
    Topic.ARRIVAL: Words(
        "arrivee|depart|creation compte|nouvel utilisateur|nouveau salarie|entree|sortie|mouvement|onboarding",
        f"{_ENDS}|{_NEWCOMER_NEEDS}|nouvelle arrivante|nouvel arrivant|compte + remplacant|compte + stagiaire|"
        "depart + compte|depart + acces",
        f"{_NEW_PEOPLE}|prise fonction|recrutement",
    ),
    Topic.ACCESS: Words(
        "acces|droit|habilitation|droit acces|permission|autorisation",
        "acces refuse|meme droit|donner droit|droit administration|pas acces + dossier|plus acces + dossier|"
        "habilitation|droit + dossier|droit acces|donner acces|acces + dossier|refuse + dossier|besoin droit",
        "droit",
        "acces|autorisation|pas acces|plus acces",
    ),
    Topic.TELEPHONY: Words(
        "telephonie|telephone|tel|telecom",
        "telephone|telephonie|phone|telefone|telefono|ligne telephonique|telephonique",
        "tel",
        "appel|appeler|ligne|raccroche",
    ),
    Topic.LANDLINE: Words(
        "telephone fixe|fixe|standard|poste telephonique|fax|poste fixe",
        "telephone fixe|poste telephonique|tonalite|telephone + accueil|telephone + bureau|telephone + standard|"
        "standard + appel|repondeur|transferer + appel|fax|telephone + secretariat|telephone + infirmerie",
        "standard|combine|appel exterieur|standardiste",
        "gresille|transferer",
    ),
    Topic.DECT: Words("dect|telephone sans fil", "dect"),
    Topic.MOBILE: Words(
        "mobile|smartphone|gsm|telephone portable|telephone mobile",
        "smartphone|telephone mobile|telephone portable|portable pro|portable professionnel|carte sim|gsm|iphone|"
        "portable + ligne|portable + reseau|smartphone + reseau|mobile + reseau|4g|5g|"
        "mobile + astreinte|portable + astreinte",
        "mobile|sim",
        "portable|forfait|android",
    ),
    Topic.MAIL: Words(
        "messagerie|mail|email|e-mail|courriel|courrier electronique|outlook|boite lettre",
        "mail|email|e-mail|mel|courriel|messagerie|outlook|boite lettre|boite mail|boite envoi|boite reception|"
        "adresse mail|reponse automatique|exchange|thunderbird",
        "spam|boite",
    ),
    Topic.SECURE_MAIL: Words(
        "messagerie securise|mssante|mss|messagerie sante",
        "messagerie securise|mssante|mss|mailiz|messagerie sante|apicrypt",
        "carte cps",
        "cps|certificat|labo",
    ),
    Topic.NURSE_CALL: Words(
        "appel malade|appel patient|appel resident|appel infirmier|appel soignant",
        "appel malade|appel patient|appel resident|appel infirmier|sonnette|medaillon|anti-fugue|antifugue|"
        "bouton appel|poire appel|tirette|bracelet + porte|bracelet + appel|cloche + chambre",
        "bracelet|appel chambre",
        "sonne|declenche",
    ),
    Topic.SECURITY: Words("securite|cybersecurite|ssi|cyber", "cyberattaque"),
    Topic.MALWARE: Words(
        "virus|hameconnage|phishing|malware|courrier indesirable|rancongiciel",
        "virus|phishing|hameconnage|rancongiciel|ransomware|bitcoin|mail bizarre|mail suspect|mail frauduleux|"
        "message suspect|fichier + crypte|rancon|pirate|piratage|arnaque|mail + cliquer|lien + cliquer|faux mail|"
        "microsoft + mot passe|faux technicien|escroquerie|usurpation",
        "malware|suspect|frauduleux|fenetre + toute seule",
    ),
    Topic.TELEVISION: Words("television|tele|tv|audiovisuel", "tele|television|tv|televiseur|telecommande", "chaine"),
    Topic.SURVEILLANCE: Words(
        "videosurveillance|controle acces|camera|badge|interphone|digicode|porte",
        "camera|videosurveillance|digicode|interphone|visiophone|badge|porte automatique|"
        "porte + protegee|porte + badge|porte + code|sonnette porte|sonnette entree|sonnette + portail|"
        "controle acces|portail automatique|gache",
        "portail|badgeage|porte + ouverte|porte + entree",
        "porte|parking",
    ),
    Topic.FILES: Words(
        "fichier|partage|serveur fichier|dossier partage|sauvegarde|stockage|lecteur reseau|donnees",
        f"dossier partage|lecteur reseau|lecteur commun|{_DRIVES}|lecteur + fichier|"
        "restauration + fichier|restaurer + fichier|"
        "sauvegarde|supprime + dossier|supprime + fichier|dossier + serveur|fichier + serveur|disque reseau|onedrive|"
        "sharepoint|dossier + inaccessible|ecrase + commun|dossier commun|dossier + efface|fichier + efface|"
        "fichier + disparu|fichier + recuperer|dossier + recuperer",
        "partage|repertoire|restauration|arborescence",
        "fichier|dossier|commun|lecteur",
    ),
    Topic.PURCHASE: Words(
        "demande materiel|achat|commande|devis|besoin materiel|fourniture|approvisionnement",
        f"devis|achat|demande materiel|acheter|{_PURCHASES}",
        _NEEDS,
    ),
    Topic.NOT_IT: Words(
        "",
        "lave-linge|machine laver|seche-linge|ascenseur|chasse eau|robinet|menu|chauffage|plomberie|"
        "ampoule|radiateur|"
        "lave-vaisselle|climatisation|toilette bouche|fuite eau|monte-charge|frigo|refrigerateur|congelateur|serrure|"
        "lit medicalise|lit resident|fauteuil|balance|leve-personne|cafe|cafetiere|micro-ondes|electricite|courant|"
        "prise electrique|groupe electrogene|disjoncteur|store|volet|lavabo|evier|douche|armoire|"
        "placard|mobilier|meuble|"
        "chariot repas|chariot linge|gastro|grippe|epidemie|covid|souris morte|souris + reserve|"
        "souris + piege|rat|cafard|"
        "nuisible|conge + poser|papier toilette|mur|vaisselle|four|hotte|tensiometre|glucometre|pompe|"
        "fenetre + ferme",
    ),
    Topic.OUTSIDE: Words(
        "",
        "ameli|bancaire|banque|facebook|youtube|instagram|doctolib|impots|caf|urssaf|netflix|site web|site internet|"
        "gmail|pole emploi|france travail|net entreprises|carte grise",
    ),
    Topic.INCIDENT: Words("incident|panne|dysfonctionnement|depannage"),
    Topic.REQUEST: Words("demande|requete|service|installation"),
}
