"""A tool is a value: its name, typed input and output, handler and risk in one immutable object."""

from __future__ import annotations

import inspect
import typing
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Self

from mcp_types import Tool as McpTool
from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from shared.errors import InvalidInput, OutcomeUnknown

KEYED = "widip/keyed"
"""Key of a listed tool's `_meta`: true when a repeat under the same idempotency key is answered from the record."""

ToolFunction = Callable[..., Awaitable[BaseModel]]


class Risk(StrEnum):
    """How much harm a wrong call can do."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"


@dataclass(frozen=True, slots=True)
class Call:
    """What surrounds one call of a tool. A tool function that wants it declares a first parameter of this type.

    idempotency_key: names the effect, from the caller; None when he gave none.
    look_first: the same key was begun before and its outcome is unknown, so look for the effect before making it.
    look_only: and if it is not there, do not make it yet: an earlier try without an answer may still take effect.
    fresh_after: epoch seconds; a cached answer older than this will not do.
    recipient_domains: where this caller may send mail to; "*" is anywhere.
    scopes: what the caller's token allows. ous: distinguished names of the OUs whose accounts it may touch.
    """

    caller: str = "in-process"
    request_id: str = ""
    idempotency_key: str | None = None
    look_first: bool = False
    look_only: bool = False
    fresh_after: float | None = None
    recipient_domains: frozenset[str] = frozenset({"*"})
    scopes: frozenset[str] = frozenset()
    ous: frozenset[str] = frozenset()

    def check_may_act(self, system: str) -> None:
        """After a look that found nothing. Raises OutcomeUnknown while an earlier try may still take effect."""
        if self.look_only:
            text = "an earlier try got no answer and may still take effect; nothing was repeated, ask again in a minute"
            raise OutcomeUnknown(text, system=system, may_come_late=True)

    def part(self, name: str) -> Call:
        """This call as seen by one of its several effects: with a key of its own, so that marks cannot be confused."""
        return replace(self, idempotency_key=self.idempotency_key and f"{self.idempotency_key}:{name}")


class Confidential(BaseModel, ABC):
    """A result with something in it that nothing may record. The field that holds it has a default of None."""

    @abstractmethod
    def for_record(self) -> Self:
        """What a repeat of the call gets: the same without the secret."""


class _ToolInput(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


@dataclass(frozen=True)
class Tool:
    """One tool of a server.

    risk has no default: whoever adds a tool decides. idempotent: repeating it with the same arguments changes nothing
    more. open_world: it reaches people or systems beyond the one the server stands for (a mail does).
    """

    function: ToolFunction
    risk: Risk
    idempotent: bool = field(default=False, kw_only=True)
    open_world: bool = field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """The function's name is the tool's name."""
        return self.function.__name__

    @property
    def _signature(self) -> inspect.Signature:
        return _signature_of(getattr(self.function, "__func__", self.function))

    @cached_property
    def wants_call(self) -> bool:
        """True when the function's first parameter is the Call."""
        first = next(iter(self._signature.parameters.values()), None)
        return first is not None and first.annotation is Call

    @cached_property
    def input_model(self) -> type[BaseModel]:
        """The arguments as a pydantic model that refuses what it does not know."""
        return _input_model_of(getattr(self.function, "__func__", self.function))

    @cached_property
    def output_model(self) -> type[BaseModel]:
        """What the tool returns."""
        model = self._signature.return_annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise TypeError(f"tool {self.name} must return a pydantic model")
        return model

    def parse(self, arguments: Mapping[str, Any]) -> BaseModel:
        """Arguments as sent, checked. Raises InvalidInput naming each wrong one.

        The brief's clients send `operation` with the tool's own name: accepted, and dropped.
        """
        given = dict(arguments)
        if "operation" not in self.input_model.model_fields and given.get("operation") == self.name:
            given.pop("operation")
        _refuse_booleans_for_numbers(self.input_model, given)
        try:
            return self.input_model.model_validate(given)
        except ValidationError as error:
            raise InvalidInput(_in_words(self.name, error, self.input_model)) from None

    async def invoke(self, call: Call, parsed: BaseModel) -> BaseModel:
        """Run the function on arguments that `parse` returned."""
        arguments = {name: getattr(parsed, name) for name in type(parsed).model_fields}
        return await (self.function(call, **arguments) if self.wants_call else self.function(**arguments))

    @cached_property
    def listing(self) -> McpTool:
        """The tool as tools/list shows it: schemas without what only costs tokens."""
        return McpTool(
            name=self.name,
            description=inspect.getdoc(self.function) or "",
            input_schema=compact_schema(self.input_model),
            output_schema=compact_schema(self.output_model),
            annotations=ToolAnnotations(
                read_only_hint=self.risk is Risk.READ,
                destructive_hint=self.risk is Risk.DESTRUCTIVE,
                idempotent_hint=self.risk is Risk.READ or self.idempotent,
                open_world_hint=self.open_world,
            ),
            _meta={KEYED: self.risk is not Risk.READ},
        )


