"""The two ways a call fails."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """Ends the call with the array `[code, detail]`."""

    def __init__(self, status: int, code: str, detail: Any = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


class RefusedError(Exception):
    """One item is refused: no right, or it does not hold. `text` is what GLPI would show, often nothing."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


def right_missing() -> ApiError:
    """A read without the right."""
    return ApiError(HTTPStatus.FORBIDDEN, "ERROR_RIGHT_MISSING", "Vous n'avez pas les droits requis pour cette action.")


def not_found() -> ApiError:
    """No such row."""
    return ApiError(HTTPStatus.NOT_FOUND, "ERROR_ITEM_NOT_FOUND", "Élément introuvable")


def bad_request(code: str, text: str) -> ApiError:
    """400, the text followed by the pointer to the documentation that GLPI adds."""
    hint = f"voir la documentation dans votre navigateur : http://glpi.example/apirest.php/#{code}"
    return ApiError(HTTPStatus.BAD_REQUEST, code, f"{text} ; {hint}")
