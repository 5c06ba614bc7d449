"""What the desk says when it cannot do what was asked: a code for programs, a sentence for the person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.errors import WidipError
from shared.logs import get_logger

logger = get_logger("desk")


class Problem(StrEnum):
    """Why not."""

    NOT_SIGNED_IN = "not_signed_in"
    WRONG_CODE = "wrong_code"
    NO_CODES = "no_codes"
    NOT_YOU = "not_you"
    WRONG_ORIGIN = "wrong_origin"
    TOO_MANY = "too_many"
    SESSION_UNKNOWN = "session_unknown"
    SESSION_FOREIGN = "session_foreign"
    SESSION_EXPIRED = "session_expired"
    SESSION_USED = "session_used"
    UNKNOWN_CATEGORY = "unknown_category"
    TOO_LONG = "too_long"
    WRONG_STEP = "wrong_step"
    UNCLEAR_ANSWER = "unclear_answer"
    UNKNOWN_TICKET = "unknown_ticket"
    TICKET_CLOSED = "ticket_closed"
    EMPTY_TEXT = "empty_text"
    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"
    INVALID_INPUT = "invalid_input"
    AWAY = "away"


_SAID: Mapping[Problem, tuple[int, str]] = {
    Problem.NOT_SIGNED_IN: (401, "Connectez-vous pour continuer."),
    Problem.WRONG_CODE: (401, "Ce code est faux ou n'est plus valable. Demandez-en un nouveau."),
    Problem.NO_CODES: (503, "La connexion par code n'est pas possible en ce moment. Appelez le support."),
    Problem.NOT_YOU: (403, "Cette adresse n'est pas celle de la personne connectée."),
    Problem.WRONG_ORIGIN: (403, "Cette page n'est pas autorisée à agir en votre nom."),
    Problem.TOO_MANY: (429, "Trop de demandes. Réessayez un peu plus tard."),
    Problem.SESSION_UNKNOWN: (404, "Cette conversation n'existe pas. Décrivez à nouveau votre problème."),
    Problem.SESSION_FOREIGN: (403, "Cette conversation est celle d'une autre personne."),
    Problem.SESSION_EXPIRED: (410, "Cette conversation a expiré. Décrivez à nouveau votre problème."),
    Problem.SESSION_USED: (409, "Cette conversation est déjà terminée."),
    Problem.UNKNOWN_CATEGORY: (422, "Cette catégorie n'existe pas."),
    Problem.TOO_LONG: (422, "Votre message est trop long : 20 000 caractères au plus."),
    Problem.WRONG_STEP: (409, "Cette étape n'est pas celle qui est attendue."),
    Problem.UNCLEAR_ANSWER: (422, "Répondez par oui ou par non."),
    Problem.UNKNOWN_TICKET: (404, "Ce ticket n'existe pas."),
    Problem.TICKET_CLOSED: (409, "Ce ticket est clos. Décrivez votre problème dans une nouvelle demande."),
    Problem.EMPTY_TEXT: (422, "Écrivez quelque chose."),
    Problem.TOO_LARGE: (413, "Cette photo est trop lourde : 10 Mo au plus."),
    Problem.NOT_A_PHOTO: (
        415,
        "Ce fichier n'est pas une photo lisible : JPEG, PNG ou WebP, 50 millions de pixels au plus.",
    ),
    Problem.INVALID_INPUT: (422, "Cette demande n'a pas la forme attendue."),
    Problem.AWAY: (503, "Un service dont nous dépendons ne répond pas. Réessayez dans quelques minutes."),
}


class ProblemBody(BaseModel):
    """What every refusal looks like."""

    error: str
    message: str
    detail: dict[str, Any]


class CannotDo(WidipError):
    """Raised by a use case; becomes an answer with the problem's status. detail may be shown."""

    code = "cannot_do"

    def __init__(self, problem: Problem, *, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.detail = dict(detail or {})


def answer_problems(app: FastAPI, *, cookie: str) -> None:
    """Let the app answer `CannotDo`, and a system that is away. cookie: the name of the sign-in's."""

    @app.exception_handler(CannotDo)
    async def cannot_do(request: Request, error: CannotDo) -> JSONResponse:
        answer = _answer(error.problem, error.detail)
        if error.problem is Problem.NOT_SIGNED_IN and cookie in request.cookies:
            # It would be sent for ever, and who has no other sign-in could not report without one.
            answer.delete_cookie(cookie, secure=True, httponly=True, samesite="strict")
        return answer

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Without the value, as FastAPI would show it: it may be no text at all, and is nobody's to repeat.
        wrong = [{"where": [str(part) for part in one["loc"]], "why": one["type"]} for one in error.errors()]
        return _answer(Problem.INVALID_INPUT, {"wrong": wrong})

    @app.exception_handler(WidipError)
    async def away(request: Request, error: WidipError) -> JSONResponse:
        logger.warning("upstream_failed", path=request.url.path, code=error.code)
        return _answer(Problem.AWAY, {})


def _answer(problem: Problem, detail: Mapping[str, Any]) -> JSONResponse:
    status, message = _SAID[problem]
    headers = {"Retry-After": "600"} if problem is Problem.TOO_MANY else {}
    body = ProblemBody(error=problem.value, message=message, detail=dict(detail))
    return JSONResponse(body.model_dump(), status, headers)


def problems(*listed: Problem) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: what it may answer instead."""
    return {_SAID[problem][0]: {"model": ProblemBody} for problem in listed}
