"""The console's views, with what each shows when something is there. For axe and for the screenshots."""

from __future__ import annotations

from dataclasses import dataclass

from tests.web.console.place import ConsolePlace


@dataclass(frozen=True, slots=True)
class View:
    """path: under /console/. heading: what its title begins with."""

    name: str
    path: str
    heading: str


async def list_views(console: ConsolePlace) -> list[View]:
    """All of them. There has to be an incident, a request and a dead letter."""
    http, auth = console.world.http, console.world.auth
    incident = (await http.get("/api/incidents", headers=auth)).json()["incidents"][0]["key"]
    request = (await http.get("/api/requests", headers=auth)).json()["requests"][0]["key"]
    letter = (await http.get("/api/dead-letters", headers=auth)).json()["letters"][0]["id"]
    return [
        View("now", "", "Maintenant"),
        View("incidents", "incidents", "Incidents"),
        View("incident", f"incidents/{incident}", "Incident ·"),
        View("requests", "requests", "Demandes"),
        View("request", f"requests/{request}", "Mot de passe à réinitialiser"),
        View("approvals", "approvals", "Approbations"),
        View("runs", "runs", "Exécutions"),
        View("run", f"runs/{incident}", "Exécution"),
        View("dead-letters", "dead-letters", "Rebuts"),
        View("dead-letter", f"dead-letters/{letter.replace(':', '/', 1)}", "127.0.0.1"),
        View("audit", "audit", "Audit"),
        View("policies", "policies", "Politiques"),
        View("plan", "policies/PASSWORD_RESET", "Mot de passe à réinitialiser"),
        View("statistics", "statistics", "Statistiques"),
    ]
