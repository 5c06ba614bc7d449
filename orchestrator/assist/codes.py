"""Why policy says what it says: one closed list for decisions, rows, tickets and operators."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why: each has a sentence in French for the ticket and a detail for the technician (refusals.py)."""

    ALLOWED = "allowed"
    NO_RULE = "no_rule"

    # Who wrote it is not proven.
    AUTHOR_UNKNOWN = "author_unknown"
    BY_MAIL = "by_mail"
    LOCAL_ACCOUNT = "local_account"
    ACCOUNT_GONE = "account_gone"
    ACCOUNT_DISABLED = "account_disabled"
    EDITED = "edited"
    SEVERAL_AUTHORS = "several_authors"
    TEXT_CHANGED = "text_changed"

    # Whom it is about is not clear, or not his to ask.
    NO_MATCH = "no_match"
    AMBIGUOUS = "ambiguous"
    OTHER_SITE = "other_site"
    NAME_MISMATCH = "name_mismatch"
    NAME_TAKEN = "name_taken"
    NAME_UNUSABLE = "name_unusable"
    PLACE_UNKNOWN = "place_unknown"
    NOT_FOR_SELF = "not_for_self"
    NOT_REFERENT = "not_referent"
    PROTECTED = "protected"
    SITE_UNKNOWN = "site_unknown"

    # Nobody can safely be written to.
    NO_ADDRESS = "no_address"
    ADDRESS_NOT_UNIQUE = "address_not_unique"
    SHARED_MAILBOX = "shared_mailbox"

    # Limits and switches.
    CAP_ACCOUNT = "cap_account"
    CAP_SITE = "cap_site"
    CAP_TOTAL = "cap_total"
    SWITCHED_OFF = "switched_off"
    SUGGEST_ONLY = "suggest_only"

    # Somebody has to say yes, or did not.
    CONFIRMATION_NEEDED = "confirmation_needed"
    CONFIRMATION_EXPIRED = "confirmation_expired"
    CONFIRMATION_DENIED = "confirmation_denied"
    COLLEAGUE_APPROVAL = "colleague_approval"
    NEW_APPROVAL = "new_approval"
    SITE_APPROVAL = "site_approval"
    APPROVAL_EXPIRED = "approval_expired"
    APPROVAL_REJECTED = "approval_rejected"
    CHANGED = "changed"

    # The request or its ticket.
    DETAILS_MISSING = "details_missing"
    DETAILS_NOT_GIVEN = "details_not_given"
    NOT_OURS = "not_ours"
    TICKET_CLOSED = "ticket_closed"
    TICKET_GONE = "ticket_gone"

    # The systems.
    SYSTEM_REFUSED = "system_refused"
    SYSTEM_AWAY = "system_away"
