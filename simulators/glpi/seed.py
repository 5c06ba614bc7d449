"""The invented world, put into GLPI's tables."""

from __future__ import annotations

from datetime import timedelta

from simulators.glpi.columns import default_row
from simulators.glpi.rights import PROFILE_IDS
from simulators.glpi.state import DATE_FORMAT, PRIORITIES, GlpiState, Row
from simulators.world import load_world


def fill_state(state: GlpiState) -> None:
    """Entities, users, categories and tickets of world.toml."""
    world = load_world()
    now = state.now()
    for site in world["entities"]:
        _add_entity(state, site, now)
    for user in world["users"]:
        add_user(state, user)
    for category in world["categories"]:
        _add_category(state, category, now)
    before = (state.clock() - timedelta(minutes=10)).strftime(DATE_FORMAT)
    for ticket in world["tickets"]:
        _add_ticket(state, ticket, before)


def _add_entity(state: GlpiState, site: Row, now: str) -> None:
    is_root = site["id"] == 0
    name = state.stored(site["name"])
    path = name if is_root else state.stored(f"{state.real(state.entities[0]['name'])} > {site['name']}")
    row = default_row(state.version, "entities") | {"id": site["id"], "name": name, "completename": path}
    row |= {"level": 1 if is_root else 2, "entities_id": None if is_root else 0, "date_mod": now, "date_creation": now}
    state.entities[site["id"]] = row


def _home_entity(user: Row) -> int:
    """Staff see everything; other people the site that their mail domain names."""
    if user["profile"] != "self-service":
        return 0
    world = load_world()
    domains = {address.partition("@")[2].split(".")[0].upper() for address in user["emails"]}
    return next((int(site["entity_id"]) for site in world["sites"] if site["code"] in domains), 0)


def add_user(state: GlpiState, user: Row) -> Row:
    """One account of the world, or one more: without an `id` it gets the next."""
    now = state.now()
    row = default_row(state.version, "users")
    row |= {key: state.stored(user[key]) for key in ("realname", "firstname")}
    row |= {key: user[key] for key in ("authtype", "user_dn", "sync_field") if key in user}
    row |= {"id": user.get("id"), "name": user["login"], "date_mod": now, "date_creation": now}
    added = state.insert("users", row)
    for rank, address in enumerate(user["emails"]):
        mail = default_row(state.version, "emails") | {"users_id": added["id"], "email": address}
        state.insert("emails", mail | {"id": None, "is_default": int(rank == 0)})
    right = default_row(state.version, "profile_users") | {"id": None, "users_id": added["id"], "is_recursive": 1}
    right |= {"profiles_id": PROFILE_IDS[user["profile"]], "entities_id": _home_entity(user)}
    state.insert("profile_users", right)
    return added


def _add_category(state: GlpiState, category: Row, now: str) -> None:
    parent = state.categories.get(category.get("parent", 0))
    path = f"{state.real(parent['completename'])} > {category['name']}" if parent else category["name"]
    row = default_row(state.version, "categories")
    row |= {"id": category["id"], "name": state.stored(category["name"]), "completename": state.stored(path)}
    row |= {"itilcategories_id": parent["id"] if parent else 0, "level": parent["level"] + 1 if parent else 1}
    state.insert("categories", row | {"date_mod": now, "date_creation": now})


def _add_ticket(state: GlpiState, ticket: Row, opened_at: str) -> None:
    row = default_row(state.version, "tickets")
    row |= {key: ticket[key] for key in ("id", "status", "urgency", "impact", "type")}
    row |= {"entities_id": ticket["entity_id"], "itilcategories_id": ticket.get("category_id", 0)}
    row |= {key: state.stored(ticket[key]) for key in ("name", "content")}
    row |= {"priority": PRIORITIES[row["urgency"] - 1][row["impact"] - 1], "users_id_recipient": ticket["requester"]}
    row |= dict.fromkeys(("date", "date_mod", "date_creation"), opened_at)
    row |= {"users_id_lastupdater": ticket["requester"]}
    state.insert("tickets", row)
    for kind, key in ((1, "requester"), (2, "assign")):
        if key in ticket:
            link = default_row(state.version, "ticket_users") | {"id": None, "tickets_id": ticket["id"]}
            state.insert("ticket_users", link | {"users_id": ticket[key], "type": kind})
    state.log(ticket["requester"], ("Ticket", ticket["id"]), action=20)["date_mod"] = opened_at
