"""An invented directory of two sites, and what sites.toml says of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from orchestrator.assist.action import AccountFacts
from orchestrator.assist.plans import Person as Named
from orchestrator.assist.plans import Plan, Request
from shared.sites import Person, Site

LILAS_OU = "OU=Lilas,OU=Clients,DC=widip,DC=local"
TILLEULS_OU = "OU=Tilleuls,OU=Clients,DC=widip,DC=local"
_SPACE = UUID("94049d94-4613-57ea-bb01-e5a222a04d43")


def account(login: str, name: str, mail: str | None = None, *, ou: str = LILAS_OU, unique: bool = True) -> AccountFacts:
    """An account; its GUID follows from its login."""
    return AccountFacts(
        object_guid=uuid5(_SPACE, login),
        samaccountname=login,
        dn=f"CN={name.replace(',', chr(92) + ',')},{ou}",
        display_name=name,
        mail=mail,
        mail_is_unique=unique and mail is not None,
    )


def site(**changes: Any) -> Site:
    """Les Lilas, where everybody has a mailbox of his own."""
    usual: dict[str, Any] = {
        "code": "LILAS",
        "name": "Les Lilas",
        "glpi_entity_id": 2,
        "ad_ous": (LILAS_OU,),
        "mail_domain": "lilas.example",
        "referents": (Person(name="Claire Oria", email="c.oria@lilas.example"),),
        "shared_mailboxes": ("accueil@lilas.example",),
        "account_news": "own_mailbox",
        "technician": Person(name="Théo Martel", email="t.martel@widip.example"),
        "login_rule": "pnom",
    }
    return Site.model_validate(usual | changes)


def named(firstname: str | None = None, lastname: str | None = None, login: str | None = None) -> Named:
    """Somebody as a text names him."""
    return Named(firstname=firstname, lastname=lastname, login=login)


def asking(plan: Plan, **what: Any) -> Request:
    """A request as it was read."""
    return Request(plan=plan, **what)


CLAIRE = account("coria", "Claire Oria", "C.Oria@lilas.example")
ZOE = account("zobrien", "Zoé O'Brien", "z.obrien@lilas.example")
PAUL = account("plegoff", "Paul Le Goff", "p.legoff@tilleuls.example", ou=TILLEULS_OU)
THEO = account("tmartel", "Théo Martel", "t.martel@widip.example", ou="OU=Services,DC=widip,DC=local")
