"""/api/v1/about: what anybody may know before signing in: how to sign in, whom to call, what is away."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel

from desk.parts import Parts
from shared.breaker import DOWN, read_breaker


class About(BaseModel):
    """The desk, for its page. answer_delays_h: a technician usually answers within so many hours, by priority.

    glpi_is_down: tickets are kept and reach the technicians later. has_model: messages get a second look.
    """

    support_phone: str | None
    support_hours: str
    answer_delays_h: dict[int, float]
    has_codes: bool
    has_oidc: bool
    takes_anonymous: bool
    has_model: bool
    glpi_is_down: bool


def build_about(parts: Callable[[], Parts]) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["about"])

    @router.get("/about")
    async def get_about() -> About:
        """How to sign in, whom to call, and what is away right now."""
        services = parts().services
        settings = services.settings
        return About(
            support_phone=settings.support_phone,
            support_hours=settings.support_hours,
            answer_delays_h=dict(enumerate(settings.support_delays_h, start=1)),
            has_codes=settings.smtp_host is not None and "ad" not in services.toolbox.problems(),
            has_oidc=settings.oidc_issuer is not None,
            takes_anonymous=settings.anonymous_reports,
            has_model=services.llm is not None,
            glpi_is_down=await read_breaker(services.redis) == DOWN,
        )

    return router
