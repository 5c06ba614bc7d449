"""One line in the log for each thing done with a secret: who, what, which, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.errors import WidipError
from shared.logs import get_logger
from shared.mcp_tool import Call

logger = get_logger("mysecret.audit")


@dataclass
class Line:
    """What is learnt on the way. secret_id: our name for the secret, which opens nothing."""

    secret_id: str | None = None
    outcome: str = "ok"


@asynccontextmanager
async def audited(call: Call, tool: str, secret_id: str | None = None) -> AsyncIterator[Line]:
    """Write the line however it ends. No link, no token and no payload is ever given to it."""
    line = Line(secret_id)
    try:
        yield line
    except WidipError as error:
        line.outcome = error.code
        raise
    except BaseException:
        line.outcome = "internal"
        raise
    finally:
        logger.info(
            "secret_audit",
            caller=call.caller,
            tool=tool,
            outcome=line.outcome,
            secret_id=line.secret_id,
            request_id=call.request_id,
        )
