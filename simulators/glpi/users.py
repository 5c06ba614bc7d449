"""Users, their addresses and their rights (sheet, section 6)."""

from __future__ import annotations

from simulators.glpi.access import NO_PERMISSION
from simulators.glpi.call import Call
from simulators.glpi.columns import default_row, to_int
from simulators.glpi.errors import RefusedError
from simulators.glpi.fields import given_columns
from simulators.glpi.history import log_changes
from simulators.glpi.rights import PROFILES, SELF_SERVICE
from simulators.glpi.state import GlpiState, Row
from simulators.glpi.text import folded, is_address

_BY_SESSION = ("date_mod", "date_creation", "last_login")
ALREADY_EXISTS = "Impossible d'ajouter. L'utilisateur existe déjà."


def find_login(state: GlpiState, login: str) -> Row | None:
    """The user with this login, whatever its case, in the bin or not."""
    return next((row for row in state.users.values() if folded(row["name"]) == folded(login)), None)


def create_user(call: Call, given: Row) -> Row:
    """A user with addresses and one right; only the login is needed."""
    state, now = call.state, call.state.now()
    row = default_row(state.version, "users") | given_columns(state, "users", given, without=_BY_SESSION)
    if not row["name"].strip():
        raise RefusedError("L'identifiant n'est pas valide. Impossible d'ajouter l'utilisateur.")
    if find_login(state, row["name"]):
        raise RefusedError(ALREADY_EXISTS)
    _check_passwords(given)
    user = state.insert("users", row | {"id": None, "is_deleted": 0, "date_mod": now, "date_creation": now})
    _set_password(state, user, given)
    _add_addresses(state, user["id"], given)
    _add_first_right(call, user["id"], given)
    state.log(call.user_id, ("User", user["id"]), action=20)
    return user


def _check_passwords(given: Row) -> None:
    if given.get("password") and "password2" in given and given["password"] != given["password2"]:
        raise RefusedError("Les deux mots de passe ne sont pas identiques")


def _set_password(state: GlpiState, user: Row, given: Row) -> None:
    """Without `password2` the password is dropped in silence."""
    if given.get("password") and given.get("password2") == given["password"]:
        state.passwords[user["id"]] = str(given["password"])


def _add_addresses(state: GlpiState, user_id: int, given: Row) -> None:
    """`_useremails`: a list, or a dict whose key is a row to change or a negative number for a new one."""
    named = given.get("_useremails")
    pairs = named.items() if isinstance(named, dict) else enumerate(named if isinstance(named, list) else [], -(10**6))
    for key, address in pairs:
        held = state.emails.get(to_int(key))
        if not is_address(str(address)):
            continue
        if held is not None and held["users_id"] == user_id:
            held["email"] = address
        elif not any(row["email"] == address for row in _addresses(state, user_id)):
            _insert_address(state, user_id, str(address), is_default=False)


def _addresses(state: GlpiState, user_id: int) -> list[Row]:
    return [row for row in state.emails.values() if row["users_id"] == user_id]


def _insert_address(state: GlpiState, user_id: int, address: str, *, is_default: bool) -> Row:
    others = _addresses(state, user_id)
    if is_default:
        for row in others:
            row["is_default"] = 0
    row = default_row(state.version, "emails") | {"users_id": user_id, "email": address}
    return state.insert("emails", row | {"id": None, "is_default": int(is_default or not others)})


def _add_first_right(call: Call, user_id: int, given: Row) -> None:
    row = default_row(call.state.version, "profile_users") | {"id": None, "users_id": user_id}
    if "_profiles_id" in given:
        row |= {"profiles_id": to_int(given["_profiles_id"]), "entities_id": to_int(given.get("_entities_id"))}
        row["is_recursive"] = to_int(given.get("_is_recursive"))
    else:
        row |= {"profiles_id": SELF_SERVICE, "entities_id": call.session.entity_id, "is_dynamic": 1}
    call.state.insert("profile_users", row)


def update_user(call: Call, user: Row, given: Row) -> str:
    """Taking another user's login changes nothing, says so, and still counts as done."""
    state = call.state
    wanted = given_columns(state, "users", given, without=_BY_SESSION)
    holder = find_login(state, wanted.get("name", ""))
    if holder is not None and holder["id"] != user["id"]:
        return "Impossible de mettre à jour l'identifiant. L'utilisateur existe déjà."
    _check_passwords(given)
    _set_password(state, user, given)
    _add_addresses(state, user["id"], given)
    before = dict(user)
    user.update(wanted)
    if user != before:
        log_changes(call, "User", before, user)
        user["date_mod"] = state.now()
    return ""


def delete_user(call: Call, user: Row, *, purge: bool) -> None:
    """To the bin, where the login stays taken, or gone."""
    if user["id"] == call.user_id:
        raise RefusedError(NO_PERMISSION)
    if purge:
        del call.state.users[user["id"]]
        for row_id in [row["id"] for row in _addresses(call.state, user["id"])]:
            del call.state.emails[row_id]
    else:
        user |= {"is_deleted": 1, "date_mod": call.state.now()}
        call.state.log(call.user_id, ("User", user["id"]), action=13)


def create_email(call: Call, given: Row) -> Row:
    """POST /UserEmail; an address may belong to several users."""
    user_id, address = to_int(given.get("users_id")), str(given.get("email") or "")
    if user_id not in call.state.users or not is_address(address):
        raise RefusedError
    if any(row["email"] == address for row in _addresses(call.state, user_id)):
        raise RefusedError
    return _insert_address(call.state, user_id, address, is_default=bool(to_int(given.get("is_default"))))


def update_email(call: Call, row: Row, given: Row) -> str:
    """Change an address, or make it the default one."""
    address = str(given.get("email", row["email"]))
    if not is_address(address):
        raise RefusedError
    row["email"] = address
    if to_int(given.get("is_default")):
        for other in _addresses(call.state, row["users_id"]):
            other["is_default"] = int(other is row)
    return ""


def delete_email(call: Call, row: Row, *, purge: bool) -> None:
    """Another address becomes the default."""
    del purge
    del call.state.emails[row["id"]]
    rest = _addresses(call.state, row["users_id"])
    if row["is_default"] and rest:
        rest[0]["is_default"] = 1


def create_right(call: Call, given: Row) -> Row:
    """POST /Profile_User."""
    row = default_row(call.state.version, "profile_users") | given_columns(call.state, "profile_users", given)
    if row["users_id"] not in call.state.users or row["profiles_id"] not in PROFILES:
        raise RefusedError
    return call.state.insert("profile_users", row | {"id": None})


def update_right(call: Call, row: Row, given: Row) -> str:
    """PUT /Profile_User."""
    row.update(given_columns(call.state, "profile_users", given, without=("users_id",)))
    return ""


def delete_right(call: Call, row: Row, *, purge: bool) -> None:
    """Take a right away."""
    del purge
    del call.state.profile_users[row["id"]]
