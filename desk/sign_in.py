"""Signing in: by a one-time code sent to the directory's address, or by the header of a proxy that has asked already.

Whether an address is known is not told to whoever asks for a code: the answer is the same and comes at once, and the
looking up happens behind it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from desk.limits import Limited, Limits
from desk.mail import send_code
from desk.people import Account, Directory, Method, Person, account_from_row
from desk.problems import CannotDo, Problem
from desk.services import Services
from desk.tables import sign_in, sign_in_code, users
from shared.errors import WidipError
from shared.logs import get_logger, where_it_failed
from shared.oidc import Failure, SignInFailed, Vouched

logger = get_logger("sign_in")

EVERY_30_MIN = "50 */30 * * * *"
DIGITS = 8
"""Five tries at each of the few codes of an hour: a guess stays one in two million."""


class SignIns:
    """Who may come in, and who is in."""

    def __init__(self, services: Services, limits: Limits, directory: Directory) -> None:
        self._s = services
        self._limits = limits
        self._directory = directory
        self._key = services.settings.desk_secret.get_secret_value().encode()
        self._sending: set[asyncio.Task[None]] = set()

    async def request_code(self, email: str, *, source: str) -> str:
        """Send a code to this address if the directory knows it; returns the number under which to enter it.

        Raises CannotDo(NO_CODES) when nobody can get one, CannotDo(TOO_MANY).
        """
        settings = self._s.settings
        if settings.smtp_host is None or "ad" in self._s.toolbox.problems():
            raise CannotDo(Problem.NO_CODES)
        await self._limits.charge(Limited.SIGN_INS, source, cap=settings.hourly_sign_ins)
        await self._limits.charge(Limited.CODES, email.lower(), cap=settings.hourly_codes)
        challenge = secrets.token_urlsafe(32)
        task = asyncio.create_task(self._send(challenge, email.lower()))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return challenge

    async def _send(self, challenge: str, email: str) -> None:
        try:
            account = await self._directory.find(email)
            if account is None:
                logger.info("code_for_nobody")
                return
            code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
            row = {
                "id": challenge,
                "email": email,
                "digest": self._digest(challenge, code),
                "expires_at": self._s.clock() + timedelta(minutes=self._s.settings.code_minutes),
                "tries_left": self._s.settings.code_tries,
            }
            await self._s.database.write(lambda connection: connection.execute(sign_in_code.insert().values(row)))
            await send_code(self._s.settings, email, code)
        except (WidipError, sa.exc.SQLAlchemyError) as error:
            logger.error("code_not_made", error_type=type(error).__name__, where=where_it_failed(error))

    async def enter_code(self, challenge: str, code: str, *, source: str) -> str:
        """The token of a new sign-in. Raises CannotDo(WRONG_CODE) for a code that is wrong, over or used."""
        await self._limits.charge(Limited.SIGN_INS, source, cap=self._s.settings.hourly_sign_ins)
        digest = self._digest(challenge, "".join(code.split()))
        email = await self._s.database.write(partial(_use_code, challenge, digest, self._s.clock()))
        if email is None:
            raise CannotDo(Problem.WRONG_CODE)
        account = await self._s.database.read(partial(_find_account, email))
        if account is None:
            raise CannotDo(Problem.WRONG_CODE)
        return await self._begin(account, Method.CODE)

    async def enter_by_header(self, email: str, *, source: str) -> str:
        """The token of a new sign-in of somebody whom the proxy names. Raises CannotDo(NOT_SIGNED_IN) for nobody."""
        await self._limits.charge(Limited.SIGN_INS, f"header:{email.lower()}", cap=self._s.settings.hourly_sign_ins)
        account = await self._directory.find(email)
        if account is None:
            logger.warning("proxy_names_nobody", source=source)
            raise CannotDo(Problem.NOT_SIGNED_IN)
        return await self._begin(account, Method.HEADER)

    async def enter_by_provider(self, vouched: Vouched) -> str:
        """The token of a new sign-in of whom the provider vouches for. Raises SignInFailed for nobody."""
        if vouched.object_guid is not None:
            account = await self._directory.find_by_guid(vouched.object_guid)
        else:
            account = await self._directory.find(vouched.email or "")
        if account is None:
            logger.warning("provider_names_nobody")
            raise SignInFailed(Failure.UNKNOWN_ACCOUNT)
        return await self._begin(account, Method.OIDC)

    async def charge(self, source: str) -> None:
        """Count a try from this address. Raises CannotDo(TOO_MANY)."""
        await self._limits.charge(Limited.SIGN_INS, source, cap=self._s.settings.hourly_sign_ins)

    async def _begin(self, account: Account, method: Method) -> str:
        now = self._s.clock()
        row = {
            "id": secrets.token_urlsafe(32),
            "email": account.email,
            "object_guid": account.object_guid,
            "method": method.value,
            "signed_in_at": now,
            "expires_at": now + timedelta(hours=self._s.settings.sign_in_hours),
        }
        await self._s.database.write(lambda connection: connection.execute(sign_in.insert().values(row)))
        logger.info("signed_in", method=method.value)
        return self._token(str(row["id"]))

    async def find(self, token: str) -> Person | None:
        """Who presents this token; None for one that is not ours, over, or ended."""
        sign_in_id, _, _mac = token.partition(".")
        if not hmac.compare_digest(self._token(sign_in_id).encode(), token.encode()):
            return None
        return await self._s.database.read(partial(_find_person, sign_in_id, self._s.clock()))

    async def end(self, person: Person) -> None:
        """Sign out."""
        ended = sign_in.update().where(sign_in.c.id == person.sign_in_id).values(ended_at=self._s.clock())
        await self._s.database.write(lambda connection: connection.execute(ended))

    async def recheck(self) -> int:
        """End the sign-ins of people for whom the directory no longer has a living account; returns how many people.

        With the directory away nobody is put out: a sign-in has its own end.
        """
        ended = 0
        for email in await self._s.database.read(partial(_list_signed_in, self._s.clock())):
            try:
                account = await self._directory.find(email)
            except WidipError as error:
                logger.warning("people_not_rechecked", code=error.code)
                return ended
            if account is None:
                await self._s.database.write(partial(_end_all, email, self._s.clock()))
                logger.info("signed_out", why="no living account")
                ended += 1
        return ended

    async def aclose(self) -> None:
        """Let mails that are being sent leave."""
        await asyncio.gather(*self._sending, return_exceptions=True)

    def _digest(self, challenge: str, code: str) -> str:
        return hmac.new(self._key, f"code:{challenge}:{code}".encode(), hashlib.sha256).hexdigest()

    def _token(self, sign_in_id: str) -> str:
        mac = hmac.new(self._key, f"sign-in:{sign_in_id}".encode(), hashlib.sha256).hexdigest()
        return f"{sign_in_id}.{mac}"


def _use_code(challenge: str, digest: str, now: datetime, connection: sa.Connection) -> str | None:
    """Whose code it was, and is no more. Returns instead of raising: an error would undo that a try was used up."""
    known = (sign_in_code.c.id == challenge) & (sign_in_code.c.tries_left > 0) & (sign_in_code.c.expires_at > now)
    tried = sign_in_code.update().where(known).values(tries_left=sign_in_code.c.tries_left - 1)
    row = connection.execute(tried.returning(sign_in_code.c.digest, sign_in_code.c.email)).first()
    if row is None or not hmac.compare_digest(row.digest, digest):
        return None
    connection.execute(sign_in_code.delete().where(sign_in_code.c.id == challenge))
    return str(row.email)


def _find_account(email: str, connection: sa.Connection) -> Account | None:
    row = connection.execute(sa.select(users).where(users.c.email == email)).mappings().first()
    return account_from_row(row) if row else None


def _find_person(sign_in_id: str, now: datetime, connection: sa.Connection) -> Person | None:
    valid = (sign_in.c.id == sign_in_id) & (sign_in.c.expires_at > now) & sign_in.c.ended_at.is_(None)
    same = (users.c.email == sign_in.c.email) & (users.c.object_guid == sign_in.c.object_guid)
    query = sa.select(users, sign_in.c.method, sign_in.c.signed_in_at).join(sign_in, same).where(valid)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return Person(account_from_row(row), sign_in_id, Method(row["method"]), row["signed_in_at"])


def _list_signed_in(now: datetime, connection: sa.Connection) -> list[str]:
    signed_in = (sign_in.c.expires_at > now) & sign_in.c.ended_at.is_(None)
    return list(connection.execute(sa.select(sign_in.c.email).where(signed_in).distinct()).scalars())


def _end_all(email: str, now: datetime, connection: sa.Connection) -> None:
    mine = (sign_in.c.email == email) & sign_in.c.ended_at.is_(None)
    connection.execute(sign_in.update().where(mine).values(ended_at=now))
