"""The columns of each itemtype with their default values; a key of an input that is not here is ignored."""

from __future__ import annotations

from typing import Any

from simulators.glpi.state import Row
from simulators.glpi.text import Version

TICKET: Row = {
    "id": 0,
    "entities_id": 0,
    "name": "",
    "date": None,
    "closedate": None,
    "solvedate": None,
    "takeintoaccountdate": None,
    "date_mod": None,
    "users_id_lastupdater": 0,
    "status": 1,
    "users_id_recipient": 0,
    "requesttypes_id": 1,
    "content": "",
    "urgency": 3,
    "impact": 3,
    "priority": 3,
    "itilcategories_id": 0,
    "type": 1,
    "global_validation": 1,
    "slas_id_ttr": 0,
    "slas_id_tto": 0,
    "time_to_resolve": None,
    "time_to_own": None,
    "begin_waiting_date": None,
    "waiting_duration": 0,
    "close_delay_stat": 0,
    "solve_delay_stat": 0,
    "takeintoaccount_delay_stat": 0,
    "actiontime": 0,
    "is_deleted": 0,
    "locations_id": 0,
    "validation_percent": 0,
    "date_creation": None,
}
FOLLOWUP: Row = {
    "id": 0,
    "itemtype": "",
    "items_id": 0,
    "date": None,
    "users_id": 0,
    "users_id_editor": 0,
    "content": "",
    "is_private": 0,
    "requesttypes_id": 0,
    "date_mod": None,
    "date_creation": None,
    "timeline_position": 1,
    "sourceitems_id": 0,
    "sourceof_items_id": 0,
}
SOLUTION: Row = {
    "id": 0,
    "itemtype": "",
    "items_id": 0,
    "solutiontypes_id": 0,
    "solutiontype_name": None,
    "content": "",
    "date_creation": None,
    "date_mod": None,
    "date_approval": None,
    "users_id": 0,
    "user_name": None,
    "users_id_editor": 0,
    "users_id_approval": 0,
    "user_name_approval": None,
    "status": 1,
    "itilfollowups_id": None,
}
TASK: Row = {
    "id": 0,
    "uuid": None,
    "tickets_id": 0,
    "taskcategories_id": 0,
    "date": None,
    "users_id": 0,
    "users_id_editor": 0,
    "content": "",
    "is_private": 0,
    "actiontime": 0,
    "begin": None,
    "end": None,
    "state": 1,
    "users_id_tech": 0,
    "groups_id_tech": 0,
    "date_mod": None,
    "date_creation": None,
    "timeline_position": 1,
}
TICKET_USER: Row = {
    "id": 0,
    "tickets_id": 0,
    "users_id": 0,
    "type": 1,
    "use_notification": 1,
    "alternative_email": "",
}
USER: Row = {
    "id": 0,
    "name": "",
    "phone": "",
    "phone2": "",
    "mobile": "",
    "realname": "",
    "firstname": "",
    "locations_id": 0,
    "language": None,
    "is_active": 1,
    "comment": None,
    "auths_id": 0,
    "authtype": 1,
    "last_login": None,
    "date_mod": None,
    "date_sync": None,
    "is_deleted": 0,
    "profiles_id": 0,
    "entities_id": 0,
    "usertitles_id": 0,
    "usercategories_id": 0,
    "user_dn": None,
    "registration_number": None,
    "is_deleted_ldap": 0,
    "sync_field": None,
    "groups_id": 0,
    "users_id_supervisor": 0,
    "begin_date": None,
    "end_date": None,
    "date_creation": None,
}
USER_EMAIL: Row = {"id": 0, "users_id": 0, "is_default": 0, "is_dynamic": 0, "email": ""}
PROFILE_USER: Row = {
    "id": 0,
    "users_id": 0,
    "profiles_id": 0,
    "entities_id": 0,
    "is_recursive": 0,
    "is_dynamic": 0,
}
CATEGORY: Row = {
    "id": 0,
    "entities_id": 0,
    "is_recursive": 1,
    "itilcategories_id": 0,
    "name": "",
    "completename": "",
    "comment": None,
    "level": 1,
    "code": None,
    "is_helpdeskvisible": 1,
    "is_incident": 1,
    "is_request": 1,
    "date_mod": None,
    "date_creation": None,
}
ENTITY: Row = {
    "id": 0,
    "name": "",
    "entities_id": 0,
    "completename": "",
    "comment": None,
    "level": 1,
    "date_mod": None,
    "date_creation": None,
}
QUEUED: Row = {
    "id": 0,
    "itemtype": None,
    "items_id": 0,
    "notificationtemplates_id": 0,
    "entities_id": 0,
    "is_deleted": 0,
    "sent_try": 0,
    "create_time": None,
    "send_time": None,
    "sent_time": None,
    "name": None,
    "sender": None,
    "sendername": None,
    "recipient": None,
    "recipientname": None,
    "replyto": None,
    "replytoname": None,
    "headers": None,
    "body_html": None,
    "body_text": None,
    "messageid": None,
    "documents": None,
    "mode": None,
    "event": None,
}
LOG: Row = {
    "id": 0,
    "itemtype": "",
    "items_id": 0,
    "itemtype_link": "",
    "linked_action": 0,
    "user_name": None,
    "date_mod": None,
    "id_search_option": 0,
    "old_value": None,
    "new_value": None,
}
DOCUMENT: Row = {
    "id": 0,
    "entities_id": 0,
    "is_recursive": 0,
    "name": "",
    "filename": "",
    "filepath": "",
    "documentcategories_id": 0,
    "mime": "",
    "date_mod": None,
    "comment": "",
    "is_deleted": 0,
    "link": "",
    "users_id": 0,
    "tickets_id": 0,
    "sha1sum": "",
    "is_blacklisted": 0,
    "tag": "",
    "date_creation": None,
}
DOCUMENT_ITEM: Row = {
    "id": 0,
    "documents_id": 0,
    "items_id": 0,
    "itemtype": "",
    "entities_id": 0,
    "is_recursive": 0,
    "date_mod": None,
    "users_id": 0,
    "timeline_position": 0,
    "date_creation": None,
}

_ONLY_IN_11: dict[str, Row] = {
    "tickets": {"externalid": None},
    "queued": {"attach_documents": 0, "itemtype_trigger": None, "items_id_trigger": 0},
}
_BY_TABLE = {
    "tickets": TICKET,
    "followups": FOLLOWUP,
    "solutions": SOLUTION,
    "tasks": TASK,
    "ticket_users": TICKET_USER,
    "users": USER,
    "emails": USER_EMAIL,
    "profile_users": PROFILE_USER,
    "categories": CATEGORY,
    "entities": ENTITY,
    "queued": QUEUED,
    "logs": LOG,
    "documents": DOCUMENT,
    "document_items": DOCUMENT_ITEM,
}


def default_row(version: Version, table: str) -> Row:
    """A fresh row with every column this version has."""
    row = dict(_BY_TABLE[table])
    if version == "11.0":
        row.update(_ONLY_IN_11.get(table, {}))
    if version == "9.5" and table == "queued":
        del row["event"]
    return row


def to_int(value: Any) -> int:
    """As PHP and the database would: 0 when it is no number."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
