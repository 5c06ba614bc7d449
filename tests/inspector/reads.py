"""One harmless call of each server by the Inspector, and a part of the right answer. A new server is one more entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Read:
    """A read tool, its arguments, and what is in the answer whatever the day."""

    tool: str
    arguments: dict[str, Any]
    answer: dict[str, Any]


READS = {
    "ad": Read("get_account_status", {"samaccountname": "zobrien"}, {"samaccountname": "zobrien"}),
    "glpi": Read(
        "get_ticket_info",
        {"ticket_id": 1},
        {"ticket_id": 1, "title": "Imprimante de l'accueil en panne", "category": "Matériel > Imprimante"},
    ),
    "mysecret": Read(  # it has nothing to read before something was made
        "create_secret",
        {"payload": "Bonjour", "recipient": "c.oria@lilas.example"},
        {"expires_in_days": 7, "expires_after_views": 5},
    ),
    "observium": Read(
        "get_device_info",
        {"hostname": "lilas-fw1"},
        {"device_id": 11, "hostname": "lilas-fw1.widip.example", "type": "firewall"},
    ),
}
