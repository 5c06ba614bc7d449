"""What people read for each code."""

from __future__ import annotations

import re

import pytest

from orchestrator.assist.codes import Code
from orchestrator.assist.refusals import WORDINGS


@pytest.mark.requirement("Y-27")
def test_every_code_has_a_sentence_for_the_ticket_and_a_detail_for_technicians() -> None:
    assert set(WORDINGS) == set(Code)
    for wording in WORDINGS.values():
        for text in (wording.public, wording.private):
            assert re.fullmatch(r"[A-ZÀ-Ý].{15,299}[.]", text)


@pytest.mark.requirement("Y-27")
@pytest.mark.parametrize("code", Code)
def test_sentence_for_the_ticket_is_plain_and_names_nobody(code: Code) -> None:
    public = WORDINGS[code].public

    # No placeholder that a name could be put into, no address, number of an account, or word of our trade.
    assert not re.search(r"[{}<>@\[\]=_%]|https?:|\d{3}", public)
    assert not re.search(
        r"annuaire|objectGUID|GUID|sites\.toml|LDAP|politique|protégé|administrat|homonyme|autre établissement|suspect",
        public,
    )


@pytest.mark.requirement("Y-27")
def test_sentence_is_the_same_where_a_difference_would_tell_of_other_accounts() -> None:
    public = {code: WORDINGS[code].public for code in Code}

    assert public[Code.NO_MATCH] == public[Code.AMBIGUOUS] == public[Code.OTHER_SITE]
    assert public[Code.PROTECTED] == public[Code.NO_RULE] == public[Code.SYSTEM_REFUSED]
    assert public[Code.NO_ADDRESS] == public[Code.ADDRESS_NOT_UNIQUE] == public[Code.SHARED_MAILBOX]
    assert public[Code.CAP_ACCOUNT] == public[Code.CAP_SITE] == public[Code.CAP_TOTAL]
