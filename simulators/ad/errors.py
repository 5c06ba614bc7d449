"""Refusals with their result code and a text in the form of Windows: the Win32 code in eight hex digits first."""

from __future__ import annotations

VERSION = "v4563"


class RefusedError(Exception):
    """The directory refuses; `code` is LDAP's, `text` the diagnostic message."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = f"{text}\n\0" if text else ""


def _attribute(code: int, win32: int, problem: str, attribute: str) -> RefusedError:
    where = "DSID-03190F80"
    head = f"{win32:08X}: AtrErr: {where}, #1:\n\t0: {win32:08X}: {where}"
    return RefusedError(code, f"{head}, problem {problem}, data 0, Att 90000 ({attribute})")


def _service(code: int, win32: int, problem: str) -> RefusedError:
    return RefusedError(code, f"{win32:08X}: SvcErr: DSID-031A1236, problem {problem}, data 0")


def _general(code: int, win32: int, comment: str) -> RefusedError:
    return RefusedError(code, f"{win32:08X}: LdapErr: DSID-0C090A5C, comment: {comment}, data 0, {VERSION}")


def bad_credentials(data: str) -> RefusedError:
    """49; `data` is the cause: 52e, 525, 533, 775, 773, 532, 701."""
    comment = f"AcceptSecurityContext error, data {data}, {VERSION}"
    return RefusedError(49, f"80090308: LdapErr: DSID-0C090439, comment: {comment}")


def strong_auth_required() -> RefusedError:
    """8: a bind in clear."""
    comment = "The server requires binds to turn on integrity checking if SSL\\TLS are not already active"
    return _general(8, 0x2028, comment)


def not_bound() -> RefusedError:
    """1: nobody in particular asks."""
    return _general(
        1, 0x4DC, "In order to perform this operation a successful bind must be completed on the connection."
    )


def unknown_attribute(name: str) -> RefusedError:
    """16: not in the schema."""
    return _general(16, 0x57, f"Error in attribute conversion operation ({name})")


def bad_syntax(name: str) -> RefusedError:
    """21: a value of the wrong type."""
    return _attribute(21, 0x57, "1005 (CONSTRAINT_ATT_TYPE)", name)


def bad_control() -> RefusedError:
    """12: a critical control that is not known."""
    return _general(12, 0x57, "Error processing control")


def protocol_error(comment: str) -> RefusedError:
    """2."""
    return _general(2, 0x57, comment)


def constraint(attribute: str, win32: int = 0x200B) -> RefusedError:
    """19."""
    return _attribute(19, win32, "1005 (CONSTRAINT_ATT_TYPE)", attribute)


def no_such_value(attribute: str) -> RefusedError:
    """16: the value to delete is not there."""
    return _attribute(16, 0x2085, "1001 (NO_ATTRIBUTE_OR_VAL)", attribute)


def value_exists(attribute: str) -> RefusedError:
    """20."""
    return _attribute(20, 0x2081, "1006 (ATT_OR_VALUE_EXISTS)", attribute)


def unwilling(win32: int = 0x2035) -> RefusedError:
    """53."""
    return _service(53, win32, "5003 (WILL_NOT_PERFORM)")


def busy() -> RefusedError:
    """51."""
    return _service(51, 0x200E, "5001 (BUSY)")


def exists(win32: int = 0x2071) -> RefusedError:
    """68."""
    return RefusedError(68, f"{win32:08X}: UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS), data 0")


def no_object(best: str, win32: int = 0x2030) -> RefusedError:
    """32; `best` is the deepest name that exists."""
    problem = "problem 2001 (NO_OBJECT), data 0"
    return RefusedError(32, f"{win32:08X}: NameErr: DSID-03100241, {problem}, best match of:\n\t'{best}'")


def bad_name() -> RefusedError:
    """34."""
    return RefusedError(34, "0000208F: NameErr: DSID-03100234, problem 2006 (BAD_NAME), data 8350")


def forbidden(win32: int = 0x2098) -> RefusedError:
    """50."""
    return RefusedError(50, f"{win32:08X}: SecErr: DSID-031514A0, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0")


def not_leaf() -> RefusedError:
    """66."""
    return RefusedError(66, "00002015: UpdErr: DSID-031A122A, problem 6003 (CANT_ON_NON_LEAF), data 0")


def class_violation() -> RefusedError:
    """65."""
    return RefusedError(65, "00002014: UpdErr: DSID-03151EA1, problem 6002 (OBJ_CLASS_VIOLATION), data 0")


def naming_violation() -> RefusedError:
    """64."""
    return RefusedError(64, "00002099: NameErr: DSID-03050F78, problem 2005 (NAMING_VIOLATION), data 0")


def not_on_rdn(attribute: str) -> RefusedError:
    """67: the name changes by a rename only."""
    return RefusedError(67, f"00002016: UpdErr: DSID-03151EA1, problem 6004 (CANT_ON_RDN), data 0 ({attribute})")
