"""Who may look and decide on the console: a TOML file of operators with hashed tokens.

[[operator]]
name = "jdupont"
token_sha256 = "…"              # `widip operators create` makes token and hash
glpi_id = 12                    # his accounts: nobody decides on a request that he has a part in
object_guid = "…"
roles = ["approver"]            # viewer, operator, approver, admin: each says what it says, none includes another
email = "j.dupont@…"            # by which an OpenID provider may name him, when it does not tell the objectGUID
password_argon2 = "…"           # `widip operators set-password`; without it he cannot sign in by password
disabled = true                 # `widip operators disable`: neither token nor password nor session counts

The file is looked at again whenever it has changed: nobody has to restart anything.
"""

from __future__ import annotations

import hmac
import json
import tomllib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import InvalidInput
from shared.logs import get_logger
from shared.mcp_tokens import NAME, hash_token
from shared.settings import EMAIL
from shared.toml_lines import line_of

logger = get_logger("operators")


class OperatorRole(StrEnum):
    """What an operator may do; all may look."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


class Operator(BaseModel):
    """One person of the team, with his own accounts in GLPI and in the directory."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=NAME)
    token_sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    glpi_id: int = Field(ge=1)
    object_guid: UUID
    roles: frozenset[OperatorRole] = Field(min_length=1)
    email: str | None = Field(default=None, pattern=EMAIL)
    password_argon2: str | None = Field(default=None, pattern=r"^\$argon2id\$", repr=False)
    disabled: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    operator: tuple[Operator, ...] = Field(min_length=1)


class Operators:
    """All operators."""

    def __init__(self, operators: Sequence[Operator]) -> None:
        self._operators = tuple(operators)

    def verify(self, presented: str) -> Operator | None:
        """Whose token this is; all are compared, in constant time each."""
        digest = hash_token(presented)
        found = None
        for operator in self._operators:
            if hmac.compare_digest(operator.token_sha256, digest):
                found = operator
        return found if found is not None and not found.disabled else None

    def find(self, name: str) -> Operator | None:
        """The operator of this name, unless he is disabled."""
        return next((one for one in self._operators if one.name == name and not one.disabled), None)

    def find_vouched(self, email: str | None, object_guid: UUID | None) -> Operator | None:
        """Whom an OpenID provider names: by the GUID if it tells one, else by the address."""
        for operator in self._operators:
            is_named = object_guid is not None and operator.object_guid == object_guid
            is_written = bool(email and operator.email) and str(operator.email).casefold() == str(email).casefold()
            if (is_named or (object_guid is None and is_written)) and not operator.disabled:
                return operator
        return None

    def __iter__(self) -> Iterator[Operator]:
        return iter(self._operators)


class OperatorsFile:
    """The operators as the file has them now. A change that broke it does not count until it is mended."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._operators: Operators | None = None
        if path is not None and path.exists():
            self._seen, self._operators = _stamp(path), load_operators(path)

    def current(self) -> Operators | None:
        """All operators; None where there is no file."""
        if self._path is None or (stamp := _stamp(self._path)) == self._seen:
            return self._operators
        self._seen = stamp
        try:
            self._operators = load_operators(self._path)
        except InvalidInput as error:
            logger.error("operators_unusable", reason=str(error))
        else:
            logger.info("operators_read", file=str(self._path))
        return self._operators

    @property
    def why_none(self) -> str:
        """Why there are no operators, for people."""
        missing = f"{self._path} does not exist" if self._path else "OPERATORS_FILE is not set"
        return f"nobody can decide here: {missing}; `widip operators create` makes one"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def operator_entry(
    name: str, token: str, roles: Sequence[str], *, glpi_id: int, object_guid: UUID, email: str | None = None
) -> str:
    """What the file says of a new operator: the hash of his token, never itself."""
    return (
        f'[[operator]]\nname = "{name}"\ntoken_sha256 = "{hash_token(token)}"\nglpi_id = {glpi_id}\n'
        f'object_guid = "{object_guid}"\nroles = {json.dumps(list(roles))}\n'
        + (f"email = {json.dumps(email)}\n" if email else "")
    )


def load_operators(path: Path) -> Operators:
    """Read and check the file. Raises InvalidInput listing every fault as `file:line: reason`."""
    try:
        text = path.read_text(encoding="utf-8")
        operators = _File.model_validate(tomllib.loads(text)).operator
    except FileNotFoundError:
        raise InvalidInput(f"{path}: the file does not exist; `widip operators create` makes it") from None
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: {error}") from None
    except ValidationError as error:
        found = [e for e in error.errors() if e["type"] != "too_short" or len(e["loc"]) > 1 or error.error_count() == 1]
        faults = [f"{path}:{line_of(text, e['loc'])}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found]
        raise InvalidInput("\n".join(faults)) from None
    faults = [f"{path}:{line}: {reason}" for line, reason in _find_doubles(text, operators)]
    if faults:
        raise InvalidInput("\n".join(faults))
    return Operators(operators)


def _find_doubles(text: str, operators: Sequence[Operator]) -> Iterator[tuple[int, str]]:
    """One person under two names could approve twice, and be barred from neither."""
    for field in ("name", "token_sha256", "glpi_id", "object_guid", "email"):
        seen: dict[object, str] = {}
        for n, operator in enumerate(operators):
            value = getattr(operator, field)
            if value is not None and value in seen:
                yield line_of(text, ("operator", n, field)), f"{field} is {seen[value]}'s already"
            seen.setdefault(value, operator.name)
