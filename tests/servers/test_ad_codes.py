"""One test a row of the table that says what Active Directory's refusals mean; docs/ad-delegation.md shows the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from servers.ad.codes import (
    ROWS,
    AlreadyThere,
    Operation,
    Row,
    Stale,
    bind_refusal,
    error_from_result,
    find_bind_data,
    find_win32,
    proves_password,
)
from shared.errors import (
    InvalidInput,
    NotFound,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)

# operation, result, message as Windows or Samba writes it, error
SEEN: list[tuple[Operation, int, str, type[WidipError]]] = [
    (Operation.RESET, 19, "0000052D: Constraint violation - check_password_restrictions: secret!", InvalidInput),
    (Operation.RESET, 19, "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: problem 1005\n\0", InvalidInput),
    (Operation.RESET, 53, "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM)\n\0", InvalidInput),
    (Operation.RESET, 53, "0000001F: SvcErr: DSID-031A12D2, problem 5003\n\0", UpstreamRejected),
    (Operation.CREATE, 19, "0000202F: samldb: userPrincipalName a@b already in use", InvalidInput),
    (Operation.CREATE, 68, "00002071: samldb: samAccountName 'x' already in use!", AlreadyThere),
    (Operation.CREATE, 68, "Entry CN=x,OU=y already exists", AlreadyThere),
    (Operation.CREATE, 32, "00002030: NameErr: DSID-0310028C, problem 2001", NotFound),
    (Operation.FLAGS, 16, "no matching attribute value while deleting attribute", Stale),
    (Operation.FLAGS, 53, "0000052D: SvcErr: DSID-031A1236, problem 5003", InvalidInput),
    (Operation.MOVE, 68, "00000524: UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS)", InvalidInput),
    (Operation.MOVE, 80, "00002095: objectclass: Cannot rename x, parent does not exist!", NotFound),
    (Operation.MOVE, 80, "00000001: something else", UpstreamRejected),
    (Operation.MEMBER, 68, "Attribute member already exists for target GUID 1", AlreadyThere),
    (Operation.MEMBER, 32, "00000525: specified dn doesn't exist", NotFound),
    (Operation.READ, 8, "00002028: LdapErr: DSID-0C090256", UpstreamUnauthorized),
    (Operation.READ, 10, "0000202B: RefErr: DSID-0310082F", UpstreamRejected),
    (Operation.READ, 3, "", UpstreamUnavailable),
    (Operation.READ, 11, "", UpstreamRejected),
    (Operation.UNLOCK, 32, "00002030: x", NotFound),
    (Operation.READ, 49, "80090308: LdapErr: data 52e", UpstreamUnauthorized),
    (Operation.RESET, 50, "error in module acl: x", UpstreamRejected),
    (Operation.MOVE, 50, "00002098: SecErr: DSID-031514A0", UpstreamRejected),
    (Operation.FLAGS, 51, "0000200E: SvcErr: problem 5001 (BUSY)", UpstreamUnavailable),
    (Operation.CREATE, 52, "", UpstreamUnavailable),
    (Operation.UNLOCK, 80, "whatever", UpstreamRejected),
]


@pytest.mark.requirement("A-21")
@pytest.mark.parametrize(
    ("operation", "result", "message", "error"),
    SEEN,
    ids=[
        f"{operation.name.lower()}-{result}-{find_win32(message) or 'none'}" for operation, result, message, _ in SEEN
    ],
)
def test_a_result_becomes_an_error(operation: Operation, result: int, message: str, error: type[WidipError]) -> None:
    found = error_from_result(operation, result, message)

    assert type(found) is error
    shown = str(found)
    assert f"(code {f'{result} {find_win32(message)}'.rstrip()})" in shown
    assert not re.search(r"DSID|problem|samldb|secret|Constraint|acl|Entry|GUID|Cannot|OU=|\n", shown)


@pytest.mark.requirement("A-21")
def test_every_row_of_the_table_has_been_seen() -> None:
    def fits(row: Row) -> bool:
        for operation, result, message, _error in SEEN:
            first = next(
                (
                    r
                    for r in ROWS
                    if r.operation in (None, operation)
                    and r.result == result
                    and r.win32 in (None, find_win32(message))
                ),
                None,
            )
            if first is row:
                return True
        return False

    assert [row for row in ROWS if not fits(row)] == []


@pytest.mark.requirement("A-21")
def test_the_document_shows_every_row(root: Path) -> None:
    text = (root / "docs/ad-delegation.md").read_text()
    for row in ROWS:
        operation = row.operation.value if row.operation else "any"
        line = f"| {operation} | {row.result} | {row.win32 or ''} | `{row.error.__name__}` |".replace("|  |", "| |")
        assert line in text, line


@pytest.mark.requirement("A-21")
def test_success_is_no_error() -> None:
    assert error_from_result(Operation.RESET, 0, "00000000: Success") is None


@pytest.mark.requirement("A-20")
@pytest.mark.parametrize(
    ("data", "is_mended", "has_right_password"),
    [
        ("52e", False, False),
        ("525", False, False),
        ("530", True, True),
        ("531", True, True),
        ("532", True, True),
        ("533", True, True),
        ("701", True, True),
        ("773", True, True),
        ("775", True, False),
        ("999", False, False),
    ],
)
def test_a_refused_sign_in_says_why(data: str, is_mended: bool, has_right_password: bool) -> None:
    message = f"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {data}, v1db1\n\0"

    assert find_bind_data(message) == data
    assert bind_refusal(data).mended is is_mended
    assert proves_password(data) is has_right_password
    assert find_bind_data("no such thing") == "unknown"
