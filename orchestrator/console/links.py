"""Where GLPI and Observium show what an operator reads about here."""

from __future__ import annotations

from orchestrator.settings import OrchestratorSettings


def ticket_link(settings: OrchestratorSettings, ticket_id: int | None) -> str | None:
    """A ticket's own page; None without one, or where GLPI's pages are not known."""
    if ticket_id is None or settings.glpi_web_url is None:
        return None
    return f"{str(settings.glpi_web_url).rstrip('/')}/front/ticket.form.php?id={ticket_id}"


def device_link(settings: OrchestratorSettings, device_id: int | None) -> str | None:
    """A device's own page; None without one, or where Observium's pages are not known."""
    if not device_id or settings.observium_web_url is None:
        return None
    return f"{str(settings.observium_web_url).rstrip('/')}/device/device={device_id}/"
