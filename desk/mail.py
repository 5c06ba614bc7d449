"""The mail with a sign-in code: by SMTP, so that it comes with GLPI down."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib

from desk.settings import DeskSettings
from shared.logs import get_logger

logger = get_logger("desk_mail")

SUBJECT = "Votre code de connexion au guichet informatique"
BODY = """Bonjour,

Votre code : {code}

Il est valable {minutes} minutes et ne sert qu'une fois. Ne le donnez à personne, même au support informatique.
Vous n'avez rien demandé ? Ignorez ce message : sans ce code, personne ne se connecte à votre place.
"""


async def send_code(settings: DeskSettings, email: str, code: str) -> bool:
    """Send a code; False when the relay did not take it, which the log says too, without the address."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_sender, email, SUBJECT
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(BODY.format(code=f"{code[:4]} {code[4:]}", minutes=f"{settings.code_minutes:g}"))
    try:
        await aiosmtplib.send(message, hostname=settings.smtp_host, port=settings.smtp_port, timeout=10)
    except (aiosmtplib.SMTPException, OSError) as error:
        logger.error("code_not_sent", error_type=type(error).__name__)
        return False
    logger.info("code_sent")
    return True
