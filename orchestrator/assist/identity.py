"""Who wrote a text: proven from GLPI's history and its link to the directory, or by the desk. Pure.

Trust belongs to one text, its author and its moment, never to a ticket. Writer, requester and source of a ticket are
claims, and so is the address of a mail (contracts/glpi.md, section 13). A claim takes trust away, and never gives any.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.assist.codes import Code
from orchestrator.assist.texts import TicketText

# What the GLPI server puts under a text that it writes under a key, so that it can find it again.
_MARK = re.compile(r"\n\nRéf\. WIDIP-[0-9a-f]{16}$")

_WRITTEN = "{key} : écrit par le compte GLPI {author}, d'après l'historique"
_EDITED = _WRITTEN + " ; modifié par {editors}"


class Known(StrEnum):
    """How an author is known."""

    DESK = "desk"
    DIRECTORY = "directory"
    NOBODY = "nobody"


_EVIDENCE = {
    Known.DESK: "Compte GLPI {author} : l'accueil ; session ouverte par le compte d'annuaire {object_guid}",
    Known.DIRECTORY: "Compte GLPI {author} : lié par LDAP au compte d'annuaire {object_guid}",
}


class Identity(BaseModel):
    """Who wrote the texts of one request.

    author_id: the GLPI account by GLPI's history, even when that proves nothing. code: why it proves nothing.
    evidence: what it rests on, in French, for technicians and operators. editor_ids: every GLPI account that had a
    hand in the texts.
    """

    model_config = ConfigDict(frozen=True)

    known: Known
    author_id: int | None = None
    object_guid: UUID | None = None
    code: Code | None = None
    evidence: tuple[str, ...] = ()
    editor_ids: tuple[int, ...] = ()


class GlpiAccount(BaseModel):
    """What identity needs of one user of get_glpi_user. object_guid: by GLPI's LDAP link alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    user_id: int
    login: str = ""
    active: bool
    object_guid: UUID | None = None


class DeskWord(BaseModel):
    """The desk's word that somebody who was signed in wrote one text.

    sha256: of the text as it was written, or with every run of blanks as one, for GLPI's server shortens them.
    key: `description`, or `followup:17`; without it any text of the ticket with these words.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    object_guid: UUID
    key: str | None = None
    method: str = ""
    signed_in_at: datetime | None = None


def prove_author(
    texts: Sequence[TicketText],
    account: GlpiAccount | None,
    *,
    desk_id: int | None,
    desk_words: Sequence[DeskWord],
) -> Identity:
    """Who wrote all of these texts of one ticket.

    account: the GLPI account of their author, None when GLPI has none. desk_id: the desk's own GLPI account.
    desk_words: what the desk says of this ticket. In doubt NOBODY, with the code that says which doubt.
    """
    author_id = texts[0].author_id if texts else None
    hands = tuple(dict.fromkeys(editor for text in texts for editor in text.editor_ids))
    known = Identity(known=Known.NOBODY, author_id=author_id, editor_ids=hands, evidence=_origins(texts))
    if (code := _doubt(texts)) is not None:
        return known.model_copy(update={"code": code})
    if author_id == desk_id:
        return _by_desk(known, texts, desk_words)
    return _by_directory(known, account, by_system=texts[0].is_by_system)


def _doubt(texts: Sequence[TicketText]) -> Code | None:
    if any(text.by_mail for text in texts):
        # Whoever the history names: the administrator who has mails collected is named as the author of them all.
        return Code.BY_MAIL
    authors = {text.author_id for text in texts}
    if not texts or None in authors:
        by_mail = any(text.author_id is None and text.is_by_system for text in texts)
        return Code.BY_MAIL if by_mail else Code.AUTHOR_UNKNOWN
    if len(authors) > 1:
        return Code.SEVERAL_AUTHORS
    return Code.EDITED if {editor for text in texts for editor in text.editor_ids} - authors else None


def _by_desk(known: Identity, texts: Sequence[TicketText], words: Sequence[DeskWord]) -> Identity:
    """Every text must be one that the desk names, and all of them of one person."""
    people: set[UUID] = set()
    for text in texts:
        named = [word for word in words if word.key in (None, text.key) and word.sha256 in _hashes(text)]
        if not named:
            return known.model_copy(update={"code": Code.AUTHOR_UNKNOWN})
        people |= {word.object_guid for word in named}
    if len(people) != 1:
        return known.model_copy(update={"code": Code.SEVERAL_AUTHORS})
    return _proven(known, Known.DESK, people.pop())


def _hashes(text: TicketText) -> tuple[str, ...]:
    """Of the text, with and without the mark under it; of a longer one than is read, what the GLPI server says."""
    if text.truncated:
        return (text.whole_sha256,) if text.whole_sha256 else ()
    forms = (text.content, _MARK.sub("", text.content))
    said = [same for form in forms for same in (form.strip(), " ".join(form.split()))]
    return tuple(hashlib.sha256(text.encode()).hexdigest() for text in said)


def _by_directory(known: Identity, account: GlpiAccount | None, *, by_system: bool) -> Identity:
    if account is None or account.user_id != known.author_id:
        return known.model_copy(update={"code": Code.ACCOUNT_GONE})
    if not account.active:
        return known.model_copy(update={"code": Code.ACCOUNT_DISABLED})
    if account.object_guid is None:
        # GLPI's own account has a number since 10, and what it makes it makes out of mails.
        return known.model_copy(update={"code": Code.BY_MAIL if by_system else Code.LOCAL_ACCOUNT})
    return _proven(known, Known.DIRECTORY, account.object_guid)


def _proven(known: Identity, how: Known, object_guid: UUID) -> Identity:
    line = _EVIDENCE[how].format(author=known.author_id, object_guid=object_guid)
    return known.model_copy(
        update={"known": how, "object_guid": object_guid, "evidence": (*known.evidence, line)},
    )


def _origins(texts: Sequence[TicketText]) -> tuple[str, ...]:
    return tuple(
        (_EDITED if text.editor_ids else _WRITTEN).format(
            key=text.key,
            author=text.author_id or text.author_login or "?",
            editors=", ".join(str(editor or "?") for editor in text.editor_ids),
        )
        for text in texts
    )
