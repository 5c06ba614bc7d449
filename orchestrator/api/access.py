"""Who may use the API: whoever has its token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from orchestrator.services import Services

_BEARER = HTTPBearer(auto_error=False, description="API_TOKEN")


def token_check(services: Callable[[], Services]) -> Callable[[HTTPAuthorizationCredentials | None], None]:
    """A dependency that answers 401 to anybody else."""

    def check_token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        presented = credentials.credentials if credentials else ""
        expected = services().settings.api_token.get_secret_value()
        if not hmac.compare_digest(presented.encode(), expected.encode()):
            raise HTTPException(401, "wrong or missing API token", headers={"WWW-Authenticate": "Bearer"})

    return check_token
