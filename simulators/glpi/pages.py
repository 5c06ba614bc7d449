"""What a person sees in a browser: the list of tickets, one ticket with its timeline."""

from __future__ import annotations

import re
from html import escape, unescape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from simulators.glpi.state import GlpiState, Row

STATUSES = {1: "Nouveau", 2: "En cours (attribué)", 3: "En cours (planifié)", 4: "En attente", 5: "Résolu", 6: "Clos"}
_PARTS = (("followups", "Suivi"), ("solutions", "Solution"), ("tasks", "Tâche"))
_STYLE = (
    "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.4rem;border-bottom:1px solid #ddd;text-align:left}"
    "article{border-left:4px solid #2f6fa7;background:#f4f7fa;margin:1rem 0;padding:.5rem 1rem;white-space:pre-wrap}"
    "article.private{border-color:#b8860b;background:#fdf6e3}"
)


def _page(title: str, body: str) -> Response:
    head = f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    return HTMLResponse(f"{head}<style>{_STYLE}</style></head><body>{body}</body></html>")


def _plain(state: GlpiState, stored: str | None) -> str:
    """Readable text out of stored HTML, escaped for a page."""
    text = re.sub(r"<(br|/p|/div|/li)[^>]*>", "\n", state.real(stored or ""), flags=re.IGNORECASE)
    return escape(unescape(re.sub(r"<[^>]*>", "", text)).strip())


def _name(state: GlpiState, user_id: int) -> str:
    user = state.users.get(user_id)
    return escape(state.real(f"{user['firstname']} {user['realname']}".strip() or user["name"])) if user else "-"


def _label(state: GlpiState, table: str, row_id: int) -> str:
    row = state.table(table).get(row_id)
    return escape(state.real(row["completename"])) if row else "-"


async def list_tickets(request: Request) -> Response:
    """GET /."""
    state: GlpiState = request.app.state.glpi
    rows = sorted(state.tickets.values(), key=lambda row: -row["id"])
    lines = "".join(
        f'<tr><td>{row["id"]}</td><td><a href="/front/ticket.form.php?id={row["id"]}">{_plain(state, row["name"])}</a>'
        f"</td><td>{STATUSES.get(row['status'], row['status'])}</td><td>{_label(state, 'entities', row['entities_id'])}"
        f"</td><td>{row['date_mod']}</td></tr>"
        for row in rows
        if not row["is_deleted"]
    )
    head = "<tr><th>N°</th><th>Titre</th><th>Statut</th><th>Entité</th><th>Modifié le</th></tr>"
    return _page("GLPI (simulateur)", f"<h1>Tickets</h1><table>{head}{lines}</table>")


async def show_ticket(request: Request) -> Response:
    """GET /front/ticket.form.php?id=N."""
    state: GlpiState = request.app.state.glpi
    wanted = request.query_params.get("id", "")
    ticket = state.tickets.get(int(wanted)) if wanted.isdigit() else None
    if ticket is None:
        return HTMLResponse("<h1>Ticket introuvable</h1>", 404)
    title = f"Ticket {ticket['id']} : {_plain(state, ticket['name'])}"
    body = f'<p><a href="/">Tous les tickets</a></p><h1>{title}</h1>{_facts(state, ticket)}'
    body += f"<article>{_plain(state, ticket['content'])}</article>"
    return _page(f"Ticket {ticket['id']}", body + "".join(_timeline(state, ticket)))


def _facts(state: GlpiState, ticket: Row) -> str:
    facts = {
        "Statut": STATUSES.get(ticket["status"], ticket["status"]),
        "Priorité": ticket["priority"],
        "Catégorie": _label(state, "categories", ticket["itilcategories_id"]),
        "Entité": _label(state, "entities", ticket["entities_id"]),
        "Demandeurs": _people(state, ticket, 1),
        "Attribué à": _people(state, ticket, 2),
        "Ouvert le": ticket["date"],
        "Modifié le": ticket["date_mod"],
    }
    return "<table>" + "".join(f"<tr><th>{key}</th><td>{value}</td></tr>" for key, value in facts.items()) + "</table>"


def _people(state: GlpiState, ticket: Row, kind: int) -> str:
    rows = state.actors(ticket["id"], kind)
    names = [_name(state, row["users_id"]) if row["users_id"] else escape(row["alternative_email"]) for row in rows]
    return ", ".join(names) or "-"


def _timeline(state: GlpiState, ticket: Row) -> list[str]:
    found = []
    for table, label in _PARTS:
        for row in state.table(table).values():
            if row.get("tickets_id", row.get("items_id")) == ticket["id"]:
                found.append((row["date_creation"], table, row["id"], label, row))
    found.sort(key=lambda entry: entry[:3])
    return [_entry(state, label, row) for _date, _table, _id, label, row in found]


def _entry(state: GlpiState, label: str, row: Row) -> str:
    is_private = bool(row.get("is_private"))
    head = f"{label}{' privé' if is_private else ''}, {_name(state, row['users_id'])}, {row['date_creation']}"
    css = ' class="private"' if is_private else ""
    return f"<article{css}><strong>{head}</strong>\n{_plain(state, row['content'])}</article>"


async def show_status(request: Request) -> Response:
    """GET /status.php: liveness, without any login."""
    if "application/json" in request.headers.get("accept", ""):
        parts = ("glpi", "db", "cas", "ldap", "imap", "mail_collectors", "crontasks", "filesystem", "plugins")
        return JSONResponse({name: {"status": "OK"} for name in parts})
    return PlainTextResponse("GLPI_DB_OK\nGLPI_SESSION_DIR_OK\nGLPI_LDAP_OK\nCRONTASKS_OK\n\nGLPI_OK\n")


PAGE_ROUTES = [
    Route("/", list_tickets),
    Route("/front/ticket.form.php", show_ticket),
    Route("/status.php", show_status),
]