@lru_cache(maxsize=256)
def _signature_of(function: ToolFunction) -> inspect.Signature:
    """Without `self`: the same for every object whose method it is."""
    signature = inspect.signature(function, eval_str=True)
    return signature.replace(parameters=[p for p in signature.parameters.values() if p.name != "self"])


@lru_cache(maxsize=256)
def _input_model_of(function: ToolFunction) -> type[BaseModel]:
    """Built once for each function, for it costs milliseconds."""
    fields: dict[str, Any] = {
        name: (parameter.annotation, ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in _signature_of(function).parameters.items()
        if parameter.annotation is not Call
    }
    return create_model(f"{function.__name__}_input", __base__=_ToolInput, **fields)


def _refuse_booleans_for_numbers(model: type[BaseModel], given: Mapping[str, Any]) -> None:
    """Python takes true for 1; a model that says ticket_id=true means nothing by it."""
    for name, info in model.model_fields.items():
        kinds = {info.annotation, *typing.get_args(info.annotation)}
        if isinstance(given.get(name), bool) and kinds & {int, float} and bool not in kinds:
            raise InvalidInput(f"{name}: a number is needed, not {str(given[name]).lower()}")


def _in_words(tool: str, error: ValidationError, model: type[BaseModel]) -> str:
    parts = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        where = ".".join(str(part) for part in item["loc"]) or "arguments"
        if item["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields) or "none"
            parts.append(f"{where}: unknown argument (known: {known})")
        else:
            parts.append(f"{where}: {item['msg']}")
    # No colon after the name: `create_secret: …` reads like a secret's value, and would be redacted.
    return f"{tool} refuses " + "; ".join(parts[:5])


@lru_cache(maxsize=256)
def compact_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model`: references inlined, titles and null branches removed."""
    schema = model.model_json_schema(mode="validation")
    compact = _compact(schema, schema.get("$defs", {}))
    compact.pop("description", None)
    return typing.cast("dict[str, Any]", compact)


def _compact(node: Any, definitions: Mapping[str, Any], *, names: bool = False) -> Any:
    """`names` is true inside `properties`, where keys are fields' names and not schema words."""
    if isinstance(node, list):
        return [_compact(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: _compact(value, definitions) for key, value in node.items()}
    if "$ref" in node:
        target = definitions[str(node["$ref"]).rsplit("/", 1)[-1]]
        merged = {**{k: v for k, v in target.items() if k != "description"}, **node}
        merged.pop("$ref")
        return _compact(merged, definitions)
    branches = [b for b in node.get("anyOf", []) if b != {"type": "null"}]
    if len(branches) == 1:
        return _compact({**{k: v for k, v in node.items() if k != "anyOf"}, **branches[0]}, definitions)
    return {
        key: _compact(value, definitions, names=key == "properties")
        for key, value in node.items()
        if key not in ("title", "$defs") and not (key == "default" and value in (None, [], ""))
    }
