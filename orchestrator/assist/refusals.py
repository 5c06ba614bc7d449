"""What people read for each code: a sentence on the ticket for everybody, a detail for technicians only.

The sentence says what happens next. It names nobody, and is the same where a difference would tell who has an account,
on which site, or which account is worth having.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.assist.codes import Code


@dataclass(frozen=True, slots=True)
class Wording:
    """public: for the ticket. private: for technicians and operators."""

    public: str
    private: str


_NEXT = "Un technicien prend le relais."
_UNPROVEN = (
    "Nous n'avons pas pu vérifier automatiquement qui a écrit cette demande. "
    f"{_NEXT} Pour aller plus vite, passez par l'accueil en ligne en vous y connectant."
)
_UNCLEAR = f"Nous n'avons pas pu déterminer avec certitude le compte concerné par cette demande. {_NEXT}"
_BY_HAND = f"Cette demande ne peut pas être traitée automatiquement. {_NEXT}"
_LATER = f"Cette demande ne peut pas être traitée automatiquement pour le moment. {_NEXT}"
_WAITING = "Cette demande attend la validation d'un technicien. Vous serez informé ici de la suite."

WORDINGS: Mapping[Code, Wording] = MappingProxyType(
    {
        Code.ALLOWED: Wording("Votre demande est en cours de traitement.", "La politique autorise cette demande."),
        Code.NO_RULE: Wording(_BY_HAND, "Aucune règle n'autorise cette demande : refus par défaut."),
        Code.AUTHOR_UNKNOWN: Wording(
            _UNPROVEN,
            "Ni l'historique de GLPI ni l'accueil ne nomment l'auteur du texte : vérifier l'identité avant d'agir.",
        ),
        Code.BY_MAIL: Wording(
            _UNPROVEN,
            "Le texte est arrivé par courriel : l'adresse d'expédition ne prouve rien. "
            "Rappeler la personne à un numéro connu avant d'agir.",
        ),
        Code.LOCAL_ACCOUNT: Wording(
            _UNPROVEN,
            "Le compte GLPI de l'auteur est local, ou lié à l'annuaire autrement que par objectGUID.",
        ),
        Code.ACCOUNT_GONE: Wording(_UNPROVEN, "Le compte de l'auteur n'existe plus dans GLPI ou dans l'annuaire."),
        Code.ACCOUNT_DISABLED: Wording(_UNPROVEN, "Le compte de l'auteur est désactivé dans GLPI ou dans l'annuaire."),
        Code.EDITED: Wording(
            _UNPROVEN, "Quelqu'un d'autre que son auteur a modifié le texte : voir l'historique du ticket."
        ),
        Code.SEVERAL_AUTHORS: Wording(_UNPROVEN, "La demande s'appuie sur des textes de plusieurs auteurs."),
        Code.TEXT_CHANGED: Wording(
            f"Le texte de la demande a changé pendant son traitement : rien n'a été fait sur cette base. {_NEXT}",
            "Le texte n'est plus celui qui a été lu : la demande s'arrête, la nouvelle version est lue à part.",
        ),
        Code.NO_MATCH: Wording(_UNCLEAR, "Aucun compte de l'annuaire ne porte ce nom ou cet identifiant."),
        Code.AMBIGUOUS: Wording(_UNCLEAR, "Plusieurs comptes de l'établissement portent ce nom : choisir à la main."),
        Code.OTHER_SITE: Wording(_UNCLEAR, "Le compte trouvé n'est pas dans l'établissement de l'auteur."),
        Code.NAME_MISMATCH: Wording(
            _UNCLEAR,
            "L'auteur se présente sous un autre nom que celui de son compte : session ou boîte partagée, peut-être.",
        ),
        Code.NAME_TAKEN: Wording(
            _WAITING,
            "Quelqu'un de ce nom a déjà un compte ici : s'assurer que c'est un homonyme avant d'en créer un.",
        ),
        Code.NAME_UNUSABLE: Wording(
            f"Le compte ne peut pas être créé automatiquement sous ce nom. {_NEXT}",
            "La règle d'identifiant du site (login_rule de sites.toml) manque, ou ne donne pas d'identifiant libre.",
        ),
        Code.PLACE_UNKNOWN: Wording(
            f"Nous n'avons pas pu déterminer le service concerné par cette demande. {_NEXT}",
            "Aucune unité d'organisation du site, ou plusieurs, ne correspond : voir ad_ous et new_account_ou.",
        ),
        Code.NOT_FOR_SELF: Wording(
            "Cette demande doit venir du référent informatique de votre établissement. Un technicien en est informé.",
            "Pour son propre compte, seuls la réinitialisation et le déverrouillage sont permis.",
        ),
        Code.NOT_REFERENT: Wording(
            "Une demande pour le compte de quelqu'un d'autre doit venir du référent informatique de l'établissement. "
            "Un technicien en est informé.",
            "L'auteur n'est pas un référent de son établissement dans sites.toml.",
        ),
        Code.PROTECTED: Wording(
            _BY_HAND,
            "Compte protégé (administration ou service) : jamais modifié automatiquement, à traiter à la main.",
        ),
        Code.SITE_UNKNOWN: Wording(
            _BY_HAND, "Le compte n'est dans les OU d'aucun site de sites.toml, ou de plusieurs."
        ),
        Code.NO_ADDRESS: Wording(
            f"Nous n'avons pas d'adresse sûre à laquelle répondre pour cette demande. {_NEXT}",
            "L'annuaire ne donne pas d'adresse à qui sites.toml désigne pour ce site.",
        ),
        Code.ADDRESS_NOT_UNIQUE: Wording(
            f"Nous n'avons pas d'adresse sûre à laquelle répondre pour cette demande. {_NEXT}",
            "L'adresse du destinataire appartient à plusieurs comptes de l'annuaire.",
        ),
        Code.SHARED_MAILBOX: Wording(
            f"Nous n'avons pas d'adresse sûre à laquelle répondre pour cette demande. {_NEXT}",
            "L'adresse du destinataire est une boîte partagée d'après sites.toml.",
        ),
        Code.CAP_ACCOUNT: Wording(_LATER, "Le nombre de modifications permis par jour pour ce compte est atteint."),
        Code.CAP_SITE: Wording(_LATER, "Le nombre de modifications permis par heure sur ce site est atteint."),
        Code.CAP_TOTAL: Wording(_LATER, "Le nombre de modifications permis en tout est atteint."),
        Code.SWITCHED_OFF: Wording(_BY_HAND, "Ce plan est arrêté pour ce site : rien n'est fait automatiquement."),
        Code.SUGGEST_ONLY: Wording(_BY_HAND, "Ce plan est proposé seulement : à vous de décider."),
        Code.CONFIRMATION_NEEDED: Wording(
            "Cette demande doit être confirmée : un lien, valable 30 minutes, a été envoyé par courriel.",
            "Un lien de confirmation attend son destinataire, à l'adresse de l'annuaire.",
        ),
        Code.CONFIRMATION_EXPIRED: Wording(
            "La demande n'a pas été confirmée à temps : rien n'a été fait. Écrivez à nouveau si elle reste utile.",
            "Le lien de confirmation a expiré sans réponse.",
        ),
        Code.CONFIRMATION_DENIED: Wording(
            f"La demande n'a pas été confirmée : rien n'a été fait. {_NEXT}",
            "La personne a répondu que la demande ne vient pas d'elle : usurpation possible, à vérifier.",
        ),
        Code.COLLEAGUE_APPROVAL: Wording(_WAITING, "Compte d'un collègue : un opérateur doit toujours approuver."),
        Code.NEW_APPROVAL: Wording(_WAITING, "Nouveau compte demandé par quelqu'un qui n'est pas référent."),
        Code.SITE_APPROVAL: Wording(_WAITING, "Site inconnu : un opérateur doit approuver."),
        Code.APPROVAL_EXPIRED: Wording(
            f"La demande n'a pas été validée à temps : rien n'a été fait. {_NEXT}",
            "Aucun opérateur n'a décidé en 8 heures.",
        ),
        Code.APPROVAL_REJECTED: Wording(
            f"La demande n'a pas été validée : rien n'a été fait. {_NEXT}",
            "Un opérateur a refusé : sa raison est dans la console.",
        ),
        Code.CHANGED: Wording(
            f"La situation a changé pendant le traitement de cette demande : par prudence, elle s'arrête ici. {_NEXT}",
            "Un compte, une adresse ou un groupe n'est plus celui qui a été confirmé ou approuvé.",
        ),
        Code.DETAILS_MISSING: Wording(
            "Il nous manque des précisions pour traiter cette demande.", "Des précisions ont été demandées, une fois."
        ),
        Code.DETAILS_NOT_GIVEN: Wording(
            f"Les précisions reçues ne suffisent pas pour traiter automatiquement cette demande. {_NEXT}",
            "Les précisions ont été demandées une fois et manquent toujours.",
        ),
        Code.NOT_OURS: Wording(
            "Cette demande ne relève pas de l'assistance automatique. Elle reste à la disposition des techniciens.",
            "Rien d'informatique n'a été lu dans ce texte : ticket laissé tel quel.",
        ),
        Code.TICKET_CLOSED: Wording(
            "Ce ticket est clos : rien n'a été fait. Ouvrez un nouveau ticket si la demande est toujours utile.",
            "Le ticket a été résolu ou clos avant que la demande soit traitée.",
        ),
        Code.TICKET_GONE: Wording(
            "Ce ticket n'existe plus : rien n'a été fait.", "Le ticket a été supprimé dans GLPI."
        ),
        Code.SYSTEM_REFUSED: Wording(_BY_HAND, "Un système a refusé l'opération : voir le journal de cette demande."),
        Code.SYSTEM_AWAY: Wording(_LATER, "Un système est resté injoignable : voir le journal de cette demande."),
    }
)
"""One wording for every code."""
