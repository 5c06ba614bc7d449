"""The one mail that cannot go through GLPI: the one that says GLPI does not work. By SMTP."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib

from orchestrator.settings import OrchestratorSettings
from shared.logs import get_logger

logger = get_logger("admin_mail")

_SUBJECTS = {
    "DOWN": "[WIDIP] GLPI ne répond plus",
    "UNREACHABLE": "[WIDIP] Le serveur MCP de GLPI est injoignable",
    "REFUSED": "[WIDIP] Un jeton de GLPI est refusé : une personne doit agir",
}
_BODIES = {
    "DOWN": "GLPI ne fonctionne plus. Les alertes sont conservées et leurs tickets seront créés à son retour.",
    "UNREACHABLE": "GLPI fonctionne peut-être, mais notre serveur MCP ne répond pas. Les alertes sont conservées.",
    "REFUSED": "Les identifiants de la supervision sont refusés : sans intervention rien ne repart. Rien n'est perdu.",
}


class AdminMail:
    """Writes to the administrator, if settings name one."""

    def __init__(self, settings: OrchestratorSettings) -> None:
        self._settings = settings

    async def tell(self, state: str, reason: str) -> bool:
        """Send the mail about a state; False when it could not be sent, which the log says too."""
        settings = self._settings
        if not (settings.smtp_host and settings.admin_email):
            logger.warning("admin_mail_not_configured", state=state)
            return False
        message = EmailMessage()
        message["From"], message["To"] = settings.smtp_sender, settings.admin_email
        message["Subject"] = _SUBJECTS[state]
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{_BODIES[state]}\n\nConstat : {reason}\nProchain message dans une heure au plus tôt.\n")
        try:
            await aiosmtplib.send(message, hostname=settings.smtp_host, port=settings.smtp_port, timeout=10)
        except (aiosmtplib.SMTPException, OSError) as error:
            logger.error("admin_mail_failed", state=state, error_type=type(error).__name__)
            return False
        logger.info("admin_mail_sent", state=state)
        return True
