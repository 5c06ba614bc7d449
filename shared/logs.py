"""JSON logs on stderr, one line an event, with secrets taken out before they are written."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import structlog

REDACTED = "[redacted]"
MAX_TEXT = 400

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|^pwd$|secret|token|authorization|api_?key|cookie|community|authpass|cryptopass"
    r"|credential|session_id|seal_key|mark_key|payload$",
    re.IGNORECASE,
)
_SAFE_NAMES = frozenset({"prompt_tokens", "output_tokens", "total_tokens", "tokens", "token_name", "secret_id"})
_SECRET_VALUE = re.compile(
    r"(?i)\b(bearer|basic|user_token|token)\s+[a-z0-9._~+/=-]{6,}"
    r"|(?:passw(?:or)?d|pwd|mot[ _-]de[ _-]passe|mdp|token|secret|community|api_?key)[\"']?\s*[=:]\s*"
    r"(?:(?:bearer|basic|user_token)\s+)?(?:\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
    r"|(?<=/confirmer/)[0-9a-f]{8,}"  # whoever reads such a link could confirm in the place of whom it was sent to
    r"|\b(?:redis|postgres(?:ql)?(?:\+\w+)?|ldaps?|https?)://[^/\s:@]*:[^@\s/]+@"
)


def redact_text(text: str) -> str:
    """`text` with whatever looks like a credential replaced."""
    return _SECRET_VALUE.sub(REDACTED, text)


def redact(value: Any, *, max_text: int = MAX_TEXT) -> Any:
    """A copy of `value` fit to be stored: secret-named fields replaced, long texts cut, an exception only its type.

    Any JSON-like value; what else there is becomes text.
    """
    if isinstance(value, Mapping):
        return {
            str(key): REDACTED if _is_secret_name(str(key)) else redact(item, max_text=max_text)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, max_text=max_text) for item in list(value)[:50]]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    text = redact_text(str(value))
    return text if len(text) <= max_text else f"{text[:max_text]}… (+{len(text) - max_text})"


def _is_secret_name(name: str) -> bool:
    return name not in _SAFE_NAMES and bool(_SECRET_NAME.search(name))


def _redact_event(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    cleaned: structlog.typing.EventDict = redact(event)
    return cleaned


def where_it_failed(error: BaseException, *, frames: int = 6) -> list[str]:
    """The last frames of a traceback as `file:line function`, without values: those may hold secrets."""
    stack = traceback.extract_tb(error.__traceback__)[-frames:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack]


def configure_logs(program: str, *, level: str = "INFO") -> None:
    """Send structlog and the standard library's logs to stderr as redacted JSON lines naming `program`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    tail: list[structlog.typing.Processor] = [
        _add_program(program),
        _redact_event,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, _short_exception],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These name whole URLs, bodies or tracebacks at INFO: ours say the same in one line.
    for noisy in ("httpx", "httpx2", "httpcore", "mcp", "sse_starlette", "uvicorn.access", "dbos", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    for silent in ("mcp.client", "mcp.server.sse", "mcp.server.streamable_http"):
        logging.getLogger(silent).setLevel(logging.CRITICAL)


def _add_program(program: str) -> structlog.typing.Processor:
    def add(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"program": program, **event}

    return add


def _short_exception(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace a foreign logger's traceback by its type and frames."""
    record = event.get("_record")
    if record is not None and record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        event["error_type"] = type(error).__name__
        event["where"] = where_it_failed(error)
    event.pop("exc_info", None)
    if record is not None:
        record.exc_info = None
        record.exc_text = None
    return event


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; its events are snake_case names, its fields say the rest."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(f"widip.{name}")
    return logger
