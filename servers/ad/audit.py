"""One line for each action on an account: who, what, on whom, with what outcome. No names, no texts, no passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from shared.errors import WidipError
from shared.logs import get_logger
from shared.mcp_tool import Call

logger = get_logger("ad")


@dataclass
class Action:
    """What is known of an action while it goes on. account is its objectGUID; None until it is found."""

    account: UUID | None = None
    outcome: str = "done"
    detail: str | None = None


@contextmanager
def audited(call: Call, tool: str) -> Iterator[Action]:
    """Write the line when the action ends, however it ends."""
    action = Action()
    try:
        yield action
    except WidipError as error:
        action.outcome = error.code
        raise
    except BaseException:
        action.outcome = "internal"
        raise
    finally:
        logger.info(
            "ad_action",
            request_id=call.request_id,
            caller=call.caller,
            tool=tool,
            account=str(action.account) if action.account else None,
            outcome=action.outcome,
            detail=action.detail,
        )
