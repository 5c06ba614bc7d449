"""What the pages say, in French and in English."""

from __future__ import annotations

from starlette.requests import Request

WORDS = {
    "fr": {
        "click": "Cliquez ici pour continuer",
        "step": "Un secret vous a été envoyé. Il s'affichera sur la page suivante.",
        "secret": "Votre secret",
        "views": "Vues restantes après celle-ci :",
        "days": "Jours restants :",
        "last": "C'était la dernière vue : ce lien n'affichera plus rien.",
        "delete": "Supprimer maintenant",
        "expired": "Ce lien a expiré",
        "expired_text": "Le secret a été supprimé, ou ce lien a servi autant de fois que permis.",
        "passphrase": "Une phrase secrète est demandée",
        "wrong": "Ce n'est pas la bonne phrase.",
        "go": "Valider",
        "home": "Envoyez des secrets par un lien qui expire.",
        "first_run": "Première installation : créez le compte d'administration.",
    },
    "en": {
        "click": "Click Here to Proceed",
        "step": "A secret has been sent to you. The next page shows it.",
        "secret": "Your secret",
        "views": "Views left after this one:",
        "days": "Days left:",
        "last": "That was the last view: this link shows nothing any more.",
        "delete": "Delete This Secret Link Now",
        "expired": "This secret link has expired",
        "expired_text": "The secret was deleted, or this link was used as often as allowed.",
        "passphrase": "A passphrase is required",
        "wrong": "That passphrase is incorrect.",
        "go": "Go",
        "home": "Send secrets by links that expire.",
        "first_run": "First run: create the administrator's account.",
    },
}


def find_language(request: Request) -> str:
    """`?locale=`, else the browser's first known language, else French."""
    asked = [request.query_params.get("locale", "")]
    asked += [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    return next((tag[:2].lower() for tag in asked if tag[:2].lower() in WORDS), "fr")
